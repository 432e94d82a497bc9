"""The physical limit: what the history's engine itself takes of the same points as Arrow blocks, synced, and no more.

No duplicate is looked for, no rollup kept, nothing decoded; the rows stand in blocks sorted as the table is.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from millmark.bench.plan import LoadPlan, Sensors
from millmark.history import History
from millmark.history.merging import let_merges_wait
from millmark.history.settings import HistorySettings
from millmark.history.store import Store
from millmark.model import PointBatch

_BLOCK_POINTS = (250_000, 500_000, 1_000_000, 2_000_000)


@dataclass(frozen=True, slots=True)
class RawInsert:
    """`seconds` in which the inserts ran, making the blocks not counted; of a few block sizes the fastest."""

    points: int
    seconds: float
    block_points: int


def measure_raw_insert(folder: Path, plan: LoadPlan, seconds: float) -> RawInsert:
    """Runs in a process of its own, since the history's engine serves one folder a process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(_measured, folder, plan, seconds).result()


def _measured(folder: Path, plan: LoadPlan, seconds: float) -> RawInsert:
    history = History.open(HistorySettings(path=folder), now_us=lambda: time.time_ns() // 1_000)
    history.close()
    store = Store(HistorySettings(path=folder))
    try:
        blocks = _Blocks(plan)
        store.writer.insert("points", blocks.next(plan.series).to_arrow())
        let_merges_wait()
        tries = [_inserted(store, blocks, size, seconds / 10) for size in _BLOCK_POINTS]
        best = max(tries, key=lambda one: one.points / one.seconds)
        return _inserted(store, blocks, best.block_points, seconds)
    finally:
        store.close()


def _inserted(store: Store, blocks: _Blocks, block_points: int, seconds: float) -> RawInsert:
    points, elapsed = 0, 0.0
    while elapsed < seconds:
        rows = blocks.next(block_points).to_arrow()
        began = time.perf_counter()
        store.writer.insert("points", rows)
        elapsed += time.perf_counter() - began
        points += len(rows)
    return RawInsert(points, elapsed, block_points)


class _Blocks:
    """The plan's points over all gateways, some steps of every series a block."""

    def __init__(self, plan: LoadPlan) -> None:
        self._plan = plan
        self._sensors = [Sensors.of(plan, gateway) for gateway in range(plan.gateways)]
        self._step = 0

    def next(self, points: int) -> PointBatch:
        """About so many points."""
        plan, steps = self._plan, max(1, points // self._plan.series)
        step_us = plan.period_ms * 1000
        values = [sensors.values(sensor, steps) for sensors in self._sensors for sensor in range(plan.series_each)]
        times = plan.start_ms * 1000 + np.arange(self._step, self._step + steps, dtype=np.int64) * step_us
        self._step += steps
        rows = plan.series * steps
        return PointBatch(
            series=np.repeat(np.arange(1, plan.series + 1, dtype=np.uint32), steps),
            source_time_us=np.tile(times, plan.series),
            received_time_us=np.full(rows, time.time_ns() // 10_000_000 * 10_000, np.int64),
            value=np.concatenate(values),
            quality=np.zeros(rows, np.uint8),
            code=np.zeros(rows, np.uint32),
        )
