"""Counting sizes: every value in one bucket, quantiles within a bucket's width of the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import Histogram

BOUNDS = (1.0, 2.0, 5.0, 10.0, 100.0)


@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(values: list[float], share: float) -> None:
    histogram = Histogram(BOUNDS)
    for value in values:
        histogram.observe(value)
    found = histogram.counts().quantile(share)
    true = float(np.quantile(values, share, method="inverted_cdf"))
    place = int(np.searchsorted(BOUNDS, true))
    lower = BOUNDS[place - 1] if place else 0.0
    assert found is not None
    assert lower <= found <= BOUNDS[place] or found == pytest.approx(BOUNDS[place])


def test_values_at_a_bound_count_below_it_and_values_beyond_are_kept() -> None:
    histogram = Histogram(BOUNDS)
    for value in (1.0, 1.5, 5.0, 1000.0):
        histogram.observe(value)
    counts = histogram.counts()
    assert counts.counts == (1, 1, 1, 0, 0, 1)
    assert counts.total == 1007.5
    assert counts.quantile(1.0) == 100.0


def test_two_moments_tell_what_came_between_them() -> None:
    histogram = Histogram(BOUNDS)
    histogram.observe(1.0)
    before = histogram.counts()
    assert before.since(before).quantile(0.5) is None
    histogram.observe(50.0)
    between = histogram.counts().since(before)
    assert between.count == 1
    assert between.total == 50.0
    assert 10 <= (between.quantile(0.5) or 0) <= 100
