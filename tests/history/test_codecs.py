"""What the disk keeps is what came: every bit of a value, through insert, merge and restart."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from millmark.history import CommitBlock
from millmark.history.stamp import next_received_us
from millmark.model import Period, PointBatch

START_US = 1_790_000_000_000_000
ALL = Period(START_US, START_US + 86_400_000_000)
SPECIAL = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308])


def difficult_values() -> np.ndarray:
    """Any bit pattern, decimals of every length, whole numbers to 2^53, powers of ten, and runs of special values."""
    random = np.random.default_rng(7)
    return np.concatenate(
        [
            random.integers(0, 2**64, 30_000, dtype=np.uint64).view(np.float64),
            *(np.round(random.normal(0, 1000, 3_000), digits) for digits in range(16)),
            random.integers(-(2**53), 2**53, 5_000).astype(np.float64),
            10.0 ** random.integers(-300, 300, 5_000),
            np.tile(SPECIAL, 500),
        ]
    )


def test_every_bit_of_a_value_survives_merging_and_a_restart(history, open_history):
    values = difficult_values()
    times = START_US + np.arange(len(values)) * 1000
    zeros = np.zeros(len(values), np.int64)
    batch = PointBatch(
        np.ones(len(values), np.uint32), times, zeros, values, zeros.astype(np.uint8), zeros.astype(np.uint32)
    )
    for start in range(0, len(values), 20_000):
        history.commit(CommitBlock(points=batch.take(np.arange(start, min(start + 20_000, len(batch))))))
    history._store.writer.command("OPTIMIZE TABLE millmark.points FINAL")
    history.close()
    kept = open_history().raw([1], ALL)
    differing = kept.value.view(np.uint64) != values.view(np.uint64)
    assert kept.source_time_us.tolist() == times.tolist()
    assert not differing.any(), values[differing][:5]


@given(st.lists(st.integers(-5_000, 50_000), max_size=60))
def test_stamps_rise_and_stay_near_the_clock(steps):
    now, last, latest_now = START_US, START_US - 1, START_US
    for step in steps:
        now += step
        latest_now = max(latest_now, now)
        stamp = next_received_us(now, last)
        assert stamp > last
        assert now <= stamp <= latest_now + 10_000 + len(steps)
        last = stamp


def test_stamps_of_spaced_commits_are_whole_hundredths():
    stamps = [next_received_us(START_US + 12_345 + step * 20_001, 0) for step in range(5)]
    assert all(stamp % 10_000 == 0 for stamp in stamps)
