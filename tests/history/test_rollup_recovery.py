"""Rollups after kills, upgrades and refusals: always what the points say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.history.plain_points import PlainPoints, told
from tests.history.rolling_process import SERIES, block

from millmark.history import CommitBlock, History, HistorySettings, Resolution, StoreUnavailable
from millmark.history.rollup_tables import read_rows
from millmark.history.rollups import Rollups
from millmark.history.store import Store
from millmark.model import Period, PointBatch

START_US = 1_790_000_000_000_000
ALL_TIME = Period(0, 2**52)
SCRIPT = Path(__file__).with_name("rolling_process.py")
KILLS = int(os.environ.get("MILLMARK_KILLS", "4"))


def as_points(history: History, series: list[int]) -> PlainPoints:
    raw, plain = history.raw(series, ALL_TIME), PlainPoints()
    columns = (raw.series, raw.source_time_us, raw.value, raw.quality)
    for series_id, time_us, value, quality in zip(*(column.tolist() for column in columns), strict=True):
        assert plain.offer(series_id, time_us, value, quality)
    return plain


def assert_rollups_agree(history: History, plain: PlainPoints) -> None:
    series = sorted({series for series, _ in plain.points})
    for resolution in Resolution:
        assert told(history.rollup(series, ALL_TIME, resolution)) == plain.buckets(resolution)


def seconds(count: int, series: int = 1, first: int = 0) -> PointBatch:
    zeros = np.zeros(count, np.int64)
    times = START_US + (first + np.arange(count)) * 1_000_000
    ids = np.full(count, series, np.uint32)
    return PointBatch(ids, times, zeros, np.arange(count) % 60 * 1.0, zeros.astype(np.uint8), zeros.astype(np.uint32))


@pytest.mark.faults
@pytest.mark.timeout(60 + KILLS * 30)
def test_kills_leave_points_and_rollups_whole(tmp_path):
    """Each round begins where the last acknowledgement stood, as a device would; points and buckets count once."""
    folder, chance = tmp_path / "history", np.random.default_rng(11)
    acknowledged = -1
    for _ in range(KILLS):
        command = [sys.executable, SCRIPT, folder, str(acknowledged + 1)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                for _ in range(chance.integers(1, 25)):
                    acknowledged = int(process.stdout.readline())
                time.sleep(chance.random() * 0.05)
            finally:
                os.kill(process.pid, signal.SIGKILL)
            for line in process.stdout:
                if line.endswith("\n"):
                    acknowledged = int(line)

    plain = PlainPoints()
    for number in range(acknowledged + 1):
        offer(plain, block(number).points)
    with_next = PlainPoints(dict(plain.points))
    offer(with_next, block(acknowledged + 1).points)
    history = History.open(HistorySettings(path=folder), now_us=lambda: START_US)
    try:
        stored = as_points(history, list(range(SERIES)))
        # The block under way may have reached the disk before the kill, with no time left to say so.
        assert stored.points in (plain.points, with_next.points)
        assert_rollups_agree(history, stored)
    finally:
        history.close()


def offer(plain: PlainPoints, batch: PointBatch) -> None:
    columns = (batch.series, batch.source_time_us, batch.value, batch.quality)
    for series, time_us, value, quality in zip(*(column.tolist() for column in columns), strict=True):
        plain.offer(series, time_us, value, quality)


def test_a_store_from_before_rollups_is_rolled_up_when_it_is_opened(tmp_path, clock):
    settings = HistorySettings(path=tmp_path / "history")
    history = History.open(settings, now_us=clock)
    history.commit(CommitBlock(points=seconds(4000)))
    history.commit(CommitBlock(points=seconds(50, series=2, first=86_400)))
    plain = as_points(history, [1, 2])
    history.close()

    store = Store(settings)
    for table in ("minute", "hour", "day", "open", "checkpoints"):
        store.writer.command(f"DROP TABLE millmark.rollup_{table} SYNC")
    store.writer.command(
        "ALTER TABLE millmark.schema_migrations DELETE WHERE version IN (2, 7) SETTINGS mutations_sync = 1"
    )
    store.close()

    history = History.open(settings, now_us=clock)
    assert_rollups_agree(history, plain)
    history.commit(CommitBlock(points=seconds(100, first=4000)))
    assert_rollups_agree(history, as_points(history, [1, 2]))
    history.close()


def test_hours_of_late_points_wait_in_the_checkpoint_and_closing_does_not_fold_them(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(Rollups, "keep_up", lambda _: None)
    settings = HistorySettings(path=tmp_path / "history")
    history = History.open(settings, now_us=clock)
    history.commit(CommitBlock(points=seconds(3000, first=86_400)))
    history.commit(CommitBlock(points=seconds(50, first=100)))
    history.commit(CommitBlock(points=seconds(40, first=90_000 - 7_200)))
    plain = as_points(history, [1])
    history.close()

    history = History.open(settings, now_us=clock)
    assert history._rollups.state().late_hours == 2
    assert_rollups_agree(history, plain)
    assert history._rollups.state().late_hours == 0
    history.close()


def test_what_is_folded_when_opening_is_only_what_came_after_the_checkpoint(tmp_path, clock, monkeypatch):
    settings = HistorySettings(path=tmp_path / "history")
    history = History.open(settings, now_us=clock)
    history.commit(CommitBlock(points=seconds(3000)))
    history._rollups.checkpoint()
    history.commit(CommitBlock(points=seconds(70, first=3000)))
    history._rollups._is_closed = True
    history.close()

    folded = []
    fold = Rollups._fold
    monkeypatch.setattr(Rollups, "_fold", lambda self, *rows: (folded.append(len(rows[0])), fold(self, *rows))[1])
    history = History.open(settings, now_us=clock)
    assert folded == [70]
    assert_rollups_agree(history, as_points(history, [1]))
    history.close()


def test_sparse_minutes_and_hours_take_no_room_and_are_read_all_the_same(history):
    step = 300_000_000
    batch = seconds(600)
    slow = PointBatch(
        batch.series, START_US + np.arange(600) * step, batch.received_time_us, batch.value, batch.quality, batch.code
    )
    history.commit(CommitBlock(points=slow))
    history._rollups.checkpoint()
    for resolution, rows in ((Resolution.MINUTE, 0), (Resolution.HOUR, 0), (Resolution.DAY, 2)):
        assert len(read_rows(history._store, [1], ALL_TIME, resolution)) == rows
    assert_rollups_agree(history, as_points(history, [1]))


def test_a_commit_counts_though_its_rollups_cannot_be_written_yet(history, monkeypatch):
    history.commit(CommitBlock(points=seconds(100)))
    insert = type(history._store.rollups).insert

    def refuse(self, table, rows):
        if table.startswith("rollup"):
            raise StoreUnavailable("the disk of the rollups is full")
        insert(self, table, rows)

    monkeypatch.setattr(type(history._store.rollups), "insert", refuse)
    monkeypatch.setattr("millmark.history.rollups._CHECKPOINT_POINTS", 1)
    assert history.commit(CommitBlock(points=seconds(5000, first=100))).stored == 5000
    with pytest.raises(StoreUnavailable):
        history._rollups.keep_up()
    assert_rollups_agree(history, as_points(history, [1]))
    monkeypatch.undo()
    history._rollups.checkpoint()
    assert len(read_rows(history._store, [1], ALL_TIME, Resolution.MINUTE)) == 85
    assert_rollups_agree(history, as_points(history, [1]))


def test_buckets_whose_points_are_no_longer_kept_stay_as_they_are(history):
    """A point that comes late for a time before that may count nowhere, but it may not take others' counts away."""
    day_us = Resolution.DAY.width_us
    history.commit(CommitBlock(points=seconds(3000)))
    history.commit(CommitBlock(points=seconds(100, first=3 * 86_400)))
    history._rollups.checkpoint()
    before = told(history.rollup([1], ALL_TIME, Resolution.DAY))
    history._rollups.keep_from((START_US // day_us + 2) * day_us)
    history._store.writer.command(
        f"ALTER TABLE millmark.points DELETE WHERE source_time < fromUnixTimestamp64Micro({START_US + day_us}, 'UTC') "
        "SETTINGS mutations_sync = 1"
    )
    late = seconds(1)
    shifted = PointBatch(
        late.series, late.source_time_us + 500, late.received_time_us, late.value, late.quality, late.code
    )
    history.commit(CommitBlock(points=shifted))
    assert told(history.rollup([1], ALL_TIME, Resolution.DAY)) == before
    minutes = told(history.rollup([1], ALL_TIME, Resolution.MINUTE))
    assert sum(row[0] for row in minutes.values()) == 3100
