"""Calls, applications, reviews, lists made public, objections, recognitions, and what waits for whom."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from millmark.programmes.life.desk import Due
from millmark.programmes.life.parties import Party
from millmark.programmes.life.steps import ObjectKind
from millmark.programmes.life.terms import (
    AskedClaim,
    AskedDocument,
    AskedFact,
    AskedLevel,
    Criterion,
    StageDates,
)
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Reason = Field(default=None, max_length=4000)
OutcomeName = Literal["met", "not_met", "not_provable", "not_decidable"]
ClaimId: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
AreaCode = Field(pattern=r"^[1-8][0-9]{5}$")


class NamedState(Shape):
    id: str
    name_zh: str
    name_en: str


class MachineView(Shape):
    """How one kind of object lives: its states and actions, and every step that may be taken."""

    kind: str
    states: list[NamedState]
    actions: list[NamedState]
    ends: list[str]


class MachineList(Shape):
    machines: list[MachineView]


class CallTermsView(Shape):
    """What a call says; `offices` recommend in this order, `host` decides, or records what was decided elsewhere."""

    title_zh: str
    title_en: str
    opens_on: date
    closes_on: date | None
    quota: int | None
    budget_line: str | None
    offices: list[Party]
    host: Party
    decided_here: bool
    area_quotas: dict[str, int]
    criteria: list[Criterion]
    reviewers_min: int
    publicity_days: int
    validity_months: int | None
    correction_days: int
    dates: StageDates
    pledge: bool
    facts: list[AskedFact]
    documents: list[AskedDocument]
    claims: list[AskedClaim]
    levels: list[AskedLevel]


class CallChanges(Shape):
    """What an office says otherwise than the pack proposes, or than the draft says; what is left out stays."""

    title_zh: str | None = Field(default=None, min_length=1, max_length=200)
    title_en: str | None = Field(default=None, min_length=1, max_length=200)
    opens_on: date | None = None
    closes_on: date | None = None
    quota: int | None = Field(default=None, ge=1)
    budget_line: str | None = Field(default=None, min_length=1, max_length=64)
    offices: list[Party] | None = None
    host: Party | None = None
    decided_here: bool | None = None
    area_quotas: dict[str, int] | None = None
    criteria: list[Criterion] | None = Field(default=None, max_length=50)
    reviewers_min: int | None = Field(default=None, ge=0, le=50)
    publicity_days: int | None = Field(default=None, ge=0, le=90)
    validity_months: int | None = Field(default=None, ge=1, le=240)
    correction_days: int | None = Field(default=None, ge=1, le=365)
    dates: StageDates | None = None


class NewCall(CallChanges):
    """A draft from a pack's edition; `slug` is the pack's own unless given."""

    pack: str = Field(min_length=1, max_length=64)
    edition: str = Field(min_length=1, max_length=32)
    slug: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)


class CallRevision(CallChanges):
    """`version` is the one that was read; it is refused when somebody saved meanwhile."""

    version: int | None = None


class CallStep(Shape):
    """`closes_on` is the new day of an extension."""

    action: Literal["publish", "extend", "close", "cancel", "discard"]
    version: int | None = None
    reason: str | None = Reason
    closes_on: date | None = None


class CallSummary(Shape):
    """`is_open` says whether it takes applications today; `applications` counts those one may see, by state."""

    id: int
    programme: str
    programme_zh: str
    programme_en: str
    level: str
    is_demonstration: bool
    slug: str
    title_zh: str
    title_en: str
    pack: str
    pack_edition: str | None
    state: str
    version: int
    opens_on: date
    closes_on: date | None
    is_open: bool
    days_left: int | None
    quota: int | None
    budget_line: str | None
    applications: dict[str, int]


class CallList(Shape):
    calls: list[CallSummary]


class CallFileView(CallSummary):
    """A call whole, with everything that happened to it."""

    pack_digest: str | None
    terms: CallTermsView
    allowed: list[AllowedView]
    steps: list[StepView]


class CallVersions(Shape):
    """What a call said, oldest first."""

    versions: list[CallTermsView]


class NewApplicationDraft(Shape):
    enterprise_id: Id


class ContentForm(Shape):
    """What an enterprise fills in: facts as JSON by id, file ids by document id, claims, the level applied for, and
    the pledge that all of it is true."""

    facts: dict[str, Any] = Field(default_factory=dict, max_length=500)
    documents: dict[str, str] = Field(default_factory=dict, max_length=200)
    claim_ids: list[str] = Field(default_factory=list, max_length=50)
    level: int | None = None
    pledge: bool = False
    version: int | None = None


FactJson: TypeAlias = bool | int | float | str | list[str] | None
"""A fact as a form gives it; exact numbers are texts."""


class ContentView(Shape):
    facts: dict[str, FactJson]
    documents: dict[str, str]
    claim_ids: list[str]
    level: int | None
    pledge: bool


class VersionView(Shape):
    """One version of an application; `digest` is the SHA-256 of its canonical text, which the signature is about."""

    version: int
    content: ContentView
    digest: str
    saved_by: str
    saved_at_us: TimeUs
    signed_by: str | None
    signed_at_us: TimeUs | None


class VersionList(Shape):
    versions: list[VersionView]


class ConditionReason(Shape):
    code: str
    zh: str
    en: str


class ConditionView(Shape):
    """One condition or eligibility rule of the pack, with its answer."""

    id: str
    text_zh: str
    text_en: str
    outcome: OutcomeName
    grade: GradeName
    reasons: list[ConditionReason]
    claim_ids: list[str]


class AdviceView(Shape):
    """What the machine says of the conditions; officers decide. `demonstration` says it rests on fictional data."""

    application_version: int
    outcome: OutcomeName
    grade: GradeName
    reasons_zh: list[str]
    reasons_en: list[str]
    conditions: list[ConditionView]
    claim_ids: list[str]
    demonstration: bool
    pack: str
    pack_edition: str
    pack_digest: str
    at_us: TimeUs


class FitView(Shape):
    """How an enterprise stands to a call as it is known today.

    Papers still to be attached and what only people judge are among the conditions and do not decide the outcome.
    """

    outcome: OutcomeName
    grade: GradeName
    reasons_zh: list[str]
    reasons_en: list[str]
    conditions: list[ConditionView]
    claim_ids: list[str]
    demonstration: bool


class CallFit(Shape):
    """How an enterprise stands to one open call: `met` of the `asked` conditions hold today."""

    call_id: int
    outcome: OutcomeName
    grade: GradeName
    met: int
    asked: int
    demonstration: bool


class FitList(Shape):
    """One entry for each call that takes applications today and whose pack is on the shelf."""

    fits: list[CallFit]


class StatisticsView(Shape):
    """Of the reviewers' totals; `outliers` are reviewers far from the others."""

    count: int
    mean: ExactNumber
    median: ExactNumber
    spread: ExactNumber
    lowest: ExactNumber
    highest: ExactNumber
    full_marks: ExactNumber
    outliers: list[str]


class ApplicationSummary(Shape):
    """`deadline` is the day by which it should leave its state; `in_charge` is whose turn it is."""

    id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    state: str
    version: int
    level: int | None
    outcome: OutcomeName | None
    grade: GradeName | None
    in_charge: Party
    deadline: date | None
    days_left: int | None
    started_at_us: TimeUs
    submitted_at_us: TimeUs | None


class ApplicationQueue(Shape):
    applications: list[ApplicationSummary]


class ApplicationFileView(ApplicationSummary):
    """An application whole. `missing` are parts the call requires and the current version lacks; `statistics` are
    there from the panel on, for those who may read reviews."""

    terms: CallTermsView
    current: VersionView
    missing: list[str]
    advice: AdviceView | None
    statistics: StatisticsView | None
    recognition_id: int | None
    open_objections: int
    allowed: list[AllowedView]
    steps: list[StepView]


class OwnStep(Shape):
    """A step of the enterprise's own."""

    version: int | None = None
    reason: str | None = Reason


class SupplementForm(Shape):
    """Claims to add to what was submitted."""

    claim_ids: list[ClaimId] = Field(min_length=1, max_length=50)
    version: int | None = None


class OfficeStepForm(Shape):
    """A step of an office. `due_in_days` is for `return`, `judgements` (by condition) for `judge`."""

    action: Literal[
        "return",
        "accept",
        "judge",
        "recommend_county",
        "recommend_city",
        "recommend_province",
        "open_review",
        "close_scoring",
        "rescore",
        "pass",
        "fail",
        "reject",
    ]
    version: int | None = None
    reason: str | None = Reason
    due_in_days: int | None = Field(default=None, ge=1, le=365)
    judgements: dict[str, bool] = Field(default_factory=dict, max_length=100)


class NewReview(Shape):
    """`reviewer` is the name of an account with the role reviewer."""

    application_id: Id
    reviewer: str = Field(min_length=1, max_length=64)
    due_on: date | None = None


class Declaration(Shape):
    """On a conflict of interest; a conflict needs its reason in words."""

    conflict: bool
    reason: str | None = Reason


class ScoreForm(Shape):
    """Points by criterion, each between 0 and the criterion's most."""

    scores: dict[str, ExactNumber] = Field(max_length=50)
    comment: str = Field(min_length=1, max_length=8000)
    version: int | None = None


class ReviewStep(Shape):
    action: Literal["release", "ask_again"]
    reason: str = Field(min_length=1, max_length=4000)


class ReviewView(Shape):
    """A review. `application` is shown once no conflict is declared; scores are blind to others until the panel."""

    id: int
    application_id: int
    call_id: int
    title_zh: str
    title_en: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    reviewer: str
    state: str
    version: int
    application_state: str
    due_on: date | None
    criteria: list[Criterion]
    scores: dict[str, ExactNumber] | None
    total: ExactNumber | None
    comment: str | None
    assigned_by: str
    assigned_at_us: TimeUs
    allowed: list[AllowedView]


class ReviewDetail(ReviewView):
    application: VersionView | None
    terms: CallTermsView | None
    advice: AdviceView | None
    steps: list[StepView]


class ReviewList(Shape):
    reviews: list[ReviewView]


class ReviewerList(Shape):
    """Accounts that may be assigned."""

    reviewers: list[str]


class NewPublicity(Shape):
    """Makes applications of a call public, all or none; `days` may be more than the call says."""

    call_id: Id
    application_ids: list[Id] = Field(min_length=1, max_length=1000)
    days: int | None = Field(default=None, ge=1, le=365)


class PublicityStep(Shape):
    """`closes_on` is the new day of an extension."""

    action: Literal["extend", "close"]
    reason: str | None = Reason
    closes_on: date | None = None


class PublicityEntry(Shape):
    application_id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    state: str


class PublicityView(Shape):
    """A list made public, both days included; `takes_objections` says whether anybody signed in may object today."""

    id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    state: str
    version: int
    opens_on: date
    closes_on: date
    takes_objections: bool
    entries: list[PublicityEntry]
    allowed: list[AllowedView]


class PublicityList(Shape):
    publicities: list[PublicityView]


class NewObjection(Shape):
    """`objector` is for officers who take down what somebody else says."""

    application_id: Id
    text: str = Field(min_length=1, max_length=8000)
    objector: str | None = Field(default=None, min_length=1, max_length=200)


class Resolution(Shape):
    upheld: bool
    reason: str = Field(min_length=1, max_length=4000)


class ObjectionView(Shape):
    id: int
    publicity_id: int
    application_id: int
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    state: str
    version: int
    text: str
    objector: str | None
    raised_by: str
    raised_at_us: TimeUs
    allowed: list[AllowedView]
    steps: list[StepView]


class ObjectionList(Shape):
    objections: list[ObjectionView]


class NewRecognition(Shape):
    """`document` names the decision's own document; it must be given where the decision is made elsewhere."""

    application_id: Id
    level: int | None = Field(default=None, ge=1, le=9)
    document: str | None = Field(default=None, min_length=1, max_length=1000)
    valid_from: date | None = None
    number: str | None = Field(default=None, min_length=1, max_length=64)


class RecognitionStep(Shape):
    """`valid_until` is the new end of a renewal."""

    action: Literal["revoke", "renew"]
    reason: str = Field(min_length=1, max_length=4000)
    valid_until: date | None = None


class RecognitionView(Shape):
    """`holds` says whether it is neither revoked nor over today; `record` is what the city's figures count."""

    id: int
    application_id: int
    call_id: int
    title_zh: str
    title_en: str
    programme: str
    programme_zh: str
    programme_en: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    number: str
    level: int | None
    state: str
    version: int
    valid_from: date
    valid_until: date | None
    holds: bool
    document: str | None
    record: str | None
    recognised_by: str
    recognised_at_us: TimeUs
    allowed: list[AllowedView]


class RecognitionDetail(RecognitionView):
    steps: list[StepView]


class RecognitionList(Shape):
    recognitions: list[RecognitionView]


class TaskView(Shape):
    """A step to take next; `days_left` is negative when it is overdue."""

    object_kind: ObjectKind
    object_id: int
    action: str
    text_zh: str
    text_en: str
    call_id: int
    title_zh: str
    title_en: str
    enterprise_id: int | None
    enterprise_zh: str | None
    enterprise_en: str | None
    state: str
    deadline: date | None
    due: Due
    days_left: int | None


class TaskList(Shape):
    """What waits for whoever asks, the most urgent first."""

    tasks: list[TaskView]
