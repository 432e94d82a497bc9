"""Reads rollups, exact at once: stored rows, overlaid by those in memory, and what is too sparse to be stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from millmark.history.rollup_points import SeriesHours, points_of_hours
from millmark.history.rollup_rows import Resolution, RollupRows, bucket_key, of_points
from millmark.history.rollup_tables import read_rows
from millmark.history.rollups import Rollups
from millmark.history.store import Store
from millmark.history.summary import Stretches
from millmark.history.time_span import LATEST_US
from millmark.model import Period
from millmark.model.batch import I64, U32
from millmark.model.period import HOUR_US

# Questions whose rows are read at the same time; others wait their turn.
_READ_AHEAD = 2
_DAY_US = Resolution.DAY.width_us
_HOURS_OF_DAY = np.arange(24, dtype=np.int64) * HOUR_US


class RollupReader:
    """Answers with the buckets of series, whichever of table, memory and points they come from.

    A day is always stored or in memory, and its count tells whether all of its hours are; likewise an hour's count of
    its minutes. Only where one is missing are points read.
    """

    def __init__(self, store: Store, rollups: Rollups) -> None:
        self._store = store
        self._rollups = rollups
        self._beside = ThreadPoolExecutor(max_workers=_READ_AHEAD, thread_name_prefix="millmark-ahead")

    def rows(self, series: Sequence[int], period: Period, resolution: Resolution) -> RollupRows:
        """The buckets that begin in a period, in order of (series, start)."""
        ids = np.unique(np.array([int(one) for one in series], np.uint32))
        if not len(ids):
            return RollupRows.room(0)
        whole = Period(period.start_us // _DAY_US * _DAY_US, -(-period.end_us // _DAY_US) * _DAY_US)
        in_memory = self._rollups.overlay(ids, whole.start_us, whole.end_us)
        rows = self._stored(ids, whole, Resolution.DAY, in_memory)
        if resolution != Resolution.DAY:
            hours = self._stored(ids, whole, Resolution.HOUR, in_memory)
            rows = self._completed(rows, hours, Resolution.HOUR)
        if resolution == Resolution.MINUTE:
            part = Period(period.start_us // HOUR_US * HOUR_US, -(-period.end_us // HOUR_US) * HOUR_US)
            minutes = self._stored(ids, part, Resolution.MINUTE, in_memory)
            rows = self._completed(_beginning_in(rows, part), minutes, Resolution.MINUTE)
        return _beginning_in(rows, period)

    def ahead(self, series: int, period: Period, resolution_us: int) -> Callable[[int], Stretches]:
        """Begins to read the buckets of one series that begin in a period, while the caller asks something else.

        `resolution_us` is a minute's, an hour's or a day's. What is returned waits for the rows; it takes how many
        points the series has in the period, counted meanwhile: buckets that make up for all of them need no look at the
        coarser ones.
        """
        (resolution,) = (one for one in Resolution if one.width_us == resolution_us)
        ids = np.array([series], np.uint32)
        reading = self._beside.submit(read_rows, self._store, ids.tolist(), period, resolution)

        def completed(points: int) -> Stretches:
            stored = reading.result()
            # Looked at after the count, so that points committed meanwhile do not seem to be missing.
            rows = _overlaid(stored, self._rollups.overlay(ids, period.start_us, period.end_us)[resolution], period)
            if int(rows.count.sum()) < points:
                rows = self.rows([series], period, resolution)
            return rows.stretches()

        return completed

    def stretches(self, series: int, period: Period, resolution_us: int) -> Stretches:
        """The buckets that are stored or in memory; sparse ones are not."""
        return self.ahead(series, period, resolution_us)(0)

    def close(self) -> None:
        self._beside.shutdown(wait=True, cancel_futures=True)

    def _stored(
        self, series: U32, period: Period, resolution: Resolution, in_memory: tuple[RollupRows, ...]
    ) -> RollupRows:
        return _overlaid(read_rows(self._store, series.tolist(), period, resolution), in_memory[resolution], period)

    def _completed(self, coarse: RollupRows, fine: RollupRows, resolution: Resolution) -> RollupRows:
        """The fine rows, and those of coarse buckets that have more points than their fine rows tell."""
        width_us = Resolution(resolution + 1).width_us
        counted = _sums(coarse, fine, width_us)
        lacking = coarse.take(np.flatnonzero(coarse.count != counted))
        if not len(lacking):
            return fine
        hours = SeriesHours(lacking.series, lacking.start_us)
        if resolution == Resolution.HOUR:
            hours = SeriesHours(np.repeat(lacking.series, 24), (lacking.start_us[:, None] + _HOURS_OF_DAY).reshape(-1))
        found = [
            of_points(points.series, points.time_us, points.value, points.quality, resolution)
            for points in points_of_hours(self._store, hours, LATEST_US - 1)
        ]
        # What stands in a table or in memory comes later and counts.
        return RollupRows.joined([*found, fine]).newest_of_each()


def _overlaid(stored: RollupRows, in_memory: RollupRows, period: Period) -> RollupRows:
    newer = _beginning_in(in_memory, period)
    return RollupRows.joined([stored, newer]).newest_of_each() if len(newer) else stored


def _sums(coarse: RollupRows, fine: RollupRows, width_us: int) -> I64:
    """For each coarse bucket the points that its fine ones count."""
    sums = np.zeros(len(coarse), np.int64)
    if len(coarse) and len(fine):
        key = bucket_key(coarse.series, coarse.start_us)
        mine = bucket_key(fine.series, fine.start_us // width_us * width_us)
        at = np.minimum(np.searchsorted(key, mine), len(coarse) - 1)
        belongs: NDArray[np.bool_] = key[at] == mine
        np.add.at(sums, at[belongs], fine.count[belongs])
    return sums


def _beginning_in(rows: RollupRows, period: Period) -> RollupRows:
    return rows.take(np.flatnonzero((rows.start_us >= period.start_us) & (rows.start_us < period.end_us)))
