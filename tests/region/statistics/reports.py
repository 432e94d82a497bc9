"""Monthly reports straight into the watch's table: enterprises of a city, their months, their holdings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow
from millmark.registry import Database, Registry

YEAR = 2025
JANUARY = YEAR * 12
AREAS = ("421202", "421221", "421222")


@dataclass(frozen=True)
class Reporter:
    """An enterprise with the revenue of its months, in fen."""

    slug: str
    area: str
    industry: str
    months: Sequence[int]
    holding: int | None = None
    size: str = "small"


def report(
    database: Database, registry: Registry, reporters: Sequence[Reporter], first_month: int = JANUARY
) -> dict[str, int]:
    """Registers the enterprises and lays down their reports; returns ids by slug."""
    ids: dict[str, int] = {}
    for one in reporters:
        ids[one.slug] = registry.add_enterprise(
            slug=one.slug, name_zh=one.slug, name_en=one.slug, area_code=one.area, is_demonstration=True
        ).id
    with database.transaction() as session:
        for one in reporters:
            for number, revenue in enumerate(one.months):
                session.add(
                    MonthlyValueRow(
                        month=first_month + number,
                        enterprise_id=ids[one.slug],
                        version=1,
                        industry_code=one.industry,
                        division=int(one.industry[:2]),
                        area_code=one.area,
                        size_class=one.size,
                        holding_id=one.holding,
                        grade="self-reported",
                        revenue_fen=revenue,
                        output_fen=revenue,
                        electricity_kwh=revenue // 1000,
                        staff=10,
                    )
                )
    return ids


def correct(database: Database, enterprise_id: int, month: int, revenue_fen: int, *, version: int = 2) -> None:
    """A report is corrected: the value changes, and so does the stamp of what was read."""
    with database.transaction() as session:
        session.execute(
            update(MonthlyValueRow)
            .where(MonthlyValueRow.enterprise_id == enterprise_id, MonthlyValueRow.month == month)
            .values(revenue_fen=revenue_fen)
        )
        session.add(
            MonthlyVersionRow(
                enterprise_id=enterprise_id,
                month=month,
                version=version,
                revenue_fen=revenue_fen,
                more={},
                grade="self-reported",
                source="更正",
                explanations={},
                reported_by="tests",
                recorded_at_us=1,
            )
        )


def city(months: int = 3) -> list[Reporter]:
    """Three counties, three industries, enough enterprises in most cells; of industry 39 one alone in 421222."""
    found = []
    for area_number, area in enumerate(AREAS):
        for industry in ("13", "30", "39"):
            count = 1 if (industry, area) == ("39", AREAS[2]) else 6
            for number in range(count):
                base = 1_000_000 * (10 + 3 * number + area_number)
                found.append(
                    Reporter(
                        f"e{industry}-{area}-{number}", area, industry, [base + 10_000 * one for one in range(months)]
                    )
                )
    return found
