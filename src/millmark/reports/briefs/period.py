"""The month and area that a brief speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from millmark.region.watch.months import first_day, last_day, read_month
from millmark.registry import area_prefix

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class BriefPeriod:
    """A month of an administrative division, read as of a day. `month` is year * 12 + month - 1."""

    month: int
    area_code: str
    as_of: date
    zone: ZoneInfo

    @classmethod
    def of(cls, month: str, area_code: str, as_of: date, zone: ZoneInfo) -> BriefPeriod:
        """Reads `2026-10`; raises `InvalidMonth`."""
        return cls(read_month(month), area_code, as_of, zone)

    @property
    def first(self) -> date:
        return first_day(self.month)

    @property
    def last(self) -> date:
        return last_day(self.month)

    @property
    def from_us(self) -> int:
        return _midnight_us(self.first, self.zone)

    @property
    def before_us(self) -> int:
        return _midnight_us(first_day(self.month + 1), self.zone)

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def covers(self, area_code: str | None) -> bool:
        """Whether an area lies within; what has no area is the whole city's."""
        return (area_code or "").startswith(area_prefix(self.area_code))


def _midnight_us(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * _SECOND_US
