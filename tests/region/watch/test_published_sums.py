"""A city's sum of monthly reports: public only where no single report can be concluded from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.region.watch.conftest import Bench

from millmark.region.publications import NotPublishable, Obstacle
from millmark.region.statistics import Dimension, Proposal, TableDefinition
from millmark.region.watch.months import read_month

MONTHS = tuple(f"2023-{number:02}" for number in range(1, 7))
REVENUE = "F16"
"""Revenue of the information sector, January to June: what the documents say until every member has reported."""


def reported(bench: Bench, revenues: dict[str, int]) -> None:
    """The city's software firms are those named, and every one of them reports each month."""
    bench.city.load()
    for member in bench.watch.roster.moves(date(2024, 6, 1)):
        if member.fact.kind.startswith("above-scale-software"):
            bench.watch.records.void(member.id, source="测试", recorded_by="ann")
    for slug, revenue_fen in revenues.items():
        bench.enterprise(slug, code="6510")
        for month in MONTHS:
            report = bench.report(slug, month, revenue_fen=revenue_fen)
            bench.watch.reports.enter(replace(report, answer_to_all="规模与同行不同"), reported_by=slug)
        opening = bench.move(slug, date(2022, 12, 31), move="opening", code="6510")
        bench.watch.roster.record_move(opening, recorded_by="ann")


def test_two_reports_that_are_the_sum_are_kept_back(bench: Bench) -> None:
    reported(bench, {"code": 200_000_000, "soft": 210_000_000})
    figure = bench.city.figures.figure(REVENUE)
    assert len(figure.records) == len(MONTHS)
    with pytest.raises(NotPublishable) as refused:
        bench.city.bureau.publications.publish(figure, [], by="ann")
    assert refused.value.obstacle is Obstacle.FEW


def test_a_giant_among_small_ones_is_kept_back(bench: Bench) -> None:
    reported(bench, {"giant": 900_000_000, "big": 300_000_000, "a": 1_000_000, "b": 1_000_000, "c": 1_000_000})
    assert bench.city.bureau.publications.obstacle(bench.city.figures.figure(REVENUE)) is Obstacle.DOMINANT


def test_alike_ones_are_told_with_their_trend(bench: Bench) -> None:
    reported(bench, {f"firm-{number}": 200_000_000 + number for number in range(6)})
    figures, book = bench.city.figures, bench.city.bureau.publications
    figure = figures.figure(REVENUE, date(2023, 7, 26))
    kept = book.publish(figure, figures.past(REVENUE, figure.as_of), by="ann")
    assert round(kept.value or 0, 2) == Decimal("0.72")
    # The half year has no sum before it is over.
    assert [point.as_of.month for point in kept.trend] == [6, 7]


def a_firm_more(bench: Bench) -> None:
    """A software firm that reports and is not on the roster, so that no figure counts it."""
    bench.enterprise("shadow", code="6510")
    for month in MONTHS:
        report = bench.report("shadow", month, revenue_fen=210_000_000)
        bench.watch.reports.enter(replace(report, answer_to_all="规模与同行不同"), reported_by="shadow")


def proposed(bench: Bench) -> Proposal:
    book = bench.city.bureau.statistics.book
    if not book.definitions():
        definition = TableDefinition(
            slug="revenue",
            title_zh="营业收入",
            title_en="Revenue",
            measure="revenue_fen",
            dimensions=(Dimension.INDUSTRY,),
            first_year=2023,
        )
        book.define(definition, after_version=0, reason="", recorded_by="ann")
    return book.propose("revenue", read_month("2023-06"))


def test_the_figure_less_a_published_table_is_one_firm_s_revenue(bench: Bench) -> None:
    reported(bench, {f"firm-{number}": 200_000_000 + number for number in range(6)})
    a_firm_more(bench)
    table, figures, public = proposed(bench), bench.city.figures, bench.city.bureau.publications
    assert not table.release.hidden.any()
    book = bench.city.bureau.statistics.book
    book.publish("revenue", read_month("2023-06"), digest=table.digest, reason="", signed_by="ann")
    with pytest.raises(NotPublishable) as refused:
        public.publish(figures.figure(REVENUE), [], by="ann")
    assert refused.value.obstacle is Obstacle.BESIDE
    assert "version 1 of the published table 'revenue'" in str(refused.value)
    assert "已公布的统计表revenue第1版" in refused.value.zh
    assert public.obstacle(figures.figure(REVENUE)) is Obstacle.BESIDE


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_table_that_comes_later_keeps_back_what_the_figure_would_give_away(bench: Bench, withdrawn: bool) -> None:
    reported(bench, {f"firm-{number}": 200_000_000 + number for number in range(6)})
    kept = bench.city.bureau.publications.publish(bench.city.figures.figure(REVENUE), [], by="ann")
    if withdrawn:
        bench.city.bureau.publications.withdraw(kept.id, reason="口径有误", by="ann")
    assert not proposed(bench).release.hidden.any()
    a_firm_more(bench)
    table = proposed(bench)
    software = table.table.cell_of(("65",))
    assert software is not None
    assert table.release.hidden[software].all()


def test_what_was_looked_at_before_a_figure_came_is_looked_at_again(bench: Bench) -> None:
    reported(bench, {f"firm-{number}": 200_000_000 + number for number in range(6)})
    seen = proposed(bench)
    bench.city.bureau.publications.publish(bench.city.figures.figure(REVENUE), [], by="ann")
    again = proposed(bench)
    assert again is not seen
    assert again.after.figure > seen.after.figure
