"""Long periods in few spans: told by a plain reading of each span's points, whatever they are put together from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millmark.history import CommitBlock, downsample
from millmark.history.fold import Buckets, fold
from millmark.history.summary import Stretches, points_as_stretches
from millmark.model import Period

VALUES = st.one_of(st.integers(-50, 50).map(float), st.sampled_from([math.nan, math.inf]))
POINTS = st.lists(
    st.tuples(st.integers(0, 119), VALUES, st.sampled_from([0, 0, 0, 1, 2])), unique_by=lambda point: point[0]
).map(sorted)


@dataclass
class Span:
    """What one span says, written out by hand."""

    points: list[tuple[int, float, int]]
    start: int
    end: int
    held: float
    next_us: int

    def usable(self):
        return [point for point in self.points if math.isfinite(point[1]) and point[2] <= 1]

    def time_mean(self):
        integral = known = 0
        at, value = self.start, self.held
        for time, read, quality in [*self.points, (min(self.end, self.next_us), math.nan, 2)]:
            if not math.isnan(value):
                integral += value * (time - at)
                known += time - at
            at, value = time, read if math.isfinite(read) and quality <= 1 else math.nan
        if known:
            return integral / known
        values = [point[1] for point in self.usable()]
        return sum(values) / len(values) if values else math.nan


def plain(points, width, end, held):
    spans = []
    for start in range(0, end, width):
        inside = [point for point in points if start <= point[0] < start + width]
        if not inside:
            continue
        earlier = [point for point in points if point[0] < start]
        before = held
        if earlier:
            _, value, quality = earlier[-1]
            before = value if math.isfinite(value) and quality <= 1 else math.nan
        later = [point[0] for point in points if point[0] >= start + width]
        spans.append(Span(inside, start, min(start + width, end), before, later[0] if later else end))
    return spans


def check(got: Buckets, spans: list[Span]):
    assert got.start_us.tolist() == [span.start for span in spans]
    for row, span in enumerate(spans):
        usable = span.usable()
        assert got.count[row] == len(span.points)
        assert got.good_count[row] == sum(point[2] == 0 for point in span.points)
        assert got.usable_count[row] == len(usable)
        assert (got.first_us[row], got.last_us[row]) == (span.points[0][0], span.points[-1][0])
        np.testing.assert_allclose(got.time_mean[row], span.time_mean(), atol=1e-9)
        if not usable:
            assert np.isnan([got.min[row], got.max[row], got.mean[row], got.first[row], got.last[row]]).all()
            continue
        values = [point[1] for point in usable]
        assert (got.min[row], got.max[row]) == (min(values), max(values))
        assert (got.first[row], got.last[row]) == (values[0], values[-1])
        np.testing.assert_allclose(got.mean[row], sum(values) / len(values), atol=1e-9)


def columns(points):
    time, value, quality = zip(*points, strict=True) if points else ((), (), ())
    return np.array(time, np.int64), np.array(value, np.float64), np.array(quality, np.uint8)


def in_stretches(points, length):
    """The points in rows of a rollup, each put together by hand."""
    rows = []
    for start in range(0, 120, length):
        inside = [point for point in points if start <= point[0] < start + length]
        if not inside:
            continue
        usable = [point for point in inside if math.isfinite(point[1]) and point[2] <= 1]
        integral = known = 0
        for (time, value, quality), (after, _, _) in pairwise(inside):
            if math.isfinite(value) and quality <= 1:
                integral, known = integral + value * (after - time), known + after - time
        values = [point[1] for point in usable] or [math.nan]
        least, most = ([point[0] for point in usable if point[1] == pick(values)] or [start] for pick in (min, max))
        times = (inside[0][0], inside[-1][0], least[0], most[0])
        counts = (len(inside), sum(point[2] == 0 for point in inside), len(usable))
        statistics = (sum(point[1] for point in usable), min(values), max(values), values[0], values[-1])
        rows.append((*times, *counts, *statistics, integral, known, inside[-1] in usable))
    kinds = ["i8"] * 7 + ["f8"] * 6 + ["i8", "?"]
    return Stretches(*(np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)))


HELD = st.sampled_from([math.nan, 3.0])


@settings(deadline=None)
@given(POINTS, st.sampled_from([1, 7, 20, 120]), HELD)
def test_points_are_folded_as_a_plain_reading_tells(points, width, held):
    got = fold(points_as_stretches(*columns(points)), Period(0, 120), width, held=held)
    check(got, plain(points, width, 120, held))
    for row in range(len(got)):
        at_least = [time for time, value, quality in points if time == got.min_us[row] and quality <= 1]
        assert at_least or not got.usable_count[row]


@settings(deadline=None)
@given(POINTS, st.sampled_from([(5, 20), (10, 10), (20, 120), (1, 3)]), HELD)
def test_rows_of_a_rollup_say_the_same_as_their_points(points, lengths, held):
    row, width = lengths
    got = fold(in_stretches(points, row), Period(0, 120), width, held=held)
    check(got, plain(points, width, 120, held))


@pytest.fixture
def scattered(history, numbers):
    random = np.random.default_rng(3)
    time = np.unique(random.integers(0, 3_600_000_000, 5_000))
    value = np.round(random.normal(20, 5, len(time)), 2)
    quality = random.choice([0, 2], len(time), p=[0.95, 0.05])
    rows = zip([1] * len(time), time.tolist(), value.tolist(), quality.tolist(), strict=True)
    history.commit(CommitBlock(points=numbers([*rows])))
    return history


def test_many_points_read_piece_by_piece_say_the_same(scattered, monkeypatch):
    period = Period(1_790_000_000_000_123, 1_790_003_500_000_000)
    whole = scattered.downsample(1, period, 100)
    monkeypatch.setattr(downsample, "FEW_POINTS", 300)
    pieces = scattered.downsample(1, period, 100)
    for name in Buckets.__slots__:
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name))
    assert len(whole) == 100


def test_all_of_time_is_one_span_with_all_points(scattered):
    everything = scattered.downsample(1, Period(-(2**61), 2**61), 1)
    assert everything.count.tolist() == [scattered.point_count()]
    assert len(scattered.downsample(1, Period(-(2**61), -(2**60)), 3)) == 0


@pytest.mark.parametrize("seconds", [3_600, 200_040])
def test_what_rollups_say_of_whole_minutes_is_what_their_points_say(history, numbers, monkeypatch, seconds):
    random = np.random.default_rng(4)
    time = np.unique(random.integers(0, seconds * 1_000_000, 4_000)) + 3_600_000_000
    value = np.round(random.normal(20, 5, len(time)), 2)
    quality = random.choice([0, 1, 2], len(time), p=[0.9, 0.05, 0.05])
    rows = [*zip([1] * len(time), time.tolist(), value.tolist(), quality.tolist(), strict=True)]
    history.commit(CommitBlock(points=numbers(rows[1_000:])))
    history.commit(CommitBlock(points=numbers(rows[:1_000])))
    minute = 60_000_000
    start = (1_790_000_000_000_000 + 3_600_000_000) // minute * minute
    period = Period(start, start + (seconds + 120) * 1_000_000)
    of_points = history.downsample(1, period, (seconds + 120) // 120)
    monkeypatch.setattr(downsample, "FEW_POINTS", 10)
    of_rollups = history.downsample(1, period, (seconds + 120) // 120)
    assert (of_points.resolution_us, of_rollups.resolution_us) == (0, minute)
    for name in Buckets.__slots__:
        if name not in ("resolution_us", "min_us", "max_us"):
            np.testing.assert_allclose(getattr(of_rollups, name), getattr(of_points, name), rtol=1e-9)
    assert np.abs(of_rollups.min_us - of_points.min_us).max() <= minute
    # A period that begins within a minute is answered from the whole one.
    shifted = history.downsample(1, Period(period.start_us + 7, period.end_us), (seconds + 120) // 120)
    assert shifted.start_us.tolist() == of_rollups.start_us.tolist()
