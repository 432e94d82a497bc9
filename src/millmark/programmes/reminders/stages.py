"""How near a deadline must be before somebody is reminded of it."""

from __future__ import annotations

from enum import StrEnum

WEEK_DAYS = 7
LAST_DAYS = 1


class Stage(StrEnum):
    """A week before, on the day before or the day itself, and once it is over."""

    WEEK = "week"
    LAST_DAY = "last_day"
    OVERDUE = "overdue"


def stage_of(days_left: int | None) -> Stage | None:
    """The stage that a deadline has come to; None while it is far, or where there is none."""
    if days_left is None or days_left > WEEK_DAYS:
        return None
    if days_left < 0:
        return Stage.OVERDUE
    return Stage.LAST_DAY if days_left <= LAST_DAYS else Stage.WEEK
