"""An investment project as it is read: its plan, what came of it, its money and its problems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from millmark.programmes import Grade
from millmark.region.factors.deadlines import is_overdue
from millmark.region.investments.content import InvestmentContent
from millmark.region.investments.machine import PROBLEM_OPEN


@dataclass(frozen=True, slots=True)
class Milestone:
    """A planned milestone, with the day it was reached; `report_id` is the report that says so."""

    key: str
    name_zh: str
    name_en: str
    stage: str | None
    planned_on: date
    actual_on: date | None
    note: str
    report_id: int | None

    def is_overdue(self, today: date) -> bool:
        return self.actual_on is None and today > self.planned_on

    def is_late(self) -> bool:
        return self.actual_on is not None and self.actual_on > self.planned_on


@dataclass(frozen=True, slots=True)
class Payment:
    """Money put into a project by a day, in fen; `voided_by` is the record that says it does not hold."""

    id: int
    paid_on: date
    amount_fen: int
    source: str
    grade: Grade
    recorded_by: str
    recorded_at_us: int
    voided_by: int | None
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in a project's way, and whose it is; `department` is None where the office itself solves it."""

    id: int
    investment_id: int
    text: str
    department: str | None
    due_on: date
    state: str
    version: int
    level: int
    raised_by: str
    raised_at_us: int
    ended_on: date | None

    @property
    def is_open(self) -> bool:
        return self.state in PROBLEM_OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and is_overdue(self.due_on, today)


@dataclass(frozen=True, slots=True)
class StageSince:
    stage: str
    since: date


@dataclass(frozen=True, slots=True)
class Investment:
    """`tracked_from` and `tracked_until` are the days between which figures count it; the last one is the first day on
    which they no longer do. `count` is more than 1 for projects that a document counts and does not name."""

    id: int
    kind: str
    version: int
    state: str
    stage: str | None
    stages: tuple[StageSince, ...]
    area: str
    area_code: str | None
    enterprise_id: int | None
    count: int
    tracked_from: date | None
    tracked_until: date | None
    source: str
    grade: Grade
    placeholder: bool
    recorded_at_us: int
    recorded_by: str
    content: InvestmentContent
    milestones: tuple[Milestone, ...]
    payments: tuple[Payment, ...]
    problems: tuple[Problem, ...]

    @property
    def ref(self) -> str:
        return f"investment:{self.id}"

    @property
    def paid_fen(self) -> int:
        return sum(one.amount_fen for one in self.payments if one.voided_by is None)

    @property
    def is_live(self) -> bool:
        return self.state in ("active", "paused")

    def is_tracked(self, day: date) -> bool:
        since, until = self.tracked_from, self.tracked_until
        return since is not None and since <= day and (until is None or day < until) and self.state != "void"

    def overdue_milestones(self, today: date) -> tuple[Milestone, ...]:
        """Nothing is overdue in a project that ended."""
        return tuple(one for one in self.milestones if one.is_overdue(today)) if self.is_live else ()

    def overdue_problems(self, today: date) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.is_overdue(today)) if self.is_live else ()

    def is_overdue(self, today: date) -> bool:
        return bool(self.overdue_milestones(today) or self.overdue_problems(today))

    def concerns(self, department: str | None) -> bool:
        """Whether a problem of it is a department's to solve."""
        return department is not None and any(one.department == department for one in self.problems)
