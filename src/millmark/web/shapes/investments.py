"""Investment projects as the API shows them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from millmark.web.shapes.factors import DispatchNameView
from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView

Fen = int


class PlannedMilestoneForm(Shape):
    key: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(min_length=1, max_length=200)
    planned_on: date
    stage: str | None = Field(default=None, max_length=64)


class InvestmentForm(Shape):
    """`planned_fen` is the whole planned investment in fen; leave it out where it is not known."""

    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(min_length=1, max_length=200)
    investor: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=4_000)
    site: str = Field(default="", max_length=200)
    owner: str = Field(default="", max_length=200)
    planned_fen: Fen | None = Field(default=None, ge=1, le=10**15)
    milestones: list[PlannedMilestoneForm] = Field(default_factory=list, max_length=100)


class NewInvestment(InvestmentForm):
    """`source` is the document by which the project is tracked from today on."""

    area_code: str = Field(pattern=r"^[1-8][0-9]{5}$")
    source: str = Field(min_length=1, max_length=500)
    enterprise_id: Id | None = None
    stage: str | None = Field(default=None, max_length=64)
    tracked: bool = Field(default=True, description="Whether the city's figures count it.")


class RevisedInvestment(InvestmentForm):
    enterprise_id: Id | None = None
    reason: str | None = Field(default=None, max_length=500)
    version: int | None = None


class InvestmentStep(Shape):
    """A step: `stage` with `since` sets the stage; pause, resume, end, track, untrack and void need a reason."""

    action: str = Field(min_length=1, max_length=32)
    reason: str | None = Field(default=None, max_length=2_000)
    stage: str | None = Field(default=None, max_length=64)
    since: date | None = None
    version: int | None = None


class InvestmentMilestoneForm(Shape):
    happened_on: date
    note: str = Field(default="", max_length=2_000)


class PaymentForm(Shape):
    paid_on: date
    amount_fen: Fen = Field(ge=1, le=10**15)
    source: str = Field(min_length=1, max_length=500)


class VoidForm(Shape):
    reason: str = Field(min_length=1, max_length=500)


class ProblemForm(Shape):
    """Without a department the office itself solves it; without `due_on` the rules say by when."""

    text: str = Field(min_length=1, max_length=4_000)
    department: str | None = Field(default=None, max_length=64)
    due_on: date | None = None


class ProblemStep(Shape):
    action: str = Field(min_length=1, max_length=32)
    reason: str | None = Field(default=None, max_length=2_000)
    department: str | None = Field(default=None, max_length=64)
    due_on: date | None = None
    version: int | None = None


class InvestmentMilestoneView(Shape):
    key: str
    name_zh: str
    name_en: str
    stage: str | None
    planned_on: date
    actual_on: date | None
    note: str
    report_id: int | None
    overdue: bool
    late: bool


class PaymentView(Shape):
    id: Id
    paid_on: date
    amount_fen: Fen
    source: str
    grade: GradeName
    recorded_by: str
    recorded_at_us: TimeUs
    voided: bool
    void_reason: str | None


class ProblemView(Shape):
    """`department` is null where the office itself solves it; `level` how far its delay was escalated."""

    id: Id
    investment_id: Id
    text: str
    department: str | None
    department_zh: str
    department_en: str
    due_on: date
    state: str
    version: int
    level: int
    overdue: bool
    raised_by: str
    raised_at_us: TimeUs
    ended_on: date | None
    allowed: list[AllowedView]
    steps: list[StepView]


class StageSinceView(Shape):
    stage: str
    since: date


class InvestmentView(Shape):
    """`tracked` says whether figures count it today; `unnamed` of how many projects it stands, named by no document."""

    id: Id
    ref: str
    name_zh: str
    name_en: str
    area: str
    area_code: str | None
    enterprise_id: Id | None
    enterprise_zh: str | None
    enterprise_en: str | None
    state: str
    stage: str | None
    stage_zh: str | None
    stage_en: str | None
    stages: list[StageSinceView]
    tracked: bool
    unnamed: int | None
    placeholder: bool
    planned_fen: Fen | None
    paid_fen: Fen
    milestones: list[InvestmentMilestoneView]
    open_problems: int
    overdue_milestones: int
    overdue_problems: int


class InvestmentBoard(Shape):
    """The projects one may see with the stages in order, and what all of them come to."""

    today: date
    stages: list[DispatchNameView]
    projects: list[InvestmentView]
    planned_fen: Fen
    paid_fen: Fen


class InvestmentVersionView(Shape):
    version: int
    planned_fen: Fen | None
    milestones: int
    saved_by: str
    saved_at_us: TimeUs
    reason: str | None


class InvestmentDetail(InvestmentView):
    version: int
    investor: str
    summary: str
    site: str
    owner: str
    source: str
    grade: GradeName
    tracked_from: date | None
    tracked_until: date | None
    recorded_by: str
    recorded_at_us: TimeUs
    payments: list[PaymentView]
    problems: list[ProblemView]
    versions: list[InvestmentVersionView]
    allowed: list[AllowedView]
    steps: list[StepView]


class OverdueItem(Shape):
    """Something of a project that is late: a milestone or a problem, with how many days."""

    kind: str
    investment_id: Id
    project_zh: str
    project_en: str
    name_zh: str
    name_en: str
    department: str | None
    department_zh: str
    department_en: str
    due_on: date
    days: int
    level: int


class OverdueList(Shape):
    items: list[OverdueItem]
