"""What a counter counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measures.stating import rows, seconds

from millmark.measures.counter import counter_steps
from millmark.model.period import SECOND_US

UINT16 = 65_536.0


def steps(points, start=0, end=100, rollover=None, quality=None):
    return counter_steps(rows(points, quality), seconds(start, end), rollover)


def test_differences_within_the_period():
    counted = steps([(10, 100.0), (20, 130.0), (90, 175.0)])
    assert counted.increment == 75
    assert counted.covered_us == 80 * SECOND_US


def test_the_step_across_the_start_belongs_to_the_period_it_ends_in():
    assert steps([(-30, 100.0), (10, 130.0), (110, 200.0)]).increment == 30
    assert steps([(-30, 100.0), (10, 130.0), (110, 200.0)], 100, 200).increment == 70


def test_a_reading_older_than_a_day_is_no_beginning():
    counted = steps([(-86_401, 100.0), (10, 130.0), (20, 140.0)])
    assert counted.increment == 10


@pytest.mark.parametrize(
    ("readings", "rollover", "expected", "kind"),
    [
        ([65_530.0, 4.0], UINT16, 10, "rollovers"),
        ([65_530.0, 65_535.0, 0.0, 5.0, 65_000.0, 3.0], UINT16, 11 + 64_995 + 539, "rollovers"),
        ([4_294_967_290.0, 10.0], 2.0**32, 16, "rollovers"),
        ([30_000.0, 100.0], UINT16, 100, "restarts"),
        ([500.0, 0.0, 20.0], None, 20, "restarts"),
        ([500.0, 20.0], None, 20, "restarts"),
        ([1000.25, 1000.0, 1000.5], None, 0.25, "corrections"),
        ([1000.25, 1000.0, 1000.5], UINT16, 0.25, "corrections"),
    ],
)
def test_steps_back_are_told_apart(readings, rollover, expected, kind):
    counted = steps([(second, value) for second, value in enumerate(readings, 1)], rollover=rollover)
    assert counted.increment == expected
    seen = {name: getattr(counted, name) for name in ("rollovers", "restarts", "corrections")}
    assert [name for name, number in seen.items() if number] == [kind]


def test_a_rollover_between_two_days_is_counted_once():
    readings = [(-10, 65_530.0), (10, 4.0), (20, 14.0)]
    assert steps(readings, rollover=UINT16).increment == 20
    assert steps(readings, -100, 0, rollover=UINT16).increment == 0


def test_readings_that_are_bad_or_out_of_range_are_left_out():
    counted = steps(
        [(1, 10.0), (2, 900.0), (3, float("nan")), (4, -5.0), (5, 70_000.0), (6, 30.0)],
        rollover=UINT16,
        quality=[0, 2, 0, 0, 0, 1],
    )
    assert counted.increment == 20
    assert counted.out_of_range == 2
    assert counted.readings == 2


def test_texts_are_no_counts():
    assert steps([(1, "10"), (2, "20")]).readings == 0


def test_nothing_is_known_without_readings():
    assert steps([]).covered_us == 0
    assert steps([(-5, 10.0)]).covered_us == 0


# A reading at least every half a day, as a machine that is switched on gives.
readings = st.lists(st.tuples(st.integers(1, 43_200), st.integers(0, 65_535)), min_size=1, max_size=40).map(
    lambda gaps: [(sum(gap for gap, _ in gaps[: i + 1]) - 43_200, float(v)) for i, (_, v) in enumerate(gaps)]
)


@given(readings, st.integers(1, 300_000), st.sampled_from([None, UINT16]))
def test_two_halves_add_up_to_the_whole(points, middle, rollover):
    whole, first, second = (
        steps(points, *ends, rollover=rollover) for ends in ((0, 400_000), (0, middle), (middle, 400_000))
    )
    assert first.increment + second.increment == whole.increment
    for name in ("rollovers", "restarts", "corrections"):
        assert getattr(first, name) + getattr(second, name) == getattr(whole, name)


@given(readings, st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(points, random):
    assert steps(random.sample(points, len(points)), 0, 400_000) == steps(points, 0, 400_000)


@given(st.lists(st.floats(0, 1000, width=32), min_size=1), st.integers(0, 65_535))
def test_rollovers_lose_nothing(increments, start):
    """A counter that rolls over shows the same as one that does not."""
    shown, total = [(0.0, float(start))], float(start)
    for second, increment in enumerate(increments, 1):
        total += float(round(increment))
        shown.append((second * 0.5, total % UINT16))
    assert steps(shown, 0, 10_000, rollover=UINT16).increment == total - start
