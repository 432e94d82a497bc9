"""Statistics of scores, held against Python's own."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from millmark.programmes.life.statistics import score_statistics

POINTS = st.decimals(min_value=0, max_value=100, places=3)
HUNDRED = Decimal(100)


@given(st.dictionaries(st.text(min_size=1), POINTS, min_size=1, max_size=12))
def test_they_are_those_of_the_standard_library(totals: dict[str, Decimal]) -> None:
    found = score_statistics(totals, HUNDRED)
    assert found is not None
    exact = [Fraction(value) for value in totals.values()]
    cent = Fraction(1, 200)
    assert abs(Fraction(found.mean) - statistics.mean(exact)) <= cent
    assert abs(Fraction(found.median) - statistics.median(exact)) <= cent
    spread = statistics.stdev(exact) if len(exact) > 1 else 0
    assert abs(Fraction(found.spread) - Fraction(spread)) <= cent + Fraction(1, 10**9)
    assert found.lowest <= found.median <= found.highest
    assert found.count == len(totals)


@given(st.dictionaries(st.text(min_size=1), POINTS, min_size=1, max_size=12))
def test_never_more_than_half_are_outliers(totals: dict[str, Decimal]) -> None:
    found = score_statistics(totals, HUNDRED)
    assert found is not None
    assert len(found.outliers) * 2 < max(len(totals), 1) + 1


def test_one_far_from_the_others_is_named_and_those_who_agree_are_not() -> None:
    totals = {"ann": Decimal(82), "ben": Decimal(84), "cai": Decimal(83), "dai": Decimal(40)}
    found = score_statistics(totals, HUNDRED)
    assert found is not None
    assert found.outliers == ("dai",)
    # All but one agree to the point; the one is not far by any sensible measure.
    close = {"ann": Decimal(80), "ben": Decimal(80), "cai": Decimal(80), "dai": Decimal(90)}
    found = score_statistics(close, HUNDRED)
    assert found is not None
    assert found.outliers == ()


def test_of_nobody_there_are_none() -> None:
    assert score_statistics({}, HUNDRED) is None
