"""Projects with their milestones, acceptances with their invoices, and what came of them."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.money import EnterpriseRef, Fen, FenOrNothing, Reason
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

_FILE_ID = r"^[0-9a-f]{40}$"
EffectTopicName: TypeAlias = Literal["quality", "efficiency", "cost", "energy"]


class ContractForm(Shape):
    """A contract with a supplier; `file_id` is the scan that was uploaded."""

    number: str = Field(min_length=1, max_length=100)
    supplier: str = Field(min_length=1, max_length=200)
    signed_on: date
    amount_fen: Fen
    file_id: str | None = Field(default=None, pattern=_FILE_ID)


class MilestoneForm(Shape):
    """A part of the work; an `instalment` of the award named here waits until the milestone is confirmed."""

    key: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9-]+$")
    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(default="", max_length=200)
    due_on: date
    amount_fen: FenOrNothing
    instalment: str | None = Field(default=None, max_length=64)


class PlannedCostForm(Shape):
    category: str = Field(min_length=1, max_length=64)
    amount_fen: Fen


class ProjectContentForm(Shape):
    """One version of a project. `pledge` is the promise that everything said is true."""

    title_zh: str = Field(min_length=1, max_length=200)
    title_en: str = Field(default="", max_length=200)
    starts_on: date
    ends_on: date
    contracts: list[ContractForm] = Field(min_length=1, max_length=50)
    milestones: list[MilestoneForm] = Field(min_length=1, max_length=50)
    costs: list[PlannedCostForm] = Field(default=[], max_length=50)
    pledge: bool


class NewProject(ProjectContentForm):
    recognition_id: Id


class ChangedProject(ProjectContentForm):
    """A new version: files a returned project again, or asks for a change of a running one, with its `reason`."""

    version: int | None = None
    reason: Reason = ""


class ProjectStep(Shape):
    action: Literal["return", "confirm", "approve_change", "refuse_change", "finish", "resume", "terminate"]
    version: int | None = None
    reason: Reason = ""


class MilestoneReportForm(Shape):
    """How far a milestone has come; `confirm` is an office's word that it is done."""

    percent: int = Field(ge=0, le=100)
    note: Reason = ""
    file_ids: list[str] = Field(default=[], max_length=20)
    confirm: bool = False


class MilestoneReportView(Shape):
    percent: int
    confirmed: bool
    note: str
    file_ids: list[str]
    reported_by: str
    reported_at_us: TimeUs


class MilestoneView(MilestoneForm):
    percent: int
    confirmed: bool
    reports: list[MilestoneReportView]


class ProjectView(EnterpriseRef):
    """A project in a list; `deadline` is the next milestone that is not done, or the end."""

    id: int
    recognition_id: int
    recognition_number: str
    call_id: int
    programme_id: int
    title_zh: str
    title_en: str
    starts_on: date
    ends_on: date
    deadline: date | None
    state: str
    version: int
    approved_version: int | None
    percent: int
    allowed: list[AllowedView]


class ProjectList(Shape):
    projects: list[ProjectView]


class ProjectDetail(ProjectView):
    """`content` is the version that holds, `requested` one that waits for the office's word."""

    content: ProjectContentForm
    requested: ProjectContentForm | None
    milestones: list[MilestoneView]
    steps: list[StepView]


class InvoiceForm(Shape):
    """20 digits and no code, or 8 digits with a code of 10 or 12; `amount_fen` is without tax."""

    code: str = Field(default="", max_length=12)
    number: str = Field(min_length=8, max_length=20)
    seller: str = Field(min_length=1, max_length=200)
    issued_on: date
    category: str = Field(min_length=1, max_length=64)
    amount_fen: Fen
    tax_fen: FenOrNothing
    file_id: str | None = Field(default=None, pattern=_FILE_ID)


class InvoiceFindingView(Shape):
    code: str
    zh: str
    en: str
    refuses: bool


class InvoiceView(InvoiceForm):
    """`accepted_fen` is what an office let count; null while nobody looked."""

    id: int
    added_by: str
    added_at_us: TimeUs
    accepted_fen: int | None
    countable_fen: int
    checked_by: str | None
    check_note: str
    void_reason: str | None
    voided_by: str | None
    findings: list[InvoiceFindingView]


class InvoiceCheck(Shape):
    accepted_fen: FenOrNothing
    note: Reason = ""


class VoidInvoice(Shape):
    reason: str = Field(min_length=1, max_length=2000)


class NewAcceptance(Shape):
    project_id: Id


class AcceptancePapers(Shape):
    """What the enterprise lays before the office beside its invoices; assessments say the level before and after."""

    version: int | None = None
    reason: Reason = ""
    finished_on: date
    summary: str = Field(min_length=1, max_length=10_000)
    file_ids: list[str] = Field(default=[], max_length=50)
    before_assessment_id: Id | None = None
    after_assessment_id: Id | None = None


class AcceptanceStep(Shape):
    action: Literal["return", "accept", "refuse", "give_up"]
    version: int | None = None
    reason: Reason = ""


class AcceptanceView(EnterpriseRef):
    id: int
    project_id: int
    recognition_id: int
    title_zh: str
    title_en: str
    state: str
    version: int
    finished_on: date | None
    summary: str
    file_ids: list[str]
    before_assessment_id: int | None
    after_assessment_id: int | None
    level_before: int | None
    level_after: int | None
    invoiced_fen: int
    accepted_fen: int
    allowed: list[AllowedView]


class AcceptanceList(Shape):
    acceptances: list[AcceptanceView]


class AcceptanceDetail(AcceptanceView):
    invoices: list[InvoiceView]
    steps: list[StepView]


class SideForm(Shape):
    """The value of one period as told, both days included."""

    value: ExactNumber = Field(max_digits=15, decimal_places=6)
    first: date
    last: date


class NewEffect(Shape):
    """Either two claims of one measure and subject, or both sides as told."""

    topic: EffectTopicName
    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=32)
    lower_is_better: bool
    before_claim_id: str | None = Field(default=None, max_length=64)
    after_claim_id: str | None = Field(default=None, max_length=64)
    before: SideForm | None = None
    after: SideForm | None = None


class SideView(SideForm):
    claim_id: str | None
    coverage_share: ExactNumber | None


class EffectView(Shape):
    """Before against after; `grade` is self_reported where it is as told."""

    id: int
    topic: EffectTopicName
    name_zh: str
    name_en: str
    unit: str
    lower_is_better: bool
    measure: str | None
    before: SideView
    after: SideView
    change: ExactNumber
    change_percent: ExactNumber | None
    is_better: bool | None
    grade: GradeName
    recorded_by: str
    recorded_at_us: TimeUs


class EffectList(Shape):
    effects: list[EffectView]
