"""The industry watch over the sample city's database, with a clock that its tests turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from tests.region.city import City, open_city

from millmark.programmes import DateSpan
from millmark.region.watch import Watch
from millmark.region.watch.months import read_month
from millmark.region.watch.profiles import NewProfile
from millmark.region.watch.reports import NewReport, Report
from millmark.region.watch.roster import NewMove
from millmark.registry import Database

ZONE = ZoneInfo("Asia/Shanghai")

USUAL: Mapping[str, int] = {
    "revenue_fen": 200_000_000,
    "output_fen": 210_000_000,
    "electricity_kwh": 80_000,
    "orders_fen": 190_000_000,
    "staff": 120,
    "tax_fen": 8_000_000,
}
"""A month of a plant with 2 million yuan of revenue."""


@dataclass
class Bench:
    """The city with its watch, and enterprises by short names."""

    city: City
    watch: Watch
    ids: dict[str, int] = field(default_factory=dict)

    def enterprise(self, slug: str, area: str = "421202", *, code: str = "3976", since: date | None = None) -> int:
        one = self.city.registry.add_enterprise(
            slug=slug, name_zh=f"{slug}厂", name_en=slug, area_code=area, is_placeholder=True
        )
        self.ids[slug] = one.id
        if code:
            self.profile(slug, code, since or date(2022, 1, 1))
        return one.id

    def profile(self, slug: str, code: str, since: date, **more: str) -> None:
        new = NewProfile(
            enterprise_id=self.ids[slug],
            valid_from=since,
            industry_code=code,
            size_class=more.pop("size_class", "small"),
            source="登记表",
            **more,
        )
        self.watch.profiles.add(new, recorded_by="ann")

    def move(self, slug: str, day: date, *, move: str = "joined", code: str = "3976") -> NewMove:
        """That the enterprise was on the roster from the beginning, came to it, or left it."""
        return NewMove(
            move=move,  # type: ignore[arg-type]
            industry_code=code,
            area="421202",
            span=DateSpan.of_day(day),
            source="统计局通知",
            subject=f"{slug}厂",
            enterprise_id=self.ids.get(slug),
        )

    def report(self, slug: str, month: str, **values: int) -> NewReport:
        return NewReport(
            enterprise_id=self.ids[slug], month=read_month(month), values={**USUAL, **values}, source="财务系统"
        )

    def enter(self, slug: str, month: str, **values: int) -> Report:
        return self.watch.reports.enter(self.report(slug, month, **values), reported_by=slug)


@pytest.fixture
def bench(database: Database) -> Bench:
    """On both databases; the clock stands at 1 June 2024, 08:00 in the city."""
    city = open_city(database)
    return Bench(city, city.bureau.watch)
