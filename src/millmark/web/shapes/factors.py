"""Production-factor requests as the API shows them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from millmark.web.shapes.shape import Finite, Id, Shape, TimeUs
from millmark.web.shapes.steps import AllowedView, StepView


class DispatchNameView(Shape):
    id: str
    name_zh: str
    name_en: str


class FactorView(DispatchNameView):
    """A production factor; `departments` are the ids suggested for it, of those on the list of departments."""

    departments: list[str]


class FactorDeadlineView(Shape):
    """By when the office assigns and the departments answer: `3wd` are working days, `1d` calendar days."""

    factor: str
    urgency: str
    assign: str
    answer: str


class EscalationView(Shape):
    after: str
    to_zh: str
    to_en: str


class FactorRules(Shape):
    """The rules in force. `calendar_years` are those whose holidays are known; others know weekends alone."""

    pack: str
    source: str
    factors: list[FactorView]
    urgencies: list[DispatchNameView]
    deadlines: list[FactorDeadlineView]
    escalation: list[EscalationView]
    calendar_years: list[int]


class AssignmentView(Shape):
    """A department's part in a round. `ended_as` is answered, returned or withdrawn, null while it is open."""

    department: str
    department_zh: str
    department_en: str
    round: int
    lead: bool
    due_on: date
    assigned_at_us: TimeUs
    assigned_by: str
    taken_up_at_us: TimeUs | None
    ended_at_us: TimeUs | None
    ended_as: str | None
    answer: str | None
    overdue: bool


class FactorRequestView(Shape):
    """`due_on` is the deadline now in force, null where nobody's turn has one; `level` how far it was escalated."""

    id: Id
    enterprise_id: Id
    enterprise_zh: str
    enterprise_en: str
    area_code: str
    factor: str
    urgency: str
    state: str
    version: int
    round: int
    level: int
    title: str
    due_on: date | None
    overdue: bool
    asked_at_us: TimeUs
    asked_by_office: bool
    answered_at_us: TimeUs | None
    settled_at_us: TimeUs | None
    departments: list[str]


class FactorRequestList(Shape):
    requests: list[FactorRequestView]


class FactorContentView(Shape):
    version: int
    title: str
    text: str
    needed_by: date | None
    contact: str
    saved_by: str
    saved_at_us: TimeUs


class FactorRequestDetail(FactorRequestView):
    content: FactorContentView
    versions: list[FactorContentView]
    asked_by: str
    assign_by: date
    answer_by: date | None
    assignments: list[AssignmentView]
    allowed: list[AllowedView]
    steps: list[StepView]


class FactorContentForm(Shape):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=4_000)
    needed_by: date | None = None
    contact: str = Field(default="", max_length=200)


class NewFactorRequest(FactorContentForm):
    """`enterprise_id` may be left out by an account of an enterprise."""

    enterprise_id: Id | None = None
    factor: str = Field(min_length=1, max_length=64)
    urgency: str = Field(min_length=1, max_length=64)


class AmendedRequest(FactorContentForm):
    version: int | None = None


class TaskForm(Shape):
    """A department's part; without `due_on` the rules say by when."""

    department: str = Field(min_length=1, max_length=64)
    due_on: date | None = None


class FactorStep(Shape):
    """A step: `reason` is also the text of an answer; `tasks` are for assigning, the first department leads."""

    action: str = Field(min_length=1, max_length=32)
    reason: str | None = Field(default=None, max_length=4_000)
    tasks: list[TaskForm] = Field(default_factory=list, max_length=20)
    due_on: date | None = None
    version: int | None = None


class DepartmentFigures(Shape):
    """`overdue_share` is of the parts answered, or due and open; null where there is none yet."""

    department: str
    department_zh: str
    department_en: str
    assigned: int
    answered: int
    returned: int
    open: int
    overdue_open: int
    answered_late: int
    overdue_share: Finite
    median_hours: Finite


class FactorFigures(Shape):
    factor: str
    asked: int
    open: int
    answered: int
    solved: int
    unsolved: int
    overdue_open: int
    median_hours: Finite


class FactorStatisticsView(Shape):
    asked: int
    solved: int
    unsolved: int
    open: int
    overdue_open: int
    departments: list[DepartmentFigures]
    factors: list[FactorFigures]


class Escalated(Shape):
    """What a run of the rule escalated: how many requests and problems of projects."""

    requests: int
    problems: int
