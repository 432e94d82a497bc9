"""Which cells are unsafe: the handbook's examples with their numbers, holdings, waivers, negative values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.region.disclosure.tables import one_cell

from millmark.region.disclosure import InvalidRules, SafetyRules, assess, grouped
from millmark.region.disclosure.rules import Dominance, PriorPosterior


def rules(
    p: float | None = None, *, n: int = 1, dominance: tuple[int, float] | None = None, **more: object
) -> SafetyRules:
    return SafetyRules(
        n,
        p_percent=p,
        dominance=None if dominance is None else Dominance(*dominance),
        least_width_percent=0.0,
        **more,  # type: ignore[arg-type]
    )


def test_examples_1_and_1b_one_company_and_two_see_each_other() -> None:
    """Handbook 4.1, example 1: the only mining company of a region; 4.2.1, example 1b: two subtract their own part."""
    assert one_cell([998], rules(n=3)).few[0, 0]
    assert one_cell([600, 398], rules(n=3)).few[0, 0]


def test_example_1c_a_coalition_of_three_makes_five_the_least_number() -> None:
    """Handbook 4.2.1, example 1c: of four companies three may pool what they know; n is set to 3 + 2."""
    four = [100, 90, 80, 70]
    assert not one_cell(four, rules(n=3)).few[0, 0]
    assert one_cell(four, rules(n=5)).few[0, 0]
    assert not one_cell([*four, 60], rules(n=5)).few[0, 0]


def test_example_1d_fifty_small_ones_do_not_hide_a_large_one() -> None:
    """Handbook 4.2.1, example 1d: of 51 companies one has 99 % of the turnover; counting them sees no danger."""
    values = [99_000, *([20] * 50)]
    found = one_cell(values, rules(10, n=3))
    assert not found.few[0, 0]
    assert found.dominant[0, 0]
    assert one_cell(values, rules(dominance=(1, 90))).dominant[0, 0]


def test_example_1_the_one_k_rule_overlooks_what_the_second_largest_knows() -> None:
    """Handbook 4.2.1, example 1: X = 100,000 of 50,000 and 49,000; (1, 90) finds it safe, an estimate is 2 % off."""
    values = [50_000, 49_000, 1_000]
    assert not one_cell(values, rules(dominance=(1, 90))).unsafe[0, 0]
    assert one_cell(values, rules(2.1)).unsafe[0, 0]
    assert not one_cell(values, rules(2.0)).unsafe[0, 0]


def test_example_2_dominance_protects_too_much() -> None:
    """Handbook 4.2.1, example 2: 110,000 of 52,000, 50,000 and others at p = 10, k = 90.9: only (2, k) objects."""
    values = [52_000, 50_000, *([1_000] * 8)]
    assert not one_cell(values, rules(10)).unsafe[0, 0]
    assert one_cell(values, rules(dominance=(2, 100 * 100 / 110))).unsafe[0, 0]
    # The estimate is 15.4 % too high, says the handbook: that is where p begins to object.
    assert not one_cell(values, rules(15.3)).unsafe[0, 0]
    assert one_cell(values, rules(15.4)).unsafe[0, 0]


def test_example_4_upper_protection_level_of_dominance() -> None:
    """Handbook 4.2.2, example 4: 330 of 300, 20 and 10 under (1, 85): the upper bound must reach 352.94."""
    found = one_cell([300, 20, 10], rules(dominance=(1, 85)))
    assert found.unsafe[0, 0]
    assert found.protection[0, 0] == pytest.approx(352.94 - 330, abs=0.005)


def test_example_5_upper_protection_level_of_the_p_percent_rule() -> None:
    """Handbook 4.2.2, example 5: U = p/100 * x1 - (X - x1 - x2)."""
    found = one_cell([300, 20, 10], rules(15))
    assert found.protection[0, 0] == pytest.approx(0.15 * 300 - 10)


@pytest.mark.parametrize(("k", "p"), [(80, 25), (95, 5.26), (90.9, 10)])
def test_a_two_k_rule_has_its_p(k: float, p: float) -> None:
    """Handbook 4.2.1: p = 100 * (100 - k) / k."""
    assert 100 * (100 - k) / k == pytest.approx(p, abs=0.02)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.integers(1, 50))
def test_what_is_safe_by_two_k_is_safe_by_its_p(values: list[int], p: int) -> None:
    """Handbook 4.2.1, proof of A: with k = 100 * 100 / (100 + p)."""
    by_dominance = one_cell(values, rules(dominance=(2, 100 * 100 / (100 + p)))).dominant[0, 0]
    assert by_dominance or not one_cell(values, rules(p)).dominant[0, 0]


def test_prior_posterior_is_the_p_percent_rule_of_its_ratio() -> None:
    """Handbook 4.2.1: only p/q matters."""
    values = [1_000, 100, 120]
    by_ratio = SafetyRules(1, None, prior_posterior=PriorPosterior(10, 80), least_width_percent=0.0)
    assert one_cell(values, by_ratio).protection[0, 0] == pytest.approx(one_cell(values, rules(12.5)).protection[0, 0])


def test_fewer_than_three_is_unsafe_whatever_they_contribute() -> None:
    assert one_cell([50, 50], rules(n=3)).few[0, 0]
    assert not one_cell([50, 50, 50], rules(n=3)).few[0, 0]
    # One that adds nothing is no third.
    assert one_cell([50, 50, 0], rules(n=3)).few[0, 0]
    assert not one_cell([0, 0, 0], rules(n=3)).unsafe[0, 0]


def test_the_members_of_a_holding_are_one() -> None:
    """Handbook 4.2.1, Holdings: three members of one company are one contributor."""
    cell, value = np.zeros(4, np.int64), np.array([40, 30, 30, 20], np.int64)
    alone = assess(grouped(1, cell, np.arange(4), value), rules(15, n=3))
    together = assess(grouped(1, cell, np.array([7, 7, 7, 9]), value), rules(15, n=3))
    assert not alone.unsafe[0, 0]
    assert together.few[0, 0]
    assert together.largest[0, 0] == 100


def test_who_waives_is_not_protected_and_protects_nobody() -> None:
    """Handbook 4.2.1, Waivers: X - xs - xr < p/100 * xs with s the largest that does not waive."""
    assert one_cell([900, 50, 40], rules(10)).unsafe[0, 0]
    # The largest waives: s = 50, r = 900, 40 are left, and 40 is more than a tenth of 50.
    assert not one_cell([900, 50, 40], rules(10), waived=[0]).unsafe[0, 0]
    assert one_cell([900, 50, 4], rules(10), waived=[0]).unsafe[0, 0]
    assert not one_cell([900], rules(10, n=3), waived=[0]).unsafe[0, 0]


def test_who_waives_under_dominance() -> None:
    """Handbook 4.2.1, Waivers: xr + xs > k/100 * X with s the largest that does not waive, r the largest other."""
    values = [900, 50, 40, 10]
    assert one_cell(values, rules(dominance=(2, 85))).dominant[0, 0]
    # Now s is 50 and r is 900, together 95 % of 1,000.
    assert one_cell(values, rules(dominance=(2, 85)), waived=[0]).dominant[0, 0]
    assert not one_cell(values, rules(dominance=(2, 96)), waived=[0]).dominant[0, 0]
    assert not one_cell(values, rules(dominance=(2, 85)), waived=[0, 1, 2, 3]).unsafe[0, 0]


def test_negative_contributions_weaken_dominance() -> None:
    """Handbook 4.2.1, Negative contributions: (100 - k_f) / 100 = (100 - k) / (100 f)."""
    values = [-92, 5, 3]
    # Of 92, 5 and 3 the largest has 92 %: more than 90, and less than the 95 that 90 becomes with f = 2.
    assert one_cell([92, 5, 3], rules(dominance=(1, 90), negative_factor=2.0)).dominant[0, 0]
    assert not one_cell(values, rules(dominance=(1, 90), negative_factor=2.0)).dominant[0, 0]


def test_negative_contributions_weaken_the_concentration_rule() -> None:
    """Handbook 4.2.1, Negative contributions: p / f."""
    values = [-100, 5, 12]
    assert one_cell([100, 12, 5], rules(10, negative_factor=2.0)).dominant[0, 0]
    assert not one_cell(values, rules(10, negative_factor=2.0)).dominant[0, 0]
    assert one_cell(values, rules(10.1, negative_factor=2.0)).dominant[0, 0]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6), st.integers(1, 50), st.integers(1, 5))
def test_all_cells_at_once_are_as_one_by_one(values: list[int], p: int, n: int) -> None:
    found = one_cell(values, rules(p, n=n))
    ordered = [*sorted(values, reverse=True), 0, 0]
    largest, second = ordered[:2]
    told = sum(1 for one in values if one)
    assert found.few[0, 0] == (0 < told < n)
    assert found.dominant[0, 0] == (100 * (sum(values) - largest - second) < p * largest)
    assert found.total[0, 0] == sum(values)


@pytest.mark.parametrize(
    "wrong", [{"least_contributors": 0, "p_percent": 10}, {"least_contributors": 3, "p_percent": -1}]
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidRules):
        SafetyRules(**wrong)  # type: ignore[arg-type]


def test_no_number_of_the_rules_shows_in_their_text() -> None:
    told = repr(SafetyRules(3, 13.75, Dominance(2, 87.5), PriorPosterior(10, 80)))
    assert not any(number in told for number in ("13.75", "87.5", "80", "10"))
