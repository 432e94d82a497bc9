"""The cheapest way up one level, against trying every set of changes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.programmes.assessment.answering import PACK, Drawn, drawn_answers

from millmark.programmes import shipped_packs
from millmark.programmes.assessment.answers import Answers, Chosen, Ratio, Ticked
from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.lift import (
    Basis,
    Plan,
    Prices,
    Unreachable,
    applied,
    lift,
    plain_steps,
    single_changes,
)
from millmark.programmes.assessment.pricing import prices_of
from millmark.programmes.assessment.scoring import score_one
from millmark.programmes.assessment.sheet import (
    CountGate,
    LevelRule,
    Sheet,
    SheetBranch,
    SheetItem,
    SheetOption,
    SheetScenario,
)
from millmark.programmes.packs import ItemKind, read_policy_pack

SHEET = sheet_of(PACK)


@settings(max_examples=60, deadline=None)
@given(drawn_answers())
def test_a_plan_reaches_exactly_the_next_level(drawn: Drawn) -> None:
    plan = lift(SHEET, drawn.answers, [plain_steps(SHEET)])
    if drawn.level == 4:
        assert plan is Unreachable.TOP
        return
    assert isinstance(plan, Plan)
    reached = score_one(SHEET, applied(SHEET, drawn.answers, plan.changes))
    assert reached.level >= plan.level_to == drawn.level + 1
    # Nothing in it is idle.
    for left_out in plan.changes:
        others = [change for change in plan.changes if change is not left_out]
        assert score_one(SHEET, applied(SHEET, drawn.answers, others)).level < plan.level_to


def small_sheet(points: list[int], gate: tuple[int, int], least: int) -> Sheet:
    items = [
        SheetItem(
            f"i{number}",
            "",
            "",
            ItemKind.MULTI if number == 0 else ItemKind.SINGLE,
            _f(worth),
            (
                SheetOption("none", "", "", _f(0), exclusive=number == 0),
                SheetOption("some", "", "", _f(1) / 2),
                SheetOption("all", "", "", _f(1) if number else _f(1) / 2),
            ),
        )
        for number, worth in enumerate(points)
    ]
    scenarios = tuple(SheetScenario(f"s{number}", "", "", number < 2, 2) for number in range(4))
    rule = LevelRule(1, "", "", _f(least), (CountGate(2, gate[0], min(gate)), CountGate(1, gate[0], gate[1])))
    return Sheet(SheetBranch("", "", "", _f(sum(points)), tuple(items)), scenarios, (rule,), _f(sum(points)))


def _f(value: int) -> Fraction:
    return Fraction(value)


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.integers(1, 6), min_size=3, max_size=3),
    gate=st.tuples(st.integers(0, 3), st.integers(0, 2)),
    least=st.integers(0, 12),
    costs=st.lists(st.integers(0, 9), min_size=14, max_size=14),
    standing=st.lists(st.integers(0, 2), min_size=4, max_size=4),
)
def test_no_set_of_changes_is_cheaper(
    points: list[int], gate: tuple[int, int], least: int, costs: list[int], standing: list[int]
) -> None:
    sheet = small_sheet(points, gate, least)
    keys = [(item.id, option) for item in sheet.items for option in ("some", "all")]
    keys += [(scenario.id, level) for scenario in sheet.scenarios for level in ("1", "2")]
    prices = Prices(Basis.ESTIMATES, dict(zip(keys, costs, strict=True)))
    answers = Answers({}, {f"s{number}": level for number, level in enumerate(standing)})
    assume(score_one(sheet, answers).level == 0)
    cheapest = min(_every_cost(sheet, answers, prices), default=None)
    plan = lift(sheet, answers, [prices])
    if cheapest is None:
        assert plan is Unreachable.UNPRICED
    else:
        assert isinstance(plan, Plan)
        assert plan.cost == cheapest


def _every_cost(sheet: Sheet, answers: Answers, prices: Prices) -> Iterator[int]:
    """What each way of answering everything costs, of those that reach the level."""
    ticks = list(chain.from_iterable(combinations(("some", "all"), size) for size in range(3)))
    choices = list(product(("none", "some", "all"), repeat=2))
    raises = list(product(*(range(answers.scenarios[one.id], 3) for one in sheet.scenarios)))
    for ticked, chosen, levels in product(ticks, choices, raises):
        items = {"i0": Ticked.of(ticked), "i1": Chosen(chosen[0]), "i2": Chosen(chosen[1])}
        after = Answers(items, {one.id: level for one, level in zip(sheet.scenarios, levels, strict=True)})
        if score_one(sheet, after).level == 0:
            continue
        cost = sum(prices.of["i0", one] for one in ticked)
        cost += sum(prices.of[f"i{number + 1}", one] for number, one in enumerate(chosen) if one != "none")
        for one, level in zip(sheet.scenarios, levels, strict=True):
            cost += sum(prices.of[one.id, str(step)] for step in range(answers.scenarios[one.id] + 1, level + 1))
        yield cost


def test_money_comes_before_steps_where_it_is_known_for_enough() -> None:
    answers = Answers({"network": Ticked.of(())}, {scenario.id: 1 for scenario in PACK.scenarios})
    estimates = {("system-coverage", "all"): 5_000_000, ("data-collection", "finance"): 100, ("quality", "up"): 900}
    few = lift(SHEET, answers, prices_of(PACK, SHEET, estimates))
    assert isinstance(few, Plan)
    assert few.basis is Basis.STEPS
    enough = {**estimates, ("planning", "learning"): 10}
    plan = lift(SHEET, answers, prices_of(PACK, SHEET, enough))
    assert isinstance(plan, Plan)
    assert (plan.basis, plan.cost) == (Basis.ESTIMATES, 5_000_910)


def test_a_ratio_tells_how_many_more_machines_it_takes() -> None:
    answers = Answers({"equipment-connection": Ratio(Decimal(41), Decimal(100))})
    changes = single_changes(SHEET, answers, plain_steps(SHEET))
    to_top = next(one for one in changes if one.id == "equipment-connection")
    # More than 60 of 100: 61, that is 20 more.
    assert (to_top.to, to_top.more) == ("b4", 20)


@pytest.mark.parametrize("variant", ["process", "discrete"])
def test_a_cumulative_pack_tells_the_way_up_too(variant: str) -> None:
    pack = read_policy_pack(shipped_packs() / "cmmm" / "2020")
    assert variant in {one.id for one in pack.variants}
    sheet = sheet_of(pack, variant)
    plan = lift(sheet, Answers(), [plain_steps(sheet)])
    assert isinstance(plan, Plan)
    assert score_one(sheet, applied(sheet, Answers(), plan.changes)).level == 1
