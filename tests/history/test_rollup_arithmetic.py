"""Buckets as an ordered monoid: cut a series anywhere, fold the pieces, put them together, and nothing changes."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.plain_points import PlainPoints, told

from millmark.history import Resolution, RollupRows
from millmark.history.open_buckets import OpenBuckets
from millmark.history.rollup_rows import of_buckets, of_points
from millmark.history.series_slots import SeriesSlots

DAY_US = Resolution.DAY.width_us

# Whole numbers, whose sums have no rounding: then the order of adding must not show at all.
VALUES = st.integers(-1000, 1000).map(float) | st.sampled_from([float("nan"), float("inf"), -0.0])
STEPS = st.sampled_from([1, 1000, 999_999, 20_000_000, 60_000_000, 61_000_000, 3_600_000_000, 90_000_000_000])
POINTS = st.lists(st.tuples(STEPS, VALUES, st.integers(0, 2)), min_size=1, max_size=80)
START = st.sampled_from([0, 1, 1_790_000_000_000_000, -1_000_000_000_000_001, -60_000_000])


def plain(series: int, start_us: int, points: list[tuple[int, float, int]]) -> PlainPoints:
    reference, time_us = PlainPoints(), start_us
    for step, value, quality in points:
        time_us += step
        reference.offer(series, time_us, value, quality)
    return reference


def columns(reference: PlainPoints) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    keys = sorted(reference.points)
    return (
        np.array([series for series, _ in keys], np.uint32),
        np.array([time for _, time in keys], np.int64),
        np.array([reference.points[key][0] for key in keys], np.float64),
        np.array([reference.points[key][1] for key in keys], np.uint8),
    )


@given(START, POINTS, POINTS)
@settings(deadline=None)
def test_buckets_say_what_their_definitions_say(start_us, first, second):
    reference = plain(3, start_us, first)
    reference.points |= plain(4_000_000_000, start_us, second).points
    minutes = of_points(*columns(reference), Resolution.MINUTE)
    hours = of_buckets(minutes, Resolution.HOUR)
    assert told(minutes) == reference.buckets(Resolution.MINUTE)
    assert told(hours) == reference.buckets(Resolution.HOUR)
    assert told(of_buckets(hours, Resolution.DAY)) == reference.buckets(Resolution.DAY)


@given(START, POINTS, st.lists(st.integers(0, 80), max_size=5))
@settings(deadline=None)
def test_points_taken_in_piece_by_piece_make_the_same_open_and_closed_buckets(start_us, points, cuts):
    reference = plain(7, start_us, points)
    series, time_us, value, quality = columns(reference)
    known = SeriesSlots()
    slots = known.of(series)
    buckets = OpenBuckets(known)
    closed: list[list[RollupRows]] = [[], [], []]
    edges = sorted({0, len(slots), *(min(cut, len(slots)) for cut in cuts)})
    for begin, end in itertools.pairwise(edges):
        piece = slice(begin, end)
        for folded in buckets.fold(slots[piece], time_us[piece], value[piece], quality[piece]):
            assert not len(folded.late_series)
            for resolution in Resolution:
                closed[resolution].append(folded.closed[resolution])
    for resolution in Resolution:
        rows = RollupRows.joined([*closed[resolution], buckets.as_rows(slots[:1], resolution)])
        want = reference.buckets(resolution)
        last = max(want)
        stored = {key: row for key, row in want.items() if key == last or resolution == Resolution.DAY or row[0] >= 16}
        assert told(rows) == stored


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200), st.integers(0, 200))
@settings(deadline=None)
def test_the_order_of_folding_does_not_show_in_one_bit_of_a_bucket(values, cut):
    """Whatever the numbers: what was folded as it came equals what is folded again from the points."""
    count = len(values)
    series, time_us = np.full(count, 5, np.uint32), np.arange(count, dtype=np.int64) * 7_000_000
    value, quality = np.array(values), np.zeros(count, np.uint8)
    known = SeriesSlots()
    slots, buckets = known.of(series), OpenBuckets(known)
    for piece in (slice(0, cut), slice(cut, count)):
        buckets.fold(slots[piece], time_us[piece], value[piece], quality[piece])
    again = of_points(series, time_us, value, quality, Resolution.MINUTE)
    for resolution in Resolution:
        if resolution != Resolution.MINUTE:
            again = of_buckets(again, resolution)
        assert again.floats[-1].tobytes() == buckets.as_rows(slots[:1], resolution).floats[0].tobytes()


def test_rows_that_come_late_change_nothing_and_are_told_by_their_hours():
    known = SeriesSlots()
    buckets = OpenBuckets(known)
    slots = known.of(np.array([9, 9, 9], np.uint32))
    time_us = np.array([DAY_US, DAY_US + 1, DAY_US + 2], np.int64)
    buckets.fold(slots, time_us, np.ones(3), np.zeros(3, np.uint8))
    before = told(buckets.as_rows(slots[:1], Resolution.DAY))
    late = np.array([5, 3_600_000_001, DAY_US + 2], np.int64)
    (folded,) = buckets.fold(slots, late, np.full(3, 7.0), np.zeros(3, np.uint8))
    assert folded.late_series.tolist() == [9, 9, 9]
    assert folded.late_hour_us.tolist() == [0, 3_600_000_000, DAY_US]
    assert told(buckets.as_rows(slots[:1], Resolution.DAY)) == before


def test_a_hundred_thousand_series_take_slots_of_their_own():
    known = SeriesSlots()
    series = np.random.default_rng(1).permutation(np.arange(0, 4_000_000_000, 40_000, dtype=np.uint32))
    slots = known.of(series)
    assert np.array_equal(np.sort(slots), np.arange(len(series)))
    assert np.array_equal(known.of(series[::-1]), slots[::-1])
    assert np.array_equal(known.series[known.in_order], np.sort(series))
    assert known.known(np.array([1, series[7]], np.uint32)).tolist() == [-1, slots[7]]
