"""Months past their time go; what they came to stays, to the hour, and is told as before."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import numpy as np
import pytest

from millmark.history import CommitBlock, QuarantinedReading, Resolution, Retention
from millmark.history.retention import month_period
from millmark.model import Period, PointBatch, utc_us

DAY_US = 86_400_000_000
HOUR_US = DAY_US // 24
JANUARY = utc_us(datetime(2026, 1, 1, tzinfo=UTC))
APRIL = utc_us(datetime(2026, 4, 1, tzinfo=UTC))
QUARTER = Period(JANUARY, APRIL)
DENSE, SPARSE = 1, 2


def points(series: int, step_us: int, *, start_us: int = JANUARY, end_us: int = APRIL) -> PointBatch:
    times = np.arange(start_us, end_us, step_us)
    value = np.round(np.sin(times / 3e10), 3)
    quality = (np.arange(len(times)) % 97 == 0).astype(np.uint8) * 2
    nothing = np.zeros(len(times), np.int64)
    return PointBatch(np.full(len(times), series, np.uint32), times, nothing, value, quality, nothing.astype(np.uint32))


@pytest.fixture
def quarter(history, clock, texts):
    """Three months: a series every 20 seconds for some days of each, one every ten minutes throughout."""
    clock.now_us = APRIL
    for month in range(1, 4):
        start_us = utc_us(datetime(2026, month, 10, tzinfo=UTC))
        history.commit(CommitBlock(points=points(DENSE, 20_000_000, start_us=start_us, end_us=start_us + 3 * DAY_US)))
    history.commit(CommitBlock(points=points(SPARSE, 600_000_000)))
    return history


def rows_of(history, series, resolution):
    rows = history.rollup([series], QUARTER, resolution)
    return {
        int(start): tuple(rows.integers[at]) + tuple(rows.floats[at].tolist()) for at, start in enumerate(rows.start_us)
    }


def test_whole_months_past_their_time_are_named_oldest_first(quarter):
    keep = Retention(raw_days=40, text_days=40)
    assert [str(month) for month in quarter.expired(keep, APRIL)] == ["raw of 2026-01"]
    assert [str(month) for month in quarter.expired(keep, APRIL + 30 * DAY_US)] == ["raw of 2026-01", "raw of 2026-02"]
    assert quarter.expired(Retention(), APRIL + 10_000 * DAY_US) == []
    assert Retention().keeps_everything


def test_what_a_dropped_month_came_to_stays(quarter, open_history):
    before = {
        (series, resolution): rows_of(quarter, series, resolution)
        for series in (DENSE, SPARSE)
        for resolution in (Resolution.HOUR, Resolution.DAY)
    }
    minutes = rows_of(quarter, DENSE, Resolution.MINUTE)
    old = quarter.downsample(SPARSE, month_period(202601), 31)
    dense_old = quarter.downsample(DENSE, month_period(202601), 31 * 24)
    quarter.drop(quarter.expired(Retention(raw_days=40), APRIL), APRIL)

    def check(history):
        assert history.kept_from_us() == month_period(202601).end_us
        assert len(history.raw([DENSE, SPARSE], month_period(202601))) == 0
        assert len(history.raw([SPARSE], month_period(202602))) == 28 * 144
        for (series, resolution), rows in before.items():
            assert str(rows_of(history, series, resolution)) == str(rows)
        sparse, dense = (
            history.downsample(SPARSE, month_period(202601), 31),
            history.downsample(DENSE, month_period(202601), 31 * 24),
        )
        assert sparse.count.tolist() == old.count.tolist()
        np.testing.assert_allclose(sparse.mean, old.mean)
        np.testing.assert_allclose(sparse.time_mean[1:], old.time_mean[1:])
        assert dense.count.tolist() == dense_old.count.tolist()
        # An old day of few points is told by its hours, whatever is asked for; one of many still by its minutes.
        day = Period(JANUARY + 11 * DAY_US, JANUARY + 12 * DAY_US)
        assert history.downsample(SPARSE, day, 1_000).resolution_us == HOUR_US
        assert history.downsample(SPARSE, day, 1_000).count.sum() == 144
        # A minute of three points is not stored: the dense series too has its hours left.
        assert history.downsample(DENSE, day, 1_000).count.sum() == 4_320

    check(quarter)
    assert minutes
    quarter.close()
    check(open_history())


def test_a_late_point_that_comes_while_its_month_goes_does_not_take_what_the_month_came_to(quarter, monkeypatch):
    """Commits and the upkeep of the rollups may come at any moment; here just before the rollups hear what is kept."""
    rollups = quarter._rollups
    keep_from = rollups.keep_from
    before = {series: rows_of(quarter, series, Resolution.DAY) for series in (DENSE, SPARSE)}
    months = quarter.expired(Retention(raw_days=40), APRIL)

    def hear_of_late_points():
        for series in (DENSE, SPARSE):
            late_us = JANUARY + 11 * DAY_US + 5 * HOUR_US + 1
            quarter.commit(CommitBlock(points=points(series, HOUR_US, start_us=late_us, end_us=late_us + 1)))
        rollups.settle()

    meanwhile = threading.Thread(target=hear_of_late_points, daemon=True)

    def keep_from_in_the_end(time_us):
        meanwhile.start()
        meanwhile.join(2)
        keep_from(time_us)

    monkeypatch.setattr(rollups, "keep_from", keep_from_in_the_end)
    quarter.drop(months, APRIL)
    meanwhile.join()
    for series, rows in before.items():
        assert str(rows_of(quarter, series, Resolution.DAY)) == str(rows)


def test_each_kind_goes_at_its_own_time(quarter, texts):
    quarter.commit(CommitBlock(quarantine=(QuarantinedReading(0, "g", "a", "m", None, "x", "unparsable", ""),)))
    keep = Retention(raw_days=31, text_days=31, minute_days=31, hour_days=60, day_days=400, quarantine_days=5)
    months = quarter.expired(keep, APRIL + 5 * DAY_US)
    assert [str(month) for month in months] == ["hour of 2026-01", "raw of 2026-01", "raw of 2026-02"]
    quarter.drop(months, APRIL + 5 * DAY_US)
    assert quarter.expired(keep, APRIL + 5 * DAY_US) == []
    january = month_period(202601)
    assert len(quarter.rollup([SPARSE], january, Resolution.HOUR)) == 0
    assert len(quarter.rollup([SPARSE], january, Resolution.DAY)) == 31
    assert quarter.downsample(SPARSE, january, 500).resolution_us == DAY_US
    assert quarter.quarantine_counts() == {"unparsable": 1}


def test_a_coarser_rollup_is_not_kept_shorter_than_a_finer_one():
    with pytest.raises(ValueError, match="hour_days"):
        Retention(raw_days=10, minute_days=100, hour_days=50)
    with pytest.raises(ValueError, match="minute_days"):
        Retention(minute_days=100)
