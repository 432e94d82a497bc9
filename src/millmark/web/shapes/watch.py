"""The industry watch: overview, roster, key enterprises, rules."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Annotated, Literal

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import Finite, Id, Shape, TimeUs

MonthText = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="A month, such as 2026-02.")]
SizeName = Literal["large", "medium", "small", "micro"]
MoveName = Literal["opening", "joined", "left"]
SideName = Literal["may_enter", "close_below", "may_leave", "close_above"]
Source = Annotated[str, Field(min_length=1, max_length=500)]


class IndicatorSums(Shape):
    """Sums over the reports of a month; money in fen, electricity in kWh."""

    reports: int
    revenue_fen: int
    output_fen: int
    electricity_kwh: int
    orders_fen: int
    staff: int
    tax_fen: int


class MonthSums(Shape):
    month: str
    sums: IndicatorSums


class GroupSums(Shape):
    """A division of industry or a county: the month, the same month a year before, and January to the month of both
    years. `change` is of revenue against the year before, as a share; null where there is nothing to compare with."""

    code: str
    name_zh: str
    name_en: str
    now: IndicatorSums
    year_ago: IndicatorSums
    cumulative_fen: int
    cumulative_year_ago_fen: int
    change: Finite


class SectorView(Shape):
    id: str
    name_zh: str
    name_en: str
    opening: int
    joined: int
    left: int
    total: int
    named: int


class RuleCount(Shape):
    rule: str
    name_zh: str
    name_en: str
    open: int


class WatchOverview(Shape):
    """`month` is the one looked at, null while nothing was ever reported."""

    month: str | None
    trend: list[MonthSums]
    divisions: list[GroupSums]
    counties: list[GroupSums]
    sectors: list[SectorView]
    near: dict[SideName, int]
    warnings: list[RuleCount]
    asked: int
    reported: int
    due_us: TimeUs | None
    key_enterprises: int


class ThresholdView(Shape):
    id: str
    name_zh: str
    name_en: str
    codes: list[str]
    from_year: int
    until_year: int | None
    revenue_fen: int
    label: Literal["A", "B", "U"]
    source: str


class NearView(Shape):
    """`share` is the revenue of the reported months, as of twelve, over the threshold."""

    enterprise_id: int
    name_zh: str
    name_en: str
    area_code: str
    industry_code: str
    threshold: str
    threshold_fen: int
    months: int
    revenue_fen: int
    share: float
    side: SideName
    on_roster: bool


class NearList(Shape):
    """`counts` says how many stand on each side, of those who match the search; `total` how many the list has of which
    `near` is a page."""

    month: str | None
    counts: dict[SideName, int]
    total: int
    near: list[NearView]


class WatchRecordView(Shape):
    """A record of the watch's book; `voids` and `ends` name the record that this one undoes."""

    id: int
    ref: str
    kind: str
    kind_zh: str
    kind_en: str
    move: MoveName | None
    sector: str | None
    subject: str | None
    enterprise_id: int | None
    count: int | None
    industry_code: str | None
    area: str
    area_code: str | None
    date: str
    holds_from: calendar_date
    source: str
    grade: GradeName
    placeholder: bool
    recorded_at_us: TimeUs
    recorded_by: str
    voids: int | None
    voided_by: int | None
    ends: int | None
    ended_by: int | None


class MemberView(Shape):
    """Who is above scale: a named one, or `count` that nobody named."""

    record: WatchRecordView
    sector: str
    count: int
    is_named: bool


class CountyCount(Shape):
    area_code: str | None
    name_zh: str
    name_en: str
    count: int


class RosterView(Shape):
    as_of: calendar_date
    known_at_us: TimeUs | None
    sectors: list[SectorView]
    counties: list[CountyCount]
    total: int
    members: list[MemberView]


class RosterMoves(Shape):
    """A page of the roster's moves, the newest first."""

    total: int
    moves: list[WatchRecordView]


class NewRosterMove(Shape):
    """Either `subject` (with `enterprise_id` where it is registered) or `count` for unnamed ones."""

    move: MoveName
    industry_code: str = Field(min_length=2, max_length=5)
    area: str = Field(min_length=1, max_length=64)
    on: calendar_date
    until: calendar_date | None = None
    source: Source
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    enterprise_id: Id | None = None
    count: int | None = Field(default=None, ge=1, le=1_000_000)
    placeholder: bool = False


class UndoRecord(Shape):
    source: Source


class EndRecord(Shape):
    on: calendar_date
    source: Source


class NameMember(Shape):
    """One of the unnamed ones of a record in bulk turns out to be this enterprise."""

    enterprise_id: Id
    source: Source


class NewKeyEnterprise(Shape):
    enterprise_id: Id | None = None
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    on: calendar_date
    source: Source


class KeyEnterpriseView(Shape):
    """A key enterprise with what a card shows at a glance; months of revenue are null where not reported."""

    record: WatchRecordView
    name_zh: str
    name_en: str
    area_code: str | None
    industry_code: str | None
    revenue_fen: list[int | None]
    months: list[str]
    open_warnings: int
    on_roster: bool


class KeyEnterpriseList(Shape):
    enterprises: list[KeyEnterpriseView]


class IndustryView(Shape):
    code: str
    level: Literal["section", "division", "group"]
    parent: str
    name_zh: str
    name_en: str


class IndustryList(Shape):
    standard: str
    industries: list[IndustryView]


class NewProfileForm(Shape):
    valid_from: calendar_date
    industry_code: str = Field(min_length=2, max_length=5)
    size_class: SizeName
    source: Source
    chains: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(default_factory=list, max_length=20)
    park: str | None = Field(default=None, min_length=1, max_length=100)
    holding: str | None = Field(default=None, min_length=1, max_length=100)
    area_code: str | None = Field(default=None, min_length=6, max_length=6)


class ProfileView(Shape):
    id: int
    valid_from: calendar_date
    industry_code: str
    industry_zh: str
    industry_en: str
    size_class: SizeName
    area_code: str
    chains: list[str]
    park: str | None
    holding_id: int | None
    holding: str | None
    source: str
    recorded_at_us: TimeUs
    recorded_by: str


class IndicatorView(Shape):
    """A `level` stands at the end of a month, such as people employed; what is none flows in it."""

    id: str
    name_zh: str
    name_en: str
    kind: Literal["money", "count"]
    unit: str
    unit_zh: str
    required: bool
    required_of: list[str]
    optional: bool
    may_be_negative: bool
    level: bool


class ReportDeadlineView(Shape):
    from_month: str
    day: int
    hour: int
    not_asked: list[int]
    label: Literal["A", "B", "U"]
    source: str


class EntryCheckView(Shape):
    id: str
    kind: str
    severity: Literal["refuse", "confirm"]
    indicators: list[str]
    reason_zh: str
    reason_en: str
    can_be_explained: bool


class MeasuredOnView(Shape):
    """The generated months on which the rules were measured; their numbers were tuned on those of another seed."""

    enterprises: int
    months: int
    seed: int
    tuned_on_seed: int


class MeasuredView(Shape):
    """How the rule did on generated data whose troubles are known."""

    warnings: int
    precision: Finite
    recall: Finite
    delay_months: Finite
    false_per_enterprise_year: float


class WarningRuleView(Shape):
    """`dismissed` of `closed` warnings of the rule turned out to be false alarms here."""

    id: str
    kind: str
    name_zh: str
    name_en: str
    severity: Literal["high", "medium", "low"]
    reason_zh: str
    reason_en: str
    measured: MeasuredView | None
    closed: int
    dismissed: int


class WatchRulesView(Shape):
    scale_edition: str
    scale_source: str
    thresholds: list[ThresholdView]
    indicators: list[IndicatorView]
    deadlines: list[ReportDeadlineView]
    checks: list[EntryCheckView]
    warnings: list[WarningRuleView]
    measured_on: MeasuredOnView | None
