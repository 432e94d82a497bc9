"""When a request is overdue, and how far up it goes: functions of the calendar, the rules and a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from millmark.region.dispatch.calendar import WorkCalendar
from millmark.region.dispatch.rules import Escalation


@dataclass(frozen=True, slots=True)
class EscalationDue:
    """A step of escalation that is due: `level` counts from 1."""

    level: int
    to_zh: str
    to_en: str
    since: date


def is_overdue(due_on: date | None, today: date) -> bool:
    """The day it is due is not yet late."""
    return due_on is not None and today > due_on


def escalations_due(
    due_on: date | None, today: date, taken: int, steps: Sequence[Escalation], calendar: WorkCalendar
) -> list[EscalationDue]:
    """The steps after the first `taken` ones whose time has come, in order.

    A step's time comes when its `after` has passed since the deadline, and never before the deadline itself.
    """
    if due_on is None or not is_overdue(due_on, today):
        return []
    due: list[EscalationDue] = []
    for level, step in enumerate(steps, start=1):
        since = max(calendar.after(due_on, step.after), due_on)
        if level > taken and since <= today:
            due.append(EscalationDue(level, step.to_zh, step.to_en, since))
    return due
