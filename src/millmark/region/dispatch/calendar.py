"""Working days, and deadlines counted in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

_TERM = re.compile(r"(\d{1,3})(d|wd)")
_SATURDAY = 5
_DAY = timedelta(days=1)


class DayKind(StrEnum):
    CALENDAR = "d"
    WORKING = "wd"


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take: `days` calendar or working days after the day it begins."""

    days: int
    kind: DayKind

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `3wd` (working days) or `1d` (calendar days); raises `ValueError`."""
        found = _TERM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no length of time; write 3wd for working days or 1d for calendar days")
        return cls(int(found[1]), DayKind(found[2]))

    def __str__(self) -> str:
        return f"{self.days}{self.kind}"


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Monday to Friday, but for `holidays` (off) and `working_weekends` (on).

    `covers` are the years that an official notice arranges; in any other year weekends alone are free.
    """

    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    covers: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        if day in self.working_weekends:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The first working day from `day` on."""
        while not self.is_working(day):
            day += _DAY
        return day

    def after(self, start: date, term: Term) -> date:
        """The last day of a term that begins on `start`, which itself does not count.

        `0wd` ends on `start`, or on the next working day where `start` is free.
        """
        if term.kind is DayKind.CALENDAR:
            return start + timedelta(days=term.days)
        if term.days == 0:
            return self.on_or_after(start)
        day, left = start, term.days
        while left:
            day += _DAY
            left -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; 0 where `end` is not later."""
        count, day = 0, start
        while day < end:
            day += _DAY
            count += self.is_working(day)
        return count


def days_of(spans: Iterable[tuple[date, date]]) -> frozenset[date]:
    """Every day of the spans, both ends included."""
    return frozenset(first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1))
