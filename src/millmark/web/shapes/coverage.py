"""Coverage and layout as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from millmark.region.coverage.area_class import AreaClass
from millmark.region.coverage.parameters import Parameters
from millmark.web.shapes.shape import ExactNumber, Shape, TimeUs

Degrees = Annotated[ExactNumber, Field(ge=-180, le=180)]
AreaCode = Annotated[str, Field(pattern=r"^\d{6}$")]
Fen = Annotated[int, Field(ge=0, le=10**17)]
Note = Annotated[str, Field(min_length=1, max_length=2_000)]


class TallyView(Shape):
    """Covered of all, in places and in weight; shares are null where there is nothing to cover."""

    places: int
    covered_places: int
    weight: int
    covered_weight: int
    place_share: float | None
    weight_share: float | None


class ClassTally(Shape):
    area_class: AreaClass
    tally: TallyView


class CountyTally(Shape):
    area_class: AreaClass
    county: str
    tally: TallyView


class CountyBelow(Shape):
    county: str
    share: float
    missing: int


class StatementView(Shape):
    """Whether an area class has continuous coverage, by its rule: computed, never ticked. `holds` is null where the
    class has no places; `missing` places or weight are what the whole area lacks."""

    area_class: AreaClass
    of: Literal["places", "weight"]
    least_share: float
    least_county_share: float
    holds: bool | None
    share: float | None
    missing: int
    below: list[CountyBelow]


class CoverageView(Shape):
    """What is covered on a day within `area_code`, null for the whole city; shipped parameters have no id."""

    as_of: dt.date
    area_code: str | None
    operator: str | None
    stations: int
    candidates: int
    placeholder: bool
    parameters_id: int | None
    total: TallyView
    by_class: list[ClassTally]
    by_county: list[CountyTally]
    statements: list[StatementView]


class StationPoint(Shape):
    ref: str
    longitude: float
    latitude: float


class PlacePoint(Shape):
    id: int
    area_class: AreaClass
    longitude: float
    latitude: float
    covered: bool


class CoverageMap(Shape):
    """Everything that the map draws, in one answer."""

    stations: list[StationPoint]
    places: list[PlacePoint]


class CoverageGap(Shape):
    """A place that no station covers, with the nearest one and how far it is."""

    id: int
    number: str
    name: str
    area_class: AreaClass
    area: str
    weight: int
    longitude: ExactNumber
    latitude: ExactNumber
    nearest_ref: str | None
    nearest_m: int | None


class CoverageGapList(Shape):
    """The heaviest first; `total` counts them all, `weight` is theirs together."""

    total: int
    weight: int
    gaps: list[CoverageGap]


class CoveringStation(Shape):
    """A station that covers a place: how far it is, and how far it reaches for the place's class. `ref` is null for a
    station of another county than one's own."""

    ref: str | None
    distance_m: int
    radius_m: int


class DemandPlaceView(Shape):
    id: int
    number: str
    name: str
    area_class: AreaClass
    area: str
    weight: int
    longitude: ExactNumber
    latitude: ExactNumber
    source: str
    placeholder: bool
    recorded_by: str
    recorded_at_us: TimeUs
    ended_by: str | None
    ended_at_us: TimeUs | None
    end_reason: str | None


class DemandPlaceDetail(Shape):
    """`covered` is null for a place that has ended."""

    place: DemandPlaceView
    covered: bool | None
    stations: list[CoveringStation]


class DemandPlaceList(Shape):
    total: int
    places: list[DemandPlaceView]


class NewDemandPlace(Shape):
    """`weight` is how many persons the place stands for, or another whole number; degrees are WGS 84."""

    number: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=200)
    area_class: AreaClass
    area: str = Field(min_length=1, max_length=64)
    weight: int = Field(ge=1, le=10_000_000)
    longitude: Degrees
    latitude: Degrees
    source: Note


class CorrectedDemandPlace(Shape):
    reason: Note
    place: NewDemandPlace


class EndedEntry(Shape):
    reason: Note


class CandidateView(Shape):
    id: int
    number: str
    name: str
    area: str
    cost_fen: int
    bands: list[str]
    height_m: ExactNumber | None
    longitude: ExactNumber
    latitude: ExactNumber
    source: str
    placeholder: bool
    recorded_by: str
    recorded_at_us: TimeUs
    ended_by: str | None
    ended_at_us: TimeUs | None
    end_reason: str | None


class CandidateList(Shape):
    total: int
    candidates: list[CandidateView]


class NewCandidateForm(Shape):
    """`bands` are separated by commas; without `height_m` the antenna is as high as the parameters say."""

    number: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=200)
    area: str = Field(min_length=1, max_length=64)
    cost_fen: Fen
    bands: str = Field(min_length=1, max_length=100)
    height_m: ExactNumber | None = None
    longitude: Degrees
    latitude: Degrees
    source: Note


class CorrectedCandidate(Shape):
    reason: Note
    candidate: NewCandidateForm


class LinkBudgetLine(Shape):
    name: str
    value_db: float


class BandReach(Shape):
    """How far a band reaches for an area class; the lines add up to `allowed_db`."""

    area_class: AreaClass
    band: str
    lines: list[LinkBudgetLine]
    allowed_db: float
    radius_m: int


class ParametersView(Shape):
    """A version of the parameters and how far they reach. `id` is null for those that came with the platform."""

    id: int | None
    parameters: Parameters
    reaches: list[BandReach]
    reason: str
    saved_by: str
    saved_at_us: TimeUs | None


class ParametersVersion(Shape):
    id: int | None
    reason: str
    saved_by: str
    saved_at_us: TimeUs | None


class ParametersVersions(Shape):
    versions: list[ParametersVersion]


class NewParameters(Shape):
    parameters: Parameters
    reason: Note


class TriedParameters(Shape):
    parameters: Parameters


class TriedReaches(Shape):
    """What parameters would come to, before they are saved: how far stations reach and what that covers."""

    reaches: list[BandReach]
    total: TallyView
    by_class: list[ClassTally]


class DutyForm(Shape):
    """At least `least_share` of the weight of a class covered, in the whole area or in each county of it."""

    area_class: AreaClass
    least_share: float = Field(gt=0, le=1)
    each_county: bool = False


class NewCoveragePlan(Shape):
    """`budget_fen` for new sites within `area_code` (null: the whole city)."""

    name: str = Field(min_length=1, max_length=200)
    area_code: AreaCode | None = None
    budget_fen: Annotated[int, Field(ge=1, le=10**16)]
    duties: list[DutyForm] = Field(default_factory=list, max_length=5)
    seconds: int = Field(default=60, ge=1, le=600)
    gap: float = Field(default=0.001, ge=0, le=0.2)


class PlanProgress(Shape):
    """The solver's latest word: the best weight so far and the bound that nothing exceeds."""

    stage: str | None
    seconds: float | None
    weight: int | None
    bound: int | None


class CoveragePlanView(Shape):
    id: int
    name: str
    state: Literal["queued", "running", "done", "infeasible", "cancelled", "failed", "interrupted"]
    area_code: str | None
    budget_fen: int
    duties: list[DutyForm]
    seconds: float
    gap: float
    as_of: dt.date | None
    parameters_id: int | None
    stations: int
    candidates: int
    places: int
    uncovered_places: int
    inputs_digest: str
    progress: PlanProgress
    asked_by: str
    asked_at_us: TimeUs
    started_at_us: TimeUs | None
    finished_at_us: TimeUs | None
    cancelled_by: str | None
    weight: int | None
    cost_fen: int | None
    sites: int | None
    gap_reached: float | None


class CoveragePlanList(Shape):
    plans: list[CoveragePlanView]


class ChosenSite(Shape):
    """A chosen site with what it adds to those before it."""

    candidate: CandidateView
    cost_fen: int
    weight: int
    places: int
    in_other: bool


class SiteChoiceView(Shape):
    """`tallies` are what is covered then, what stands included; `place_ids` the places that are new."""

    cost_fen: int
    weight: int
    places: int
    sites: list[ChosenSite]
    total: TallyView
    by_class: list[ClassTally]


class DutyOutcome(Shape):
    area_class: AreaClass
    county: str | None
    weight: int
    asked_weight: int
    before_weight: int
    after_weight: int | None


class UnmetDuty(Shape):
    """An obligation that cannot be met: the most that can be reached of it, and what is missing."""

    area_class: AreaClass
    county: str | None
    weight: int
    asked_weight: int
    reachable_weight: int
    missing_weight: int


class PlannedPlace(Shape):
    """An uncovered place of the plan, and who would cover it: nobody, the best choice, the greedy one, or both."""

    id: int
    area_class: AreaClass
    longitude: float
    latitude: float
    covered_by: Literal["none", "best", "greedy", "both"]


class CoveragePlanDetail(Shape):
    """What a plan came to. `bound` is a weight that no choice exceeds; gaps are relative to it."""

    plan: CoveragePlanView
    status: str | None
    solved_in_s: float | None
    sites_left: int | None
    groups_left: int | None
    bound: int | None
    gap: float | None
    greedy_gap: float | None
    before_total: TallyView | None
    before_by_class: list[ClassTally]
    best: SiteChoiceView | None
    greedy: SiteChoiceView | None
    duties: list[DutyOutcome]
    unmet: list[UnmetDuty]
    greedy_unmet: list[UnmetDuty]
    beyond_any_budget: bool
    needed_at_least_fen: int | None
    needed_enough_fen: int | None


class PlanMap(Shape):
    places: list[PlannedPlace]


class CentreRecordView(Shape):
    ref: str
    resource: Literal["egress", "racks"]
    on: dt.date
    added: ExactNumber
    source: str


class CentreView(Shape):
    """A data centre of the ledger; what each entry adds, in Tbit/s or racks."""

    name: str
    records: list[CentreRecordView]
    racks_used: int | None


class GrowthCaseView(Shape):
    id: str
    name_zh: str
    name_en: str
    growth: float


class CentreYear(Shape):
    year: int
    demand: float
    capacity: float
    usable: float
    use: float | None


class CentreOutlook(Shape):
    """`full_in` is null within the horizon; `years_left` counts from the scenario's first year."""

    case_id: str
    rows: list[CentreYear]
    full_in: int | None
    years_left: float | None


class CentreScenario(Shape):
    id: int
    name: str
    centre: str
    resource: Literal["egress", "racks"]
    unit: str
    first_year: int
    demand: float
    fill_share: float
    years: int
    cases: list[GrowthCaseView]
    source: str
    placeholder: bool
    reason: str
    saved_by: str
    saved_at_us: TimeUs
    outlooks: list[CentreOutlook]


class CentreOverview(Shape):
    centres: list[CentreView]
    scenarios: list[CentreScenario]


class NewGrowthCase(Shape):
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)
    growth: float = Field(ge=-0.9, le=10)


class NewCentreScenario(Shape):
    name: str = Field(min_length=1, max_length=200)
    centre: str = Field(min_length=1, max_length=200)
    resource: Literal["egress", "racks"]
    first_year: int = Field(ge=2000, le=2100)
    demand: float = Field(ge=0, le=1e9)
    fill_share: float = Field(gt=0, le=1)
    years: int = Field(ge=1, le=30)
    cases: list[NewGrowthCase] = Field(min_length=1, max_length=6)
    source: Note
    reason: Note
