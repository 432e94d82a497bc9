"""Keeps the rollups true: every fresh point is folded in, late ones are made up for, all of it survives a kill.

Points in order of time only touch the open buckets in memory. Closed buckets wait in memory until some are written
together. A late point makes its hour dirty, which is then folded again from the points, and the day from its hours. At
a checkpoint everything is written, the open buckets too; what was received after it is folded again when the store is
next opened. Whoever reads gets the stored rows overlaid by those in memory (`rollup_reader`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray

from millmark.history.errors import StoreUnavailable
from millmark.history.open_buckets import OpenBuckets
from millmark.history.restore import newest_received_us
from millmark.history.rollup_points import SeriesHours, points_received
from millmark.history.rollup_recount import recount
from millmark.history.rollup_rows import Resolution, RollupRows
from millmark.history.rollup_tables import (
    NO_CHECKPOINT,
    Checkpoint,
    read_checkpoint,
    read_open,
    write_checkpoint,
    write_open,
    write_rows,
)
from millmark.history.series_slots import SeriesSlots, Slots
from millmark.history.store import Connection
from millmark.history.time_span import EARLIEST_US
from millmark.model.batch import F64, I64, U8, U32
from millmark.model.period import SECOND_US

_log = logging.getLogger(__name__)

# Closed buckets that may wait before they are written, and those with which no more points are taken.
_WAITING, _TOO_MANY_WAITING = 100_000, 1_000_000
# Late points often come many to an hour: hours wait a while before they are folded again, unless somebody reads them.
_LATE_US = 5 * SECOND_US
# After folding again, so many times as long is left to the commits.
_LATE_REST = 4
_TOO_MANY_LATE = 5_000_000
# Hours folded again under one hold of the lock, so many that commits wait for about this long.
_FIRST_SLICE, _LARGEST_SLICE, _SLICE_S = 1, 4096, 0.1
# Between slices, so that a commit that waits is let in.
_BREATH_S = 0.002
# A checkpoint bounds what is folded again after a kill; the clock is the received times'.
_CHECKPOINT_POINTS = 20_000_000
_CHECKPOINT_US = 60 * SECOND_US


@dataclass(frozen=True, slots=True, eq=False)
class FreshRows:
    """Rows that were just stored, in order of (series, time), by the slots of their series."""

    slots: Slots
    time_us: I64
    value: F64
    quality: U8


@dataclass(frozen=True, slots=True)
class RollupState:
    """How much of the rollups is in memory only. Reading is exact all the same.

    `unsaved_us` is the span of received times after the last checkpoint: what is folded again after a kill.
    `waiting_rows` are closed buckets not written yet, `late_hours` those that a late point makes to be folded again.
    """

    unsaved_us: int
    waiting_rows: int
    late_hours: int


class Rollups:
    """The part of the rollups that is in memory, and the writing of the rest. Thread-safe.

    `known` is shared with the writer, which gives slots to new series. For `rest_s` after it was made, hours of late
    points are left alone: whoever starts needs the newest points first, and an hour may hold millions.
    """

    def __init__(self, connection: Connection, *, rest_s: float = 0.0) -> None:
        self._rests_until_s = monotonic() + rest_s
        self.known = SeriesSlots()
        self._connection = connection
        self._lock = threading.RLock()
        self._open = OpenBuckets(self.known)
        self._waiting: tuple[list[RollupRows], ...] = tuple([] for _ in Resolution)
        self._late: list[SeriesHours] = []
        self._uncertain_us: list[int] = []
        self._version = 0
        self._checkpoint_us = NO_CHECKPOINT.received_us
        self._folded_us = NO_CHECKPOINT.received_us
        self._points_since = 0
        self._settled_us = NO_CHECKPOINT.received_us
        self._late_wait_us = _LATE_US
        self._slice = _FIRST_SLICE
        self._is_closed = False
        self._kept_from_us = EARLIEST_US

    @property
    def folded_us(self) -> int:
        """All points received up to here are folded in; points were received then, unless there is none."""
        return self._folded_us

    def state(self) -> RollupState:
        """For those who watch; waits for nobody, so the figures may be of neighbouring moments."""
        waiting = sum(len(rows) for level in self._waiting for rows in tuple(level))
        return RollupState(max(0, self._folded_us - self._checkpoint_us), waiting, self._late_hours())

    def restore(self) -> None:
        """Take up what an earlier process left, and fold in what it had no time to.

        A store of a release without rollups is folded whole, some millions of points a second.
        """
        with self._lock:
            checkpoint = read_checkpoint(self._connection)
            self._version = checkpoint.next_run
            self._late = [checkpoint.late]
            # Claims the run of versions, before any row carries one of them.
            self._write_checkpoint(checkpoint.received_us)
            levels, rows = read_open(self._connection)
            slots = self.known.of(rows.series)
            for resolution in Resolution:
                of_level = np.flatnonzero(levels == resolution)
                self._open.replace(slots[of_level], resolution, rows.take(of_level))
            self._open.saved(slots)
            self._folded_us = self._checkpoint_us = checkpoint.received_us
            newest_us = newest_received_us(self._connection, checkpoint.received_us)
            if newest_us > checkpoint.received_us:
                self._fold_received(checkpoint.received_us, newest_us)
                self._folded_us = newest_us
                self._save()

    def last_us(self) -> tuple[Slots, I64]:
        """The slots that have a point, and the source time of their newest."""
        with self._lock:
            return self._open.last_us()

    def newest(self, of_series: Sequence[int] | None = None) -> tuple[U32, I64]:
        """Each series, of some or of all, that has a point, and the source time of its newest."""
        with self._lock:
            slots, newest_us = self._open.last_us()
            series = self.known.series[slots]
        if of_series is None:
            return series, newest_us
        asked = np.isin(series, np.array([int(one) for one in of_series], np.uint32))
        return series[asked], newest_us[asked]

    def ready(self) -> None:
        """Before rows are written: settle what an interrupted attempt left open, and make room.

        Raises `StoreUnavailable` when the store does not let it.
        """
        with self._lock:
            while self._uncertain_us:
                received_us = self._uncertain_us[0]
                self._fold_received(received_us - 1, received_us)
                self._folded_us = max(self._folded_us, received_us)
                self._uncertain_us.pop(0)
            if self._waiting_rows() >= _TOO_MANY_WAITING:
                self._flush()
            if self._late_hours() >= _TOO_MANY_LATE:
                self._settle_slice()

    def uncertain(self, received_us: int) -> None:
        """Rows of this received time may have reached the store, or may not."""
        with self._lock:
            self._uncertain_us.append(received_us)

    def take(self, fresh: Sequence[FreshRows], received_us: int) -> None:
        """Fold in the rows of a commit, which are stored. What is to be written is left to `keep_up`."""
        with self._lock:
            for rows in fresh:
                self._fold(rows.slots, rows.time_us, rows.value, rows.quality)
                self._points_since += len(rows.slots)
            self._folded_us = received_us
            if self._checkpoint_us == NO_CHECKPOINT.received_us:
                self._checkpoint_us = received_us

    def keep_up(self) -> None:
        """Fold again and write what is due; commits wait for a part of it at most. Called now and then."""
        is_due = self._folded_us - self._settled_us >= self._late_wait_us and monotonic() >= self._rests_until_s
        if is_due and self._late_hours():
            self._settled_us = self._folded_us
            began = monotonic()
            # Not those that come meanwhile.
            hours = self._late_hours()
            while hours > 0 and (folded := self._settle_slice()):
                hours -= folded
                sleep(_BREATH_S)
            self._late_wait_us = max(_LATE_US, int(_LATE_REST * (monotonic() - began) * SECOND_US))
        with self._lock:
            if self._is_closed:
                return
            if self._is_checkpoint_due():
                self._save()
            elif self._waiting_rows() >= _WAITING:
                self._flush()

    def checkpoint(self) -> None:
        """Make up for all late points and write everything that is in memory: the tables then tell all there is."""
        with self._lock:
            self.settle()
            self._save()

    def _save(self) -> None:
        """Write what is in memory, late hours as such; what was folded so far need not be folded again after a kill."""
        with self._lock:
            if self._uncertain_us:
                return
            self._flush()
            self._save_open()
            self._version += 1
            self._write_checkpoint(self._folded_us)
            self._points_since, self._checkpoint_us = 0, self._folded_us

    def settle(self, of_series: NDArray[np.uint32] | None = None) -> None:
        """Fold the hours of late points again, of some series or all."""
        with self._lock:
            late = self._all_late()
            now = np.ones(len(late), np.bool_) if of_series is None else np.isin(late.series, of_series)
            if now.any():
                self._recount(late.take(now))
                self._late = [late.take(~now)]

    def _settle_slice(self) -> int:
        """Fold some of the hours of late points again. Returns how many at most; 0 when none was left."""
        with self._lock:
            late = self._all_late()
            if self._is_closed or not len(late):
                return 0
            began, size = monotonic(), self._slice
            self._recount(late.take(slice(0, self._slice)))
            self._late = [late.take(slice(self._slice, None))]
            self._slice = max(1, size // 2) if monotonic() - began > _SLICE_S else min(2 * size, _LARGEST_SLICE)
            return size

    def _recount(self, late: SeriesHours) -> None:
        late = late.take(late.hour_us >= self._kept_from_us)
        corrected = recount(self._connection, self.known, self._open, self._closed_rows, late, self._folded_us)
        for resolution, rows in zip(Resolution, corrected, strict=True):
            self._wait(resolution, rows)

    def _all_late(self) -> SeriesHours:
        if len(self._late) != 1:
            series = [part.series for part in self._late]
            hour_us = [part.hour_us for part in self._late]
            self._late = [SeriesHours.of(np.concatenate(series), np.concatenate(hour_us))] if series else []
        return self._late[0] if self._late else SeriesHours.none()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is written while the block runs."""
        with self._lock:
            yield

    def store(self, resolution: Resolution, rows: RollupRows) -> None:
        """Write rows that so far could be made from their points, because these are about to go."""
        with self._lock:
            if len(rows):
                self._version += 1
                write_rows(self._connection, resolution, rows, self._version)

    def keep_from(self, time_us: int) -> None:
        """Points before this moment, the start of a UTC day, are no longer kept: their buckets stay as they are."""
        with self._lock:
            self._kept_from_us = time_us

    def overlay(self, series: U32, start_us: int, end_us: int) -> tuple[RollupRows, ...]:
        """What is in memory of buckets that begin in [start, end), by resolution; later rows of a bucket count.

        Late points of these series are made up for first.
        """
        with self._lock:
            self.settle(series)
            return tuple(self._in_memory(series, start_us, end_us, resolution) for resolution in Resolution)

    def close(self) -> None:
        """Write what is in memory, if the store lets it; otherwise the next opening makes up for it."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            try:
                if self._folded_us > self._checkpoint_us or self._waiting_rows():
                    self._save()
            except StoreUnavailable as error:
                _log.warning("rollups could not be written at closing, the next opening will: %s", error)

    def _in_memory(self, series: U32, start_us: int, end_us: int, resolution: Resolution) -> RollupRows:
        rows = RollupRows.joined(
            [
                self._closed_rows(series, start_us, end_us, resolution),
                _between(self._open.as_rows(self.known.known(series), resolution), start_us, end_us),
            ]
        )
        return rows.newest_of_each()

    def _closed_rows(self, series: U32, start_us: int, end_us: int, resolution: Resolution) -> RollupRows:
        """Closed buckets that wait to be written."""
        waiting = self._waiting[resolution]
        if len(waiting) > 1:
            waiting[:] = [RollupRows.joined(waiting)]
        if not waiting:
            return RollupRows.room(0)
        rows = waiting[0]
        mine = rows.series == series[0] if len(series) == 1 else np.isin(rows.series, series)
        return _between(rows.take(np.flatnonzero(mine)), start_us, end_us)

    def _fold(self, slots: Slots, time_us: I64, value: F64, quality: U8) -> None:
        for folded in self._open.fold(slots, time_us, value, quality):
            for resolution, rows in zip(Resolution, folded.closed, strict=True):
                self._wait(resolution, rows)
            if len(folded.late_series):
                self._late.append(SeriesHours(folded.late_series, folded.late_hour_us))

    def _fold_received(self, after_us: int, known_us: int) -> None:
        for points in points_received(self._connection, after_us, known_us):
            self._fold(self.known.of(points.series), points.time_us, points.value, points.quality)
            if self._waiting_rows() >= _WAITING:
                self._flush()

    def _wait(self, resolution: Resolution, rows: RollupRows) -> None:
        if len(rows):
            self._waiting[resolution].append(rows)

    def _waiting_rows(self) -> int:
        return sum(len(rows) for waiting in self._waiting for rows in waiting)

    def _late_hours(self) -> int:
        return sum(map(len, tuple(self._late)))

    def _is_checkpoint_due(self) -> bool:
        elapsed_us = self._folded_us - self._checkpoint_us
        return self._points_since >= _CHECKPOINT_POINTS or elapsed_us >= _CHECKPOINT_US

    def _flush(self) -> None:
        self._version += 1
        for resolution, waiting in zip(Resolution, self._waiting, strict=True):
            if waiting:
                write_rows(self._connection, resolution, RollupRows.joined(waiting).newest_of_each(), self._version)
                waiting.clear()

    def _save_open(self) -> None:
        slots = self._open.touched()
        if not len(slots):
            return
        parts = [self._open.closed_part(slots, resolution) for resolution in Resolution]
        rows = RollupRows.joined(parts)
        rows.integers[rows.count == 0] = 0
        levels = np.repeat(np.arange(len(parts), dtype=np.uint8), len(slots))
        write_open(self._connection, levels, rows, self._version)
        self._open.saved(slots)

    def _write_checkpoint(self, received_us: int) -> None:
        write_checkpoint(self._connection, Checkpoint(self._version, received_us, self._all_late()))


def _between(rows: RollupRows, start_us: int, end_us: int) -> RollupRows:
    return rows.take(np.flatnonzero((rows.start_us >= start_us) & (rows.start_us < end_us)))
