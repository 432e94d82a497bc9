"""Assessments: answers, results, the three grades of evidence, the way up one level; and facts of enterprises."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from millmark.web.shapes.claims import ClaimNameView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

ShortText: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
KindName: TypeAlias = Literal["self", "expert"]


class AnswersBody(Shape):
    """All answers. An item's is `{"option"}`, `{"options"}` or `{"numerator", "denominator"}`; a scenario's the level
    reached, 0 for none; a requirement's a degree. What is missing was not answered."""

    items: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=500)
    scenarios: dict[str, int] = Field(default_factory=dict, max_length=500)
    requirements: dict[str, str] = Field(default_factory=dict, max_length=2_000)


class NewAssessment(Shape):
    """`variant` is that of a pack with several tables of weights; `copy_from` takes the answers of another assessment
    of the same enterprise over."""

    enterprise_id: Id
    pack: ShortText
    edition: ShortText
    kind: KindName = "self"
    variant: ShortText | None = None
    copy_from: Id | None = None


class SavedAnswers(Shape):
    """`version` is the one that was read before; a newer one in between answers 409. Without `documents` those attached
    stay; they are ids of files by the id of what they back."""

    answers: AnswersBody
    documents: dict[str, list[ShortText]] | None = Field(default=None, max_length=500)
    version: int | None = Field(default=None, ge=1)


class PrefillRequest(Shape):
    """`replace` puts proven answers also over those given already."""

    replace: bool = False


class SubmitRequest(Shape):
    version: int | None = Field(default=None, ge=1)


class WithdrawRequest(Shape):
    reason: str = Field(min_length=1, max_length=1_000)


class AnswerSourceView(Shape):
    """Where a pre-filled answer comes from: ids of claims or facts."""

    grade: GradeName
    refs: list[str]
    demonstration: bool


class AssessmentRowView(Shape):
    """`level` (0 for none) and `score` are set once it is submitted; `outdated` says that the pack's text has changed
    since it was started."""

    id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    pack: str
    edition: str
    digest: str
    pack_zh: str
    pack_en: str
    outdated: bool
    variant: str | None
    kind: KindName
    state: str
    version: int
    level: int | None
    level_zh: str | None
    level_en: str | None
    score: ExactNumber | None
    started_at_us: TimeUs
    started_by: str
    saved_at_us: TimeUs
    saved_by: str
    submitted_at_us: TimeUs | None


class AssessmentList(Shape):
    assessments: list[AssessmentRowView]


class AssessmentDetailView(AssessmentRowView):
    answers: AnswersBody
    documents: dict[str, list[str]]
    sources: dict[str, AnswerSourceView]
    missing: list[str]
    allowed: list[AllowedView]
    steps: list[StepView]


class VersionView(Shape):
    version: int
    saved_at_us: TimeUs
    saved_by: str
    digest: str
    answered: int


class VersionList(Shape):
    versions: list[VersionView]


class ScoreNodeView(Shape):
    """A node of the score: points reached and points there are; `score` null where nothing was answered."""

    id: str
    name_zh: str
    name_en: str
    score: ExactNumber | None
    of: ExactNumber
    confidence: str | None
    children: list[ScoreNodeView]


class GateCheckView(Shape):
    """`holds` null: the pack leaves the number empty, so that nothing can be decided."""

    at_level: int
    count: int
    at_least: int | None
    constrained: int
    constrained_at_least: int | None
    holds: bool | None
    confidence: str


class LevelCheckView(Shape):
    """One level with the reason why it holds or fails, in words."""

    level: int
    name_zh: str
    name_en: str
    holds: bool | None
    score_min: ExactNumber | None
    score_holds: bool | None
    gates: list[GateCheckView]
    reason_zh: str
    reason_en: str
    confidence: str


class RadarAxisView(Shape):
    """`percent` of the points of a branch that were reached."""

    id: str
    name_zh: str
    name_en: str
    percent: ExactNumber


class GapView(Shape):
    """Points that an item leaves, or a scenario below its top level."""

    kind: Literal["item", "scenario"]
    id: str
    name_zh: str
    name_en: str
    missing: ExactNumber | None
    of: ExactNumber | None
    level: int | None
    top: int | None


class LevelTotalView(Shape):
    """The total of one level of a cumulative pack, from 0 to 1, and whether it counts."""

    level: int
    total: ExactNumber
    counts: bool
    passed: bool


class ResultView(Shape):
    """`undecided` are levels above the reached one that the pack leaves open."""

    assessment_id: int
    version: int
    score: ExactNumber
    full: ExactNumber
    level: int
    level_zh: str
    level_en: str
    undecided: list[int]
    checks: list[LevelCheckView]
    tree: list[ScoreNodeView]
    radar: list[RadarAxisView]
    gaps: list[GapView]
    totals: list[LevelTotalView]
    missing: list[str]


class GradedAnswerView(Shape):
    """One voice's answer in words, with what backs it."""

    voice: Literal["self", "expert", "machine"]
    grade: GradeName
    points: ExactNumber | None
    text_zh: str
    text_en: str
    documents: list[str]
    claim_ids: list[str]
    claim_id: str | None
    demonstration: bool


class DifferenceView(Shape):
    """`changes_points`: another option; else a remark on two shares in one band."""

    first: Literal["self", "expert", "machine"]
    second: Literal["self", "expert", "machine"]
    changes_points: bool
    text_zh: str
    text_en: str


class UnusableView(Shape):
    """Claims that prove nothing here, and why."""

    claim_ids: list[str]
    claims: list[ClaimNameView]
    reasons_zh: list[str]
    reasons_en: list[str]


class ComparedView(Shape):
    kind: Literal["item", "scenario"]
    id: str
    name_zh: str
    name_en: str
    of: ExactNumber | None
    entries: list[GradedAnswerView]
    differs: bool
    differences: list[DifferenceView]
    unusable: list[UnusableView]


class OutcomeView(Shape):
    score: ExactNumber
    level: int
    level_zh: str
    level_en: str


class GradesView(Shape):
    """The answers side by side. `proven` is the outcome with each answer as it is proven best: a machine's before an
    expert's before the enterprise's own."""

    self_assessment_id: int | None
    expert_assessment_id: int | None
    by_self: OutcomeView | None
    by_expert: OutcomeView | None
    proven: OutcomeView
    demonstration: bool
    rows: list[ComparedView]


class EstimateEntry(Shape):
    """What a change costs by the enterprise's own estimate: reaching an option, a scenario's level from the one below,
    or a requirement's degree (`to`)."""

    id: ShortText
    to: ShortText
    fen: int = Field(ge=0, le=10**15)


class LiftRequest(Shape):
    estimates: list[EstimateEntry] = Field(default_factory=list, max_length=1_000)


class LiftChangeView(Shape):
    """One thing to do. `cost` is in fen or steps, as `basis` says; `more` how many more machines, where counts are
    known."""

    kind: Literal["option", "tick", "scenario", "requirement"]
    id: str
    name_zh: str
    name_en: str
    from_zh: str
    from_en: str
    to: str
    to_zh: str
    to_en: str
    gain: ExactNumber
    cost: int
    more: int | None


class LiftView(Shape):
    """The cheapest way up one level; `level_to` null where there is none, for the reason told.

    `basis`: `estimates` and `pack` count in fen, `effort` and `steps` in plain numbers that only put changes in order.
    """

    level_from: int
    level_to: int | None
    level_to_zh: str | None
    level_to_en: str | None
    basis: Literal["estimates", "pack", "effort", "steps"] | None
    basis_zh: str
    basis_en: str
    cost_fen: int | None
    cost_steps: int | None
    points_missing: ExactNumber | None
    score_before: ExactNumber
    score_after: ExactNumber | None
    changes: list[LiftChangeView]
    others: list[LiftChangeView]
    reason_zh: str
    reason_en: str


class FactView(Shape):
    """`value` is a number as text, true or false, a text, a date or a list of choices."""

    fact: str
    value: str | bool | list[str]
    unit: str
    as_of: date
    grade: GradeName
    source: str
    recorded_at_us: TimeUs
    recorded_by: str
    name_zh: str
    name_en: str


class FactList(Shape):
    """What holds of each fact."""

    facts: list[FactView]


class NewFactEntry(Shape):
    """A fact of a pack on the shelf. Who tells it decides the grade: an enterprise's word is self-reported, with a
    document it is document-backed."""

    fact: ShortText
    value: bool | str | int | list[str]
    as_of: date
    source: str = Field(default="", max_length=500)
    document: ShortText | None = None


class NewFacts(Shape):
    facts: list[NewFactEntry] = Field(min_length=1, max_length=200)
