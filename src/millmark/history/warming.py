"""Fills the compiler's cache, so that the first commit of a process need not wait for it."""

from __future__ import annotations

import numpy as np

from millmark.history.high_water import HighWater, repeated
from millmark.history.open_buckets import OpenBuckets
from millmark.history.rollup_rows import Resolution, of_buckets, of_points
from millmark.history.series_slots import SeriesSlots
from millmark.history.sorting import sorted_by_series
from millmark.model import PointBatch


def warm_up() -> None:
    """Call every kernel of the room once."""
    batch = PointBatch(
        np.array([2, 1, 1], np.uint32),
        np.array([1, 2, 1], np.int64),
        np.zeros(3, np.int64),
        np.zeros(3),
        np.zeros(3, np.uint8),
        np.zeros(3, np.uint32),
    )
    known = SeriesSlots()
    slots = known.of(batch.series)
    known.known(batch.series)
    doubtful, count = HighWater().rise(slots, batch.source_time_us)
    repeated(batch.series, batch.source_time_us, doubtful, count)
    rows = sorted_by_series(batch, slots, known)
    buckets = OpenBuckets(known)
    for later_us in (0, 1, 2 * Resolution.DAY.width_us, 0):
        buckets.fold(rows.slots, rows.batch.source_time_us + later_us, rows.batch.value, rows.batch.quality)
    buckets.as_rows(rows.slots, Resolution.DAY)
    points = rows.batch
    minutes = of_points(points.series, points.source_time_us, points.value, points.quality, Resolution.MINUTE)
    of_buckets(minutes, Resolution.HOUR)
