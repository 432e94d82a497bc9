"""The days a record speaks of: one day, a month, a half-year, a year, or a range of these."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from millmark.programmes.errors import InvalidSpan

_YEAR = re.compile(r"(\d{4})")
_HALF = re.compile(r"(\d{4})-H([12])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEARS = re.compile(r"(\d{4})-(\d{4})")


def days_in_english(count: int) -> str:
    """A number of days as a sentence counts them: 1 day, 28 days."""
    return "1 day" if count == 1 else f"{count} days"


class SpanShape(StrEnum):
    """What a span is called in a sentence."""

    DAY = "day"
    MONTH = "month"
    HALF_YEAR = "half_year"
    YEAR = "year"
    MONTHS = "months"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class DateSpan:
    """From `first` to `last`, both included; calendar days of the city."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidSpan(f"a span of days must not end before it starts: {self.first} .. {self.last}")

    @classmethod
    def of_day(cls, day: date) -> Self:
        return cls(day, day)

    @classmethod
    def of_year(cls, year: int) -> Self:
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2023`, `2022-2023`, `2023-H1`, `2023-04`, `2023-07-26` or `A..B` of these; raises `InvalidSpan`."""
        first, dots, last = text.strip().partition("..")
        try:
            start, end = _edges(first)
            return cls(start, _edges(last)[1] if dots else end)
        except ValueError as error:
            examples = "2023, 2022-2023, 2023-H1, 2023-04, 2023-05-30 or 2023-01..2023-06"
            raise InvalidSpan(f"{text!r} is no day, month, half-year or year; write {examples}") from error

    @property
    def shape(self) -> SpanShape:
        if self.first == self.last:
            return SpanShape.DAY
        if self.first.day != 1 or self.last.day != _last_day(self.last.year, self.last.month):
            return SpanShape.OTHER
        if self.first.year != self.last.year:
            return SpanShape.OTHER
        match (self.first.month, self.last.month):
            case (1, 12):
                return SpanShape.YEAR
            case (1, 6) | (7, 12):
                return SpanShape.HALF_YEAR
            case (first, last) if first == last:
                return SpanShape.MONTH
            case _:
                return SpanShape.MONTHS

    def contains(self, other: DateSpan) -> bool:
        return self.first <= other.first and other.last <= self.last

    @property
    def years(self) -> range:
        """The calendar years that the span touches."""
        return range(self.first.year, self.last.year + 1)

    def __str__(self) -> str:
        """The shortest text that `parse` reads back as this span."""
        match self.shape:
            case SpanShape.DAY:
                return self.first.isoformat()
            case SpanShape.MONTH:
                return f"{self.first:%Y-%m}"
            case SpanShape.HALF_YEAR:
                return f"{self.first.year}-H{1 if self.first.month == 1 else 2}"
            case SpanShape.YEAR:
                return str(self.first.year)
            case SpanShape.MONTHS:
                return f"{self.first:%Y-%m}..{self.last:%Y-%m}"
            case SpanShape.OTHER:
                return f"{self.first.isoformat()}..{self.last.isoformat()}"


def _edges(text: str) -> tuple[date, date]:
    if found := _DAY.fullmatch(text):
        day = date(*(int(part) for part in found.groups()))
        return day, day
    if found := _YEARS.fullmatch(text):
        return date(int(found[1]), 1, 1), date(int(found[2]), 12, 31)
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2])
        return date(year, month, 1), date(year, month, _last_day(year, month))
    if found := _HALF.fullmatch(text):
        year, start = int(found[1]), 1 if found[2] == "1" else 7
        return date(year, start, 1), date(year, start + 5, _last_day(year, start + 5))
    if found := _YEAR.fullmatch(text):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    raise ValueError(text)


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
