"""Spans of time, in integer UTC microseconds; local time only where a day of a place is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc_us(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z of an aware datetime; exact, no float on the way."""
    if moment.tzinfo is None:
        raise ValueError(f"a datetime without time zone has no place on the UTC axis: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def utc_datetime(time_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=time_us)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Half-open span [start_us, end_us)."""

    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if self.end_us <= self.start_us:
            raise ValueError(f"a period must end after it starts: {self.start_us} .. {self.end_us}")

    @classmethod
    def of_day(cls, day: date, zone: ZoneInfo) -> Self:
        """A calendar day of a place; 23 or 25 hours long where clocks change."""
        return cls.of_days(day, day, zone)

    @classmethod
    def of_days(cls, first: date, last: date, zone: ZoneInfo) -> Self:
        """From the start of `first` to the end of `last`, both calendar days of a place."""
        start = datetime.combine(first, time(), tzinfo=zone)
        end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
        return cls(utc_us(start.astimezone(UTC)), utc_us(end.astimezone(UTC)))

    @property
    def duration_us(self) -> int:
        return self.end_us - self.start_us

    def contains(self, time_us: int) -> bool:
        return self.start_us <= time_us < self.end_us

    def intersection(self, other: Period) -> Period | None:
        start, end = max(self.start_us, other.start_us), min(self.end_us, other.end_us)
        return Period(start, end) if end > start else None

    def days(self, zone: ZoneInfo) -> Iterator[tuple[date, Period]]:
        """The calendar days of a place that this period touches, each cut to the period."""
        day = utc_datetime(self.start_us).astimezone(zone).date()
        while (whole := Period.of_day(day, zone)).start_us < self.end_us:
            if part := whole.intersection(self):
                yield day, part
            day += timedelta(days=1)
