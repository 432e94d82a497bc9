"""When a data centre is full."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.region.coverage.errors import InvalidParameters
from millmark.region.coverage.growth import CapacityStep, GrowthCase, outlook

BUILT = (CapacityStep(2024, 10.0),)


def test_demand_that_doubles_is_full_in_the_year_that_passes_what_is_usable() -> None:
    found = outlook(GrowthCase("high", 1.0), BUILT, first_year=2026, demand=1.0, fill_share=0.8, years=10)
    assert [row.demand for row in found.rows[:4]] == [1, 2, 4, 8]
    assert found.full_in == 2030  # 8 of 8 usable is not past it, 16 is.
    assert found.years_left == pytest.approx(3.0)


def test_what_is_built_later_helps_later() -> None:
    steps = (*BUILT, CapacityStep(2029, 40.0))
    found = outlook(GrowthCase("high", 1.0), steps, first_year=2026, demand=1.0, fill_share=0.8, years=10)
    assert [row.capacity for row in found.rows[:4]] == [10, 10, 10, 50]
    assert found.full_in == 2032


def test_a_centre_without_capacity_is_full_from_the_first_year() -> None:
    found = outlook(GrowthCase("base", 0.1), (), first_year=2026, demand=1.0, fill_share=0.8, years=3)
    assert (found.full_in, found.years_left) == (2026, 0.0)


@settings(deadline=None, max_examples=50)
@given(st.floats(0, 2), st.floats(0.1, 9), st.floats(0.1, 1))
def test_more_growth_never_fills_later(growth: float, demand: float, fill: float) -> None:
    slow = outlook(GrowthCase("slow", growth), BUILT, first_year=2026, demand=demand, fill_share=fill, years=30)
    fast = outlook(GrowthCase("fast", growth + 0.1), BUILT, first_year=2026, demand=demand, fill_share=fill, years=30)
    assert (fast.full_in or math.inf) <= (slow.full_in or math.inf)
    assert slow.years_left is None or 0 <= slow.years_left <= (slow.full_in or 0) - 2026


@pytest.mark.parametrize(
    ("growth", "demand", "fill", "years"), [(-1.0, 1, 0.8, 5), (0.1, -1, 0.8, 5), (0.1, 1, 0, 5), (0.1, 1, 0.8, 99)]
)
def test_numbers_that_mean_nothing_are_refused(growth: float, demand: float, fill: float, years: int) -> None:
    with pytest.raises(InvalidParameters):
        outlook(GrowthCase("x", growth), BUILT, first_year=2026, demand=demand, fill_share=fill, years=years)
