"""What the statistics show in the demonstration: a few tables over the generated reports, two of them published, and
consents to publish.

The reports are those of placeholders and of the fictional factories (`bureau_watch`); titles say so. May be repeated:
what is there stays as people left it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from millmark.region.disclosure import PublicationRefused
from millmark.region.statistics import Cost, Dimension, NewWaiver, TableDefinition
from millmark.region.watch.months import first_day, last_day

if TYPE_CHECKING:
    from millmark.composition import Platform
    from millmark.region.statistics import StatisticsBook

log = logging.getLogger(__name__)

BY: Final = "demo"
_PUBLISHED: Final = ("demo-revenue-by-industry", "demo-electricity-by-area")


def seed_statistics(platform: Platform) -> None:
    """Defines what is not there yet and publishes two tables once."""
    book = platform.bureau.statistics.book
    there = {one.definition.slug for one in book.definitions()}
    through = book.last_month()
    for definition in _tables((through - 12) // 12):
        if definition.slug not in there:
            book.define(definition, after_version=0, reason="演示", recorded_by=BY)
    for slug in _PUBLISHED:
        if slug not in there:
            _publish(book, slug, through)
    if not platform.bureau.statistics.waivers.waivers():
        _consent(platform, through)


def _publish(book: StatisticsBook, slug: str, through: int) -> None:
    try:
        proposal = book.propose(slug, through)
    except PublicationRefused as refusal:
        log.info("the demonstration publishes no table: %s", refusal)
        return
    book.publish(slug, through, digest=proposal.digest, reason="", signed_by=BY)


def _consent(platform: Platform, through: int) -> None:
    """Two fictional factories agreed to be told: one in everything of two years, another withdrew."""
    waivers, since = platform.bureau.statistics.waivers, first_day(through - 23)
    given = [
        waivers.give(
            NewWaiver(
                enterprise_id=platform.registry.enterprise_by_slug(slug).id,
                valid_from=since,
                valid_until=until,
                measures=measures,
                document=f"《统计数据公布同意书》(演示){number}号",
            ),
            recorded_by=BY,
        )
        for number, slug, until, measures in (
            (1, "demo-a", last_day(through), ()),
            (2, "demo-b", None, ("electricity_kwh", "revenue_fen")),
        )
    ]
    today = platform.bureau.watch.today()
    waivers.withdraw(given[1].id, from_day=today, document="《撤回同意书》(演示)2号", recorded_by=BY)


def _tables(first_year: int) -> list[TableDefinition]:
    note_zh, note_en = "演示数据,由占位企业的生成报表汇总", "Demonstration: generated reports of placeholders"
    return [
        TableDefinition(
            slug="demo-revenue-by-industry",
            title_zh="规上企业营业收入:分行业(演示)",
            title_en="Revenue by industry (demonstration)",
            measure="revenue_fen",
            dimensions=(Dimension.INDUSTRY,),
            first_year=first_year,
            note_zh=note_zh,
            note_en=note_en,
        ),
        TableDefinition(
            slug="demo-revenue-by-area-and-industry",
            title_zh="规上企业营业收入:地区 × 行业(演示)",
            title_en="Revenue by area and industry (demonstration)",
            measure="revenue_fen",
            dimensions=(Dimension.AREA, Dimension.INDUSTRY),
            first_year=first_year,
            note_zh=note_zh,
            note_en=note_en,
        ),
        TableDefinition(
            slug="demo-electricity-by-area",
            title_zh="规上企业用电量:分县市区(演示)",
            title_en="Electricity by county (demonstration)",
            measure="electricity_kwh",
            dimensions=(Dimension.AREA,),
            first_year=first_year,
            cost=Cost.NUMBER,
            note_zh=note_zh,
            note_en=note_en,
        ),
        TableDefinition(
            slug="demo-electricity-per-output-by-industry",
            title_zh="规上企业单位产值电耗:分行业(演示)",
            title_en="Electricity per output by industry (demonstration)",
            measure="energy_per_output",
            dimensions=(Dimension.INDUSTRY,),
            first_year=first_year,
            note_zh=note_zh,
            note_en=note_en,
        ),
        TableDefinition(
            slug="demo-staff-by-size",
            title_zh="规上企业用工:分规模(演示)",
            title_en="Staff by size (demonstration)",
            measure="staff",
            dimensions=(Dimension.SIZE,),
            first_year=first_year,
            cumulative=False,
            note_zh=note_zh,
            note_en=note_en,
        ),
    ]
