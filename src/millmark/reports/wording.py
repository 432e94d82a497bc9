"""Numbers and times as a sentence writes them, in Chinese and English."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from millmark.programmes import DateSpan, SpanShape
from millmark.reports.template import Language


def number(value: Decimal, *, thousands: bool) -> str:
    """Exact, without exponent or trailing zeros: 3970, 14.52 or 1,200."""
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return format(plain, ",f" if thousands else "f")


def year(of: int, language: Language) -> str:
    return f"{of}年" if language == "zh" else str(of)


def day(of: date, language: Language) -> str:
    """2023年9月8日, or 8 September 2023."""
    return f"{of.year}年{of.month}月{of.day}日" if language == "zh" else f"{of.day} {_month(of)} {of.year}"


def span(of: DateSpan, language: Language, *, brief: bool = False, by_months: bool = False) -> str:
    """A span of days in words; `brief` leaves out the year, `by_months` writes a half-year as its months."""
    shape = of.shape
    if by_months and shape is SpanShape.HALF_YEAR:
        shape = SpanShape.MONTHS
    return _zh(of, shape, brief) if language == "zh" else _en(of, shape, brief)


def _zh(of: DateSpan, shape: SpanShape, brief: bool) -> str:
    first, last = of.first, of.last
    of_year = "" if brief else f"{first.year}年"
    match shape:
        case SpanShape.YEAR:
            return f"{first.year}年"
        case SpanShape.HALF_YEAR:
            return f"{of_year}{'上' if first.month == 1 else '下'}半年"
        case SpanShape.MONTH:
            return f"{of_year}{first.month}月"
        case SpanShape.MONTHS:
            return f"{of_year}{first.month}-{last.month}月"
        case SpanShape.DAY:
            return f"{of_year}{first.month}月{first.day}日"
        case SpanShape.OTHER:
            return "至".join(f"{day.year}年{day.month}月{day.day}日" for day in (first, last))


def _en(of: DateSpan, shape: SpanShape, brief: bool) -> str:
    first, last = of.first, of.last
    of_year = "" if brief else f" {first.year}"
    match shape:
        case SpanShape.YEAR:
            return str(first.year)
        case SpanShape.HALF_YEAR:
            half = f"the {'first' if first.month == 1 else 'second'} half"
            return half if brief else f"{half} of {first.year}"
        case SpanShape.MONTH:
            return f"{_month(first)}{of_year}"
        case SpanShape.MONTHS:
            return f"{_month(first)} to {_month(last)}{of_year}"
        case SpanShape.DAY:
            return f"{first.day} {_month(first)}{of_year}"
        case SpanShape.OTHER:
            return " to ".join(f"{day.day} {_month(day)} {day.year}" for day in (first, last))


def _month(day: date) -> str:
    return _MONTHS[day.month]


# Not calendar.month_name: that follows the machine's locale.
_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
