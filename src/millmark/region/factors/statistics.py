"""How requests went: how long answers took, and what share was late, by department and by factor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

from millmark.region.factors.request import Assignment, FactorRequest

HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """What was assigned to a department. `overdue_share` is that of the assignments that were answered, or are due and
    open, of which the answer came or will come after the deadline; None where there is none yet.

    `median_hours` is from assignment to answer.
    """

    department: str
    assigned: int
    answered: int
    returned: int
    open: int
    overdue_open: int
    answered_late: int
    median_hours: float | None

    @property
    def overdue_share(self) -> Fraction | None:
        judged = self.answered + self.overdue_open
        return Fraction(self.answered_late + self.overdue_open, judged) if judged else None


@dataclass(frozen=True, slots=True)
class FactorRow:
    """What was asked of a factor. `median_hours` is from asking to the first answer that came."""

    factor: str
    asked: int
    open: int
    answered: int
    solved: int
    unsolved: int
    overdue_open: int
    median_hours: float | None


@dataclass(frozen=True, slots=True)
class FactorStatistics:
    departments: tuple[DepartmentRow, ...]
    factors: tuple[FactorRow, ...]
    asked: int
    solved: int
    unsolved: int
    open: int
    overdue_open: int


def reckon(requests: Sequence[FactorRequest], today: date, day_of: Callable[[int], date]) -> FactorStatistics:
    """Statistics of requests; `day_of` gives the city's day of a moment. Withdrawn requests and assignments that were
    taken away again do not count."""
    counted = [one for one in requests if one.state != "withdrawn"]
    parts = [(part, one.state) for one in counted for part in one.assignments if part.ended_as != "withdrawn"]
    by_department: dict[str, list[Assignment]] = {}
    for part, _state in parts:
        by_department.setdefault(part.department, []).append(part)
    by_factor: dict[str, list[FactorRequest]] = {}
    for one in counted:
        by_factor.setdefault(one.factor, []).append(one)
    return FactorStatistics(
        departments=tuple(_of_department(name, by_department[name], today, day_of) for name in sorted(by_department)),
        factors=tuple(_of_factor(name, by_factor[name], today) for name in by_factor),
        asked=len(counted),
        solved=sum(one.state == "solved" for one in counted),
        unsolved=sum(one.state == "unsolved" for one in counted),
        open=sum(one.is_open for one in counted),
        overdue_open=sum(one.is_overdue(today) for one in counted),
    )


def _of_department(name: str, parts: Sequence[Assignment], today: date, day_of: Callable[[int], date]) -> DepartmentRow:
    answered = [one for one in parts if one.ended_as == "answered"]
    still_open = [one for one in parts if one.is_open]
    return DepartmentRow(
        department=name,
        assigned=len(parts),
        answered=len(answered),
        returned=sum(one.ended_as == "returned" for one in parts),
        open=len(still_open),
        overdue_open=sum(today > one.due_on for one in still_open),
        answered_late=sum(day_of(one.ended_at_us or 0) > one.due_on for one in answered),
        median_hours=_median_hours((one.ended_at_us or 0) - one.assigned_at_us for one in answered),
    )


def _of_factor(name: str, requests: Sequence[FactorRequest], today: date) -> FactorRow:
    answered = [one for one in requests if one.answered_at_us is not None]
    return FactorRow(
        factor=name,
        asked=len(requests),
        open=sum(one.is_open for one in requests),
        answered=len(answered),
        solved=sum(one.state == "solved" for one in requests),
        unsolved=sum(one.state == "unsolved" for one in requests),
        overdue_open=sum(one.is_overdue(today) for one in requests),
        median_hours=_median_hours((one.answered_at_us or 0) - one.asked_at_us for one in answered),
    )


def _median_hours(lengths_us: Iterable[int]) -> float | None:
    lengths = list(lengths_us)
    return round(median(lengths) / HOUR_US, 1) if lengths else None
