"""Early warnings: what the rules say, how well they do on months whose truth is known, and the steps on each."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from tests.region.watch.conftest import Bench

from millmark.bench.watch import MEASURED_ON
from millmark.bench.watch_tuning import TRIED, TUNED_ON, tune
from millmark.demo.enterprise_months import made_months
from millmark.programmes.shelf import shipped_packs
from millmark.region.watch.errors import WarningMissing, WarningStep
from millmark.region.watch.measured import read_measured
from millmark.region.watch.measuring import Trouble, score
from millmark.region.watch.months import month_text, read_month
from millmark.region.watch.rules import WarningRule, WatchRules, read_watch_rules
from millmark.region.watch.warning_rules import Watched, episodes, speak, year_on_year
from millmark.region.watch.warnings import WarningState

JANUARY = 2022 * 12
FOLDER = shipped_packs() / "industry-watch" / "1"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def rules() -> WatchRules:
    return read_watch_rules(FOLDER)


def watched(revenue: list[float], **more: list[float]) -> Watched:
    values = {name: np.array([column], float) for name, column in {"revenue_fen": revenue, **more}.items()}
    return Watched(JANUARY, values, np.zeros((1, len(revenue)), np.bool_))


def rule_of(rules: WatchRules, rule: str) -> WarningRule:
    found = rules.warning(rule)
    assert found is not None
    return found


def test_a_fall_of_three_months_is_one_warning_however_long_it_lasts(rules: WatchRules) -> None:
    falling = [100.0] * 18 + [60.0] * 8
    (one,) = episodes([rule_of(rules, "revenue-falling")], watched(falling))
    assert (month_text(one.first_month), month_text(one.last_month)) == ("2023-09", "2024-02")
    assert one.numbers["decline"] == pytest.approx(0.4)


def test_a_festival_that_moves_from_january_to_february_is_no_fall(rules: WatchRules) -> None:
    year, next_year = [60.0, 100.0] + [100.0] * 10, [100.0, 60.0] + [100.0] * 10
    assert episodes([rule_of(rules, "revenue-falling")], watched(year + next_year)) == []
    change = year_on_year(np.array([year + next_year]), JANUARY)
    assert np.isnan(change[0, 12])
    assert change[0, 13] == pytest.approx(0)


def test_a_gap_in_the_reports_is_no_recovery(rules: WatchRules) -> None:
    falling = [100.0] * 18 + [60.0] * 4 + [np.nan] + [60.0]
    (one,) = episodes([rule_of(rules, "revenue-falling")], watched(falling))
    assert month_text(one.last_month) == "2023-12"


def test_a_collapse_is_told_in_its_first_month_and_standing_machines_by_their_claims(rules: WatchRules) -> None:
    usual, gone = [100.0] * 20, [100.0] * 18 + [30.0] * 2
    for rule, values in (
        ("electricity-collapse", {"electricity_kwh": gone}),
        ("machines-standing", {"running_hours": gone}),
        ("staff-loss", {"staff": gone}),
    ):
        (one,) = episodes([rule_of(rules, rule)], watched(usual, **values))
        assert (one.rule, month_text(one.first_month), one.numbers["ratio"]) == (rule, "2023-07", pytest.approx(0.3))


@settings(max_examples=60, deadline=None)
@given(some.arrays(np.float64, (3, 30), elements=st.one_of(st.integers(0, 10**9).map(float), st.just(float("nan")))))
def test_year_on_year_is_what_a_plain_reckoning_gives(values: np.ndarray) -> None:
    change = year_on_year(values, JANUARY)
    for row in range(3):
        for at in range(30):
            expected = plain_change(values[row], at)
            if expected is None:
                assert np.isnan(change[row, at])
            else:
                assert change[row, at] == pytest.approx(expected)


def plain_change(values: np.ndarray, at: int) -> float | None:
    def of(month: int) -> float | None:
        if month < 0 or month % 12 == 0:
            return None
        parts = [values[month], values[month - 1]] if month % 12 == 1 else [values[month]]
        return None if any(np.isnan(one) for one in parts) else float(sum(parts))

    now, before = of(at), of(at - 12)
    return None if now is None or not before else (now - before) / before


def test_the_rules_do_on_known_months_what_the_pack_says_they_do(rules: WatchRules) -> None:
    made = made_months(1_200, 60, first_month=2021 * 12, seed=11)
    measured = read_measured(FOLDER)
    assert measured is not None
    for one in score(rules.warnings, made.watched(), made.troubles, from_month=made.first_month + 18):
        told = measured.of(one.rule)
        assert told is not None
        assert one.precision == pytest.approx(told.precision, abs=0.15), one
        assert one.recall == pytest.approx(told.recall, abs=0.12), one
        assert one.false_per_enterprise_year < 0.01, one


@pytest.mark.slow
def test_the_rules_have_the_numbers_that_the_search_finds_and_were_measured_on_other_months(rules: WatchRules) -> None:
    for one in tune():
        assert one.shipped == one.chosen, one
    assert {one.id for one in rules.warnings} == set(TRIED)
    assert MEASURED_ON != TUNED_ON


def test_what_stands_beside_the_rules_is_the_kept_result_of_the_benchmark(tmp_path: Path) -> None:
    keeping = runpy.run_path(str(ROOT / "scripts" / "keep_rule_quality.py"))
    report = json.loads((ROOT / "benchmarks" / "results" / "watch.json").read_text("utf-8"))
    assert (report["seed"], report["tuned_on_seed"]) == (MEASURED_ON, TUNED_ON)
    assert keeping["measured"](report) == (FOLDER / "measured.toml").read_text("utf-8")
    with pytest.raises(ValueError, match="another --seed"):
        keeping["measured"](report | {"seed": TUNED_ON})
    page = (ROOT / "docs" / "explanation" / "industry-watch.md").read_text("utf-8")
    for one in report["rules"]:
        assert f"| {one['precision']:.3f} | {one['recall']:.3f} | {one['delay_months']:.0f} |" in page, one


def test_scores_count_what_really_happened(rules: WatchRules) -> None:
    revenue = np.full((3, 36), 100.0)
    revenue[0, 20:] = 50.0
    revenue[1, 20:] = 50.0
    made = Watched(JANUARY, {"revenue_fen": revenue}, np.zeros((3, 36), np.bool_))
    truth = [
        Trouble(0, "decline", JANUARY + 20, JANUARY + 35, ("revenue-falling",)),
        Trouble(2, "decline", JANUARY + 20, JANUARY + 35, ("revenue-falling",)),
    ]
    (one,) = score([rule_of(rules, "revenue-falling")], made, truth, from_month=JANUARY + 12)
    assert (one.warnings, one.true_warnings, one.troubles, one.caught) == (2, 1, 2, 1)
    assert (one.precision, one.recall, one.delay_months) == (0.5, 0.5, 2.0)
    assert one.false_per_enterprise_year == pytest.approx(1 / 6)


def test_a_rule_without_its_indicator_says_nothing(rules: WatchRules) -> None:
    assert not speak(rule_of(rules, "machines-standing"), watched([1.0] * 20)).speaks.any()


def falls(bench: Bench, slug: str) -> None:
    """Two years as usual until February 2024, and then half of it."""
    bench.enterprise(slug)
    months = range(read_month("2022-06"), read_month("2024-04") + 1)
    reports = [
        replace(
            bench.report(
                slug, month_text(one), revenue_fen=90_000_000 if one >= read_month("2024-02") else 200_000_000
            ),
            answer_to_all="订单减少",
        )
        for one in months
    ]
    bench.watch.reports.enter_all(reports, reported_by="office")


def test_a_sweep_raises_once_and_steps_are_kept(bench: Bench) -> None:
    falls(bench, "light")
    swept = bench.watch.sweep()
    assert (month_text(swept.month), swept.raised) == ("2024-05", 1)
    assert bench.watch.sweep().raised == 0
    (one,) = bench.watch.warnings.warnings()
    assert (one.rule, one.state, month_text(one.first_month)) == ("revenue-falling", WarningState.OPEN, "2024-04")
    with pytest.raises(WarningStep, match="note"):
        bench.watch.warnings.act(one.id, "resolve", note=" ", actor="ann")
    with pytest.raises(WarningStep, match="is open"):
        bench.watch.warnings.act(one.id, "resolve", note="已恢复", actor="ann")
    bench.watch.warnings.act(one.id, "acknowledge", note="", actor="ann")
    bench.watch.warnings.act(one.id, "act", note="走访企业", actor="ann")
    done = bench.watch.warnings.act(one.id, "resolve", note="新订单已签", actor="ben")
    assert [(step.action, step.actor) for step in done.steps] == [
        ("acknowledge", "ann"),
        ("act", "ann"),
        ("resolve", "ben"),
    ]
    assert bench.watch.warnings.warnings(states=(WarningState.OPEN,)) == []
    with pytest.raises(WarningMissing):
        bench.watch.warnings.warning(999)


def test_what_goes_on_is_the_same_warning(bench: Bench) -> None:
    falls(bench, "light")
    bench.watch.sweep()
    bench.city.clock.now_us += 40 * 86_400_000_000
    late = replace(bench.report("light", "2024-05", revenue_fen=90_000_000), answer_to_all="订单减少")
    bench.watch.reports.enter(late, reported_by="light")
    bench.watch.reports.enter(replace(late, month=read_month("2024-06")), reported_by="light")
    swept = bench.watch.sweep()
    (one,) = bench.watch.warnings.warnings()
    assert (swept.raised, swept.continued, month_text(one.last_month)) == (0, 1, "2024-06")


def test_who_does_not_report_is_told_after_the_deadline(bench: Bench) -> None:
    bench.enterprise("light", since=date(2024, 2, 1))
    bench.enterprise("beer", code="")
    assert bench.watch.sweep().raised == 1
    (one,) = bench.watch.warnings.warnings()
    assert (one.rule, one.enterprise_id, one.values["months"]) == ("report-missing", bench.ids["light"], 3.0)


def test_a_pack_that_is_not_measured_says_so(tmp_path: Path) -> None:
    assert read_measured(tmp_path) is None
