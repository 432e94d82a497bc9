"""Monthly reports: checks at entry, versions, sums, and the published sum that gives way to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.region.watch.conftest import USUAL, ZONE, Bench

from millmark.model.period import utc_datetime
from millmark.region.watch.columns import monthly_columns
from millmark.region.watch.errors import ExplanationMissing, InvalidMonth, InvalidReport, ReportConflict
from millmark.region.watch.months import month_text, read_month
from millmark.region.watch.sums import totals


def keys(bench: Bench, slug: str, month: str, **values: int) -> set[str]:
    (weighed,) = bench.watch.reports.weigh([bench.report(slug, month, **values)])
    return {one.key for one in weighed.findings}


def test_a_usual_month_passes_and_a_correction_keeps_what_was_there(bench: Bench) -> None:
    bench.enterprise("light")
    first = bench.enter("light", "2024-04")
    assert (first.version, first.values) == (1, dict(USUAL))
    again = bench.report("light", "2024-04", revenue_fen=201_000_000)
    with pytest.raises(InvalidReport, match="say why it is corrected"):
        bench.watch.reports.enter(again, reported_by="light")
    second = bench.watch.reports.enter(replace(again, reason="漏记一张发票"), reported_by="light")
    assert (second.version, second.values["revenue_fen"], second.reason) == (2, 201_000_000, "漏记一张发票")
    assert [one.version for one in bench.watch.reports.versions(bench.ids["light"], read_month("2024-04"))] == [2, 1]
    with pytest.raises(ReportConflict, match="has version 2 by now, not 1"):
        bench.watch.reports.enter(replace(again, reason="再次", seen=1), reported_by="light")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"revenue_fen": -1}, {"negative:revenue_fen", "jump-month:revenue_fen"}),
        ({"tax_fen": -5_000_000}, set()),
        (
            {"revenue_fen": 200_000_000_000, "output_fen": 210_000_000_000, "tax_fen": 8_000_000_000},
            {
                "unit-slip:revenue_fen",
                "unit-slip:output_fen",
                "unit-slip:tax_fen",
                "jump-month:revenue_fen",
                "jump-month:output_fen",
                "electricity-against-revenue",
            },
        ),
        (
            {"electricity_kwh": 8},
            {
                "unit-slip:electricity_kwh",
                "jump-month:electricity_kwh",
                "electricity-against-revenue",
            },
        ),
        ({"revenue_fen": 520_000_000}, {"jump-month:revenue_fen"}),
        ({"electricity_kwh": 250_000}, {"jump-month:electricity_kwh", "electricity-against-revenue"}),
        (
            {"electricity_kwh": 0},
            {
                "jump-month:electricity_kwh",
                "electricity-against-revenue",
                "idle-with-revenue",
            },
        ),
        ({"tax_fen": 90_000_000}, {"tax-against-revenue"}),
        ({"staff": 80}, {"staff-change:staff"}),
        ({"staff": 117}, set()),
    ],
)
def test_the_checks_find_what_they_name(bench: Bench, values: Mapping[str, int], found: set[str]) -> None:
    bench.enterprise("light")
    for month in ("2024-01", "2024-02", "2024-03"):
        bench.enter("light", month)
    assert keys(bench, "light", "2024-04", **values) == found


def test_missing_months_and_missing_values_are_told(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enterprise("code", code="6510")
    bench.enter("light", "2023-11")
    # January needs no report of its own.
    assert keys(bench, "light", "2024-02") == {"missing-months"}
    without = {name: value for name, value in USUAL.items() if name != "output_fen"}
    plant = replace(bench.report("light", "2023-12"), values=without)
    service = replace(bench.report("code", "2023-12"), values=without)
    weighed = bench.watch.reports.weigh([plant, service])
    assert [{one.key for one in each.findings} for each in weighed] == [{"required:output_fen"}, set()]
    with pytest.raises(InvalidReport, match="refuse required:output_fen"):
        bench.watch.reports.enter(plant, reported_by="light")


def test_what_is_unusual_is_kept_once_somebody_says_why(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enter("light", "2024-03")
    jump = bench.report("light", "2024-04", revenue_fen=600_000_000)
    with pytest.raises(ExplanationMissing, match="jump-month:revenue_fen"):
        bench.watch.reports.enter(jump, reported_by="light")
    told = replace(jump, explanations={"jump-month:revenue_fen": "大订单集中交付"})
    assert bench.watch.reports.enter(told, reported_by="light").explanations == {
        "jump-month:revenue_fen": "大订单集中交付"
    }


def test_a_history_brought_at_once_is_checked_against_itself_and_kept_whole_or_not_at_all(bench: Bench) -> None:
    bench.enterprise("light")
    reports = [
        bench.report("light", month_text(month)) for month in range(read_month("2023-01"), read_month("2023-12") + 1)
    ]
    broken = [*reports[:-1], replace(reports[-1], values={**USUAL, "staff": -1})]
    with pytest.raises(InvalidReport, match="2023-12"):
        bench.watch.reports.enter_all(broken, reported_by="office")
    assert bench.watch.sums.latest_month() is None
    assert len(bench.watch.reports.enter_all(reports, reported_by="office")) == 12
    with pytest.raises(InvalidReport, match="stands twice"):
        bench.watch.reports.enter_all([bench.report("light", "2024-01")] * 2, reported_by="office")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"month": read_month("2024-07")}, "has not begun"),
        ({"enterprise_id": 999}, "no enterprise has the id 999"),
        ({"values": {"revnue": 1}}, "revnue: is no indicator"),
        ({"values": {"revenue_fen": 2**60}}, "more than any enterprise has"),
        ({"source": " "}, "source"),
    ],
)
def test_what_cannot_be_a_report_is_refused_in_words(bench: Bench, change: Mapping[str, object], message: str) -> None:
    bench.enterprise("light")
    with pytest.raises(InvalidReport, match=message):
        bench.watch.reports.enter(replace(bench.report("light", "2024-05"), **change), reported_by="light")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2024-13", "2024-00", "24-01", "2024/01", "1800-01", "x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidMonth):
        read_month(text)


def test_deadlines_are_those_of_the_calendar(bench: Bench) -> None:
    rules = bench.watch.rules
    due = utc_datetime(rules.due_us(read_month("2024-04"), ZONE)).astimezone(ZONE).date()
    assert (due, rules.is_asked(read_month("2024-01")), rules.is_asked(read_month("2024-02"))) == (
        date(2024, 5, 16),
        False,
        True,
    )
    asked = bench.watch.rules.due_us(read_month("2025-09"), ZONE)
    assert utc_datetime(asked).astimezone(ZONE).date() == date(2025, 10, 20)


def test_sums_follow_reports_corrections_and_profiles(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enterprise("beer", "421281", code="1513")
    for slug in ("light", "beer"):
        bench.enter(slug, "2024-03")
    month = read_month("2024-03")

    def by_division() -> dict[int, tuple[int, int]]:
        cells = totals(bench.watch.sums.cells(month, month), lambda cell: cell.division)
        return {division: (one.reports, one.sums["revenue_fen"]) for division, one in cells.items()}

    assert by_division() == {39: (1, 200_000_000), 15: (1, 200_000_000)}
    fixed = replace(bench.report("beer", "2024-03", revenue_fen=210_000_000), reason="更正")
    bench.watch.reports.enter(fixed, reported_by="beer")
    assert by_division() == {39: (1, 200_000_000), 15: (1, 210_000_000)}
    # A profile that holds from before moves the months that lie behind it.
    bench.profile("beer", "1512", date(2024, 3, 1))
    bench.profile("light", "6510", date(2024, 3, 15))
    assert by_division() == {65: (1, 200_000_000), 15: (1, 210_000_000)}
    assert [cell.division for cell in bench.watch.sums.cells(month, month, area_code="421281")] == [15]


def test_columns_for_statistics_are_what_was_reported(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enterprise("beer", "421281", code="1513")
    bench.profile("beer", "1513", date(2023, 1, 1), holding="演示集团")
    bench.enter("light", "2024-03", profit_fen=7)
    bench.enter("beer", "2024-03")
    bench.enter("beer", "2024-04")
    month = read_month("2024-03")
    columns = monthly_columns(bench.city.database, month, month + 1, indicators=("revenue_fen", "profit_fen", "gas_m3"))
    light, beer = bench.ids["light"], bench.ids["beer"]
    assert columns.month.tolist() == [month, month, month + 1]
    assert columns.enterprise_id.tolist() == [light, beer, beer]
    group = bench.watch.profiles.one(beer, date(2024, 4, 1))
    assert group is not None
    assert columns.holding_id.tolist() == [-light, group.holding_id, group.holding_id]
    assert columns.industry_code.tolist() == ["3976", "1513", "1513"]
    assert columns.present["profit_fen"].tolist() == [True, False, False]
    assert columns.indicators["profit_fen"].tolist() == [7, 0, 0]
    assert not columns.present["gas_m3"].any()
    assert np.isnan(columns.as_float("profit_fen")).tolist() == [False, True, True]
    assert len(monthly_columns(bench.city.database, month, month, area_code="421281")) == 1
    assert len(monthly_columns(bench.city.database, month + 5, month + 5)) == 0


def test_a_published_sum_stands_until_every_member_has_reported(bench: Bench) -> None:
    bench.city.load()
    assert str(bench.city.values()["F16"]) == "14.52"
    bench.enterprise("code", code="6510")
    for month in ("2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06"):
        bench.enter("code", month)
    # Fourteen members that nobody named: the document speaks.
    assert str(bench.city.values()["F16"]) == "14.52"
    for member in bench.watch.roster.moves(date(2024, 6, 1)):
        if member.fact.kind.startswith("above-scale-software"):
            bench.watch.records.void(member.id, source="测试", recorded_by="ann")
    opening = bench.move("code", date(2022, 12, 31), move="opening", code="6510")
    bench.watch.roster.record_move(opening, recorded_by="ann")
    figure = bench.city.figures.figure("F16")
    assert str(figure.value) == "0.12"
    assert len(figure.records) == 6
    traced = bench.city.figures.trace(figure.records[0].ref).record
    assert traced is not None
    assert "月报合计" in traced.title_zh
    fixed = replace(bench.report("code", "2023-06", revenue_fen=1_200_000_000), reason="更正", answer_to_all="大单")
    bench.watch.reports.enter(fixed, reported_by="code")
    assert str(bench.city.values()["F16"]) == "0.22"


def test_who_is_near_the_line_is_seen_from_both_sides(bench: Bench) -> None:
    per_month = {
        "over": 180_000_000,
        "under": 150_000_000,
        "inside": 150_000_000,
        "far": 900_000_000,
        "small": 50_000_000,
    }
    for slug in per_month:
        bench.enterprise(slug)
    for slug in ("inside", "far"):
        bench.watch.roster.record_move(bench.move(slug, date(2023, 1, 31), code="39"), recorded_by="ann")
    months = range(read_month("2023-05"), read_month("2024-04") + 1)
    reports = [
        replace(bench.report(slug, month_text(month), revenue_fen=revenue), answer_to_all="测试")
        for slug, revenue in per_month.items()
        for month in months
    ]
    bench.watch.reports.enter_all(reports, reported_by="office")
    slugs = {number: slug for slug, number in bench.ids.items()}
    near = {slugs[one.enterprise_id]: (one.side, one.months) for one in bench.watch.near()}
    assert near == {"over": ("may_enter", 12), "under": ("close_below", 12), "inside": ("may_leave", 12)}
