"""What stands at a month's end, such as staff, what customers owe and goods in store, held against the last report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.region.watch.conftest import Bench

from millmark.programmes.errors import InvalidPack
from millmark.programmes.shelf import shipped_packs
from millmark.region.watch.errors import ExplanationMissing
from millmark.region.watch.months import month_text, read_month
from millmark.region.watch.reasons import finding_reasons
from millmark.region.watch.rules import read_watch_rules

WAN = 1_000_000
OWED = {"receivables_fen": 300 * WAN, "inventory_fen": 200 * WAN}
"""Three and two million yuan."""


def found(bench: Bench, month: str, **values: int) -> set[str]:
    (weighed,) = bench.watch.reports.weigh([bench.report("light", month, **values)])
    return {one.key for one in weighed.findings}


def reasons(bench: Bench, month: str, **values: int) -> dict[str, tuple[str, str]]:
    (weighed,) = bench.watch.reports.weigh([bench.report("light", month, **values)])
    return {one.key: finding_reasons(one, bench.watch.rules) for one in weighed.findings}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (OWED, set()),
        # A flow may do this within a month, as the month before in its own check says; a stock is asked about.
        ({**OWED, "receivables_fen": 560 * WAN}, {"level-change:receivables_fen"}),
        ({**OWED, "receivables_fen": 0}, {"level-change:receivables_fen"}),
        ({**OWED, "inventory_fen": 80 * WAN}, {"level-change:inventory_fen"}),
        ({**OWED, "inventory_fen": 320 * WAN}, set()),
        ({**OWED, "staff": 160}, {"staff-change:staff"}),
        ({**OWED, "staff": 140}, set()),
        # A thousand times as much is a slip of units, and asked about as a change as well.
        (
            {**OWED, "receivables_fen": 300_000 * WAN},
            {"unit-slip:receivables_fen", "level-change:receivables_fen"},
        ),
        # What is optional may be left out.
        ({}, set()),
    ],
)
def test_a_level_that_moves_more_than_a_stock_does_is_asked_about(
    bench: Bench, values: Mapping[str, int], expected: set[str]
) -> None:
    bench.enterprise("light")
    bench.enter("light", "2024-03", **OWED)
    assert found(bench, "2024-04", **values) == expected


def test_a_small_firm_is_not_asked_about_a_few_people_or_a_small_sum(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enter("light", "2024-03", staff=6, receivables_fen=10 * WAN, inventory_fen=0)
    assert found(bench, "2024-04", staff=15, receivables_fen=59 * WAN, inventory_fen=49 * WAN) == set()
    # What was nothing and is much now has no ratio, and is asked about all the same.
    moved = found(bench, "2024-04", staff=16, receivables_fen=60 * WAN, inventory_fen=50 * WAN)
    assert moved == {"staff-change:staff", "level-change:receivables_fen", "level-change:inventory_fen"}


def test_a_level_is_held_against_the_last_report_where_no_month_before_was_asked_for(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enter("light", "2023-12", **OWED)
    # January needs no report of its own, so February's month before has none.
    assert found(bench, "2024-02", staff=60, **OWED) == {"staff-change:staff"}
    zh, en = reasons(bench, "2024-02", staff=60)["staff-change:staff"]
    assert zh == "用工人数为60人,2个月前填报为120人,请确认并说明原因。"
    assert en == "Staff is 60 persons; 2 months before it was 120 persons; confirm and say why."
    # An indicator that was left out for a month stands as it was told before.
    bench.enter("light", "2024-02")
    zh, en = reasons(bench, "2024-03", receivables_fen=900 * WAN)["level-change:receivables_fen"]
    assert zh == "月末应收账款为900.00万元,3个月前填报为300.00万元,请确认并说明原因。"
    assert en == ("Receivables at the month's end: ¥9,000,000.00; 3 months before: ¥3,000,000.00; confirm and say why.")


def test_what_stood_half_a_year_ago_says_nothing_about_now(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enter("light", "2023-09", **OWED)
    assert "level-change:receivables_fen" in found(bench, "2024-03", receivables_fen=900 * WAN)
    assert "level-change:receivables_fen" not in found(bench, "2024-04", receivables_fen=900 * WAN)


def test_a_level_that_moved_is_kept_once_somebody_says_why_and_stands_from_then_on(bench: Bench) -> None:
    bench.enterprise("light")
    bench.enter("light", "2024-03", **OWED)
    moved = bench.report("light", "2024-04", receivables_fen=700 * WAN)
    with pytest.raises(ExplanationMissing, match="level-change:receivables_fen"):
        bench.watch.reports.enter(moved, reported_by="light")
    told = replace(moved, explanations={"level-change:receivables_fen": "大客户账期延长"})
    assert bench.watch.reports.enter(told, reported_by="light").explanations == {
        "level-change:receivables_fen": "大客户账期延长"
    }
    assert found(bench, "2024-05", receivables_fen=710 * WAN) == set()


def test_months_that_come_together_are_held_against_each_other(bench: Bench) -> None:
    bench.enterprise("light")
    owed = {"2024-02": 300, "2024-03": 310, "2024-04": 800}
    reports = [bench.report("light", month, receivables_fen=wan * WAN) for month, wan in owed.items()]
    weighed = bench.watch.reports.weigh(reports)
    asked = {month_text(one.report.month): [f.key for f in one.findings] for one in weighed if one.findings}
    assert asked == {"2024-04": ["level-change:receivables_fen"]}
    assert read_month("2024-04") in {one.report.month for one in weighed if one.open}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('indicators = ["stuff"]', "'stuff', which is no indicator"),
        ('indicators = ["revenue_fen"]', "'revenue_fen' as a level, which it is not marked as"),
    ],
)
def test_a_pack_that_holds_a_flow_as_a_level_is_refused(tmp_path: Path, written: str, told: str) -> None:
    shipped = shipped_packs() / "industry-watch" / "1"
    for file in shipped.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    checks = (tmp_path / "checks.toml").read_text("utf-8")
    (tmp_path / "checks.toml").write_text(checks.replace('indicators = ["staff"]', written), "utf-8")
    with pytest.raises(InvalidPack, match=told):
        read_watch_rules(tmp_path)
