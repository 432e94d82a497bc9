"""Months as numbers: `year * 12 + month - 1`, so that the month before is one less and a year ago twelve less."""

from __future__ import annotations

import calendar
import re
from datetime import date

from millmark.programmes import DateSpan
from millmark.region.watch.errors import InvalidMonth

_MONTH = re.compile(r"(\d{4})-(\d{2})")
FIRST_MONTH = 1990 * 12
LAST_MONTH = 2100 * 12 - 1


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_text(month: int) -> str:
    """As `2026-02`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def read_month(text: str) -> int:
    """Reads `2026-02`; raises `InvalidMonth`."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise InvalidMonth(f"month: {text!r} is no month; write it as 2026-02")
    month = int(found[1]) * 12 + int(found[2]) - 1
    if not FIRST_MONTH <= month <= LAST_MONTH:
        raise InvalidMonth(f"month: {text!r} lies outside the years 1990 to 2099")
    return month


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, calendar.monthrange(month // 12, month % 12 + 1)[1])


def span_of(month: int) -> DateSpan:
    return DateSpan(first_day(month), last_day(month))


def whole_months(span: DateSpan) -> range:
    """The months that lie wholly within a span."""
    first = month_of(span.first) + (span.first.day != 1)
    last = month_of(span.last)
    return range(first, last + (last_day(last) == span.last))
