"""What an award comes to, by tier, by share and fixed: exact, bounded, and told step by step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes.money import (
    AwardInputs,
    Cost,
    Support,
    calculate,
    instalments,
    reduced_pro_rata,
    share_of,
)
from millmark.programmes.packs.labels import Confidence
from millmark.programmes.packs.money import Money

WAN = 1_000_000
A = {"confidence": "A"}


def money(**rule: object) -> Money:
    return Money.model_validate(
        {
            "rule": {**A, **rule},
            "tiers": [
                {**A, "level": level, "amount_yuan": amount, "up_to": True}
                for level, amount in ((2, 300_000), (3, 600_000), (4, 1_000_000))
            ],
            "cost_categories": [
                {"confidence": "B", "id": "software", "name_zh": "软件", "name_en": "software"},
                {**A, "id": "gateways", "name_zh": "网关", "name_en": "gateways"},
                {**A, "id": "buildings", "name_zh": "土建", "name_en": "buildings", "eligible": False},
            ],
            "exclusions": [
                {**A, "id": "old-scheme", "text_zh": "旧项目", "text_en": "old scheme", "programme": "old-scheme"},
                {**A, "id": "little-giant", "text_zh": "小巨人", "text_en": "little giant", "expression": "giant"},
            ],
            "instalments": [
                {**A, "id": "first", "name_zh": "首笔", "name_en": "first", "percent": 33, "after": "recognition"},
                {**A, "id": "second", "name_zh": "次笔", "name_en": "second", "percent": 33, "after": "execution"},
                {**A, "id": "last", "name_zh": "尾款", "name_en": "last", "percent": 34, "after": "acceptance"},
            ],
        }
    )


TIERS = money(kind="tiers")
SHARE = money(kind="share", percent=40, min_level=2, cap_yuan=500_000, deducts_other_support=True)
FIXED = money(kind="fixed", amount_yuan=1_000_000)
CLEAR = {"little-giant": False}


@pytest.mark.parametrize(("level", "wan"), [(0, 0), (1, 0), (2, 30), (3, 60), (4, 100), (5, 100)])
def test_the_tier_of_the_level_reached_is_given(level: int, wan: int) -> None:
    found = calculate(TIERS, "pilot", AwardInputs(level=level, level_ref="assessment:5", findings=CLEAR))
    assert found.amount_fen == wan * WAN
    assert found.unresolved == ()
    assert found.steps[-1].refs == ("assessment:5",)


def test_a_share_of_the_eligible_cost_up_to_the_cap() -> None:
    costs = [
        Cost("invoice:1", "software", 80 * WAN),
        Cost("invoice:2", "gateways", 12_345),
        Cost("invoice:3", "buildings", 900 * WAN),
        Cost("invoice:4", "cars", 5 * WAN),
    ]
    found = calculate(SHARE, "pilot", AwardInputs(level=2, costs=costs, findings=CLEAR))
    assert found.eligible_cost_fen == 80 * WAN + 12_345
    assert found.amount_fen == (80 * WAN + 12_345) * 40 // 100
    assert [step.code for step in found.steps] == [
        "cost_eligible",
        "cost_eligible",
        "cost_not_eligible",
        "cost_unknown_category",
        "share",
        "within_cap",
    ]
    # Software's label is a third party's, so the whole is no surer than that.
    assert found.confidence is Confidence.THIRD_PARTY
    more = AwardInputs(level=2, costs=[Cost("invoice:1", "software", 200 * WAN)], findings=CLEAR)
    assert calculate(SHARE, "pilot", more).amount_fen == 50 * WAN


def test_below_the_required_level_nothing_is_paid() -> None:
    found = calculate(SHARE, "pilot", AwardInputs(level=1, costs=[Cost("i", "software", WAN)], findings=CLEAR))
    assert (found.amount_fen, found.steps[-1].code) == (0, "level_too_low")


def test_nothing_is_paid_twice() -> None:
    old = Support("old-scheme", 10 * WAN, "award:9")
    found = calculate(FIXED, "pilot", AwardInputs(awards=[old], findings=CLEAR))
    assert (found.amount_fen, found.excluded_by) == (0, ("old-scheme",))
    again = calculate(FIXED, "pilot", AwardInputs(awards=[Support("pilot", WAN, "award:3")], findings=CLEAR))
    assert (again.amount_fen, again.excluded_by) == (0, ("one_award_per_enterprise",))
    giant = calculate(FIXED, "pilot", AwardInputs(findings={"little-giant": True}))
    assert (giant.amount_fen, giant.excluded_by) == (0, ("little-giant",))


def test_what_is_not_known_yet_is_left_open() -> None:
    assert calculate(FIXED, "pilot", AwardInputs()).unresolved == ("exclusion:little-giant",)
    assert calculate(TIERS, "pilot", AwardInputs(findings=CLEAR)).unresolved == ("level",)
    assert calculate(money(kind="fixed"), "pilot", AwardInputs(findings=CLEAR)).unresolved == ("amount",)
    assert calculate(money(kind="share"), "pilot", AwardInputs(findings=CLEAR)).unresolved == ("percent",)


def test_an_office_may_give_less_and_never_more() -> None:
    less = AwardInputs(level=2, findings=CLEAR, lowered_to_fen=20 * WAN, lowered_because="会议纪要3号")
    assert calculate(TIERS, "pilot", less).amount_fen == 20 * WAN
    more = AwardInputs(level=2, findings=CLEAR, lowered_to_fen=90 * WAN)
    assert calculate(TIERS, "pilot", more).amount_fen == 30 * WAN


def test_a_recognition_without_money_pays_nothing() -> None:
    found = calculate(money(kind="none"), "pilot", AwardInputs(findings=CLEAR))
    assert (found.amount_fen, found.steps[-1].code) == (0, "no_money")


amounts = st.integers(0, 10**12)


@given(amounts, amounts, amounts, st.integers(0, 5))
def test_a_share_is_never_above_rate_or_cap_and_grows_with_cost(fen: int, more: int, other: int, level: int) -> None:
    def award(cost: int) -> int:
        support = [Support("x", other, "declared")] if other else []
        inputs = AwardInputs(
            level=level, costs=[Cost("invoice:1", "software", cost)], other_support=support, findings=CLEAR
        )
        found = calculate(SHARE, "pilot", inputs)
        assert found.steps[-1].amount_fen == found.amount_fen
        return found.amount_fen

    assert 0 <= award(fen) <= min(50 * WAN, fen * 40 // 100)
    assert award(fen + more) >= award(fen)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_higher_level_is_never_paid_less(level: int, more: int) -> None:
    def award(reached: int) -> int:
        return calculate(TIERS, "pilot", AwardInputs(level=reached, findings=CLEAR)).amount_fen

    assert award(level) <= award(level + more) <= 100 * WAN


@given(amounts)
def test_instalments_add_up_to_the_award_to_the_fen(fen: int) -> None:
    parts = instalments(TIERS, fen)
    assert sum(part.fen for part in parts) == fen
    assert all(part.fen >= 0 for part in parts)
    assert [part.after for part in parts] == ["recognition", "execution", "acceptance"]


@given(st.lists(st.integers(0, 10**12), max_size=30), st.integers(0, 10**13))
def test_a_budget_too_small_is_shared_out_to_the_last_fen(awards: list[int], budget: int) -> None:
    cut = reduced_pro_rata(awards, budget)
    assert sum(cut) == min(budget, sum(awards))
    assert all(0 <= less <= award for less, award in zip(cut, awards, strict=True))
    total = sum(awards)
    if total > budget:
        assert all(abs(less * total - award * budget) < total for less, award in zip(cut, awards, strict=True))


@given(amounts, st.decimals("0.01", 100, places=2))
def test_a_percentage_drops_only_parts_of_a_fen(fen: int, percent: Decimal) -> None:
    found = share_of(fen, percent)
    assert found * 100 <= fen * percent < (found + 1) * 100
