"""Gathers what a brief is made of from the books of the bureau."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from millmark.programmes import DateSpan
from millmark.region.bureau import Bureau
from millmark.registry import Registry, area_prefix
from millmark.reports import wording
from millmark.reports.briefs import phrases
from millmark.reports.briefs.data import BriefData, Pair, Value
from millmark.reports.briefs.factor_part import Part, factor_part
from millmark.reports.briefs.period import BriefPeriod
from millmark.reports.briefs.project_part import project_part
from millmark.reports.briefs.watch_part import WatchReader


class BriefSources:
    """Reads the books; writes nothing."""

    def __init__(self, bureau: Bureau, registry: Registry, *, zone: ZoneInfo, now_us: Callable[[], int]) -> None:
        self._bureau = bureau
        self._registry = registry
        self._zone = zone
        self._now_us = now_us

    def read(self, month: str, area_code: str) -> BriefData:
        """A month of an area as it is known today; raises `InvalidMonth`."""
        period = BriefPeriod.of(month, area_code, self._bureau.factors.today(), self._zone)
        departments = {one.id: (one.name_zh, one.name_en) for one in self._bureau.departments.departments()}
        within = self._registry.slugs_within(_whole(area_code)).keys()
        parts = [
            WatchReader(self._bureau.watch).part(period, within),
            self._factors(period, departments),
            project_part(
                [one for one in self._bureau.investments.projects() if period.covers(one.area_code)],
                period,
                self._bureau.investments.rules,
                departments,
            ),
        ]
        return BriefData(
            month=month,
            area_code=area_code,
            as_of=period.as_of.isoformat(),
            has=tuple(name for part in parts for name in part.has),
            values=(*_times(period), *(value for part in parts for value in part.values)),
            tables=tuple(table for part in parts for table in part.tables),
            charts=tuple(chart for part in parts for chart in part.charts),
        )

    def _factors(self, period: BriefPeriod, departments: dict[str, Pair]) -> Part:
        book = self._bureau.factors
        own = [one for one in book.requests() if period.covers(one.area_code) and one.state != "withdrawn"]
        asked = [one for one in own if period.from_us <= one.asked_at_us < period.before_us]
        today = period.as_of
        return factor_part(
            asked,
            [one for one in own if one.is_open],
            [one for one in own if one.is_overdue(today)],
            book.statistics(asked),
            book.rules.factors,
            departments,
        )


def _times(period: BriefPeriod) -> tuple[Value, ...]:
    span = DateSpan(period.first, period.last)
    month = wording.span(span, "zh"), wording.span(span, "en")
    return (
        Value(name="month", label=("月份", "month"), text=month, source="calendar"),
        Value(name="as_of", label=("统计日", "as of"), text=phrases.day(period.as_of), source="calendar"),
    )


def _whole(area_code: str) -> str:
    """The code that stands for an area with all within it."""
    return area_prefix(area_code).ljust(6, "0")
