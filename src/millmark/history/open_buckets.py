"""The buckets that points still fall into, in memory: for each series a minute, its hour and its day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from millmark.history.rollup_rows import Resolution, RollupRows
from millmark.history.series_slots import SeriesSlots, Slots
from millmark.model.batch import F64, I32, I64, U8, U32

Number = TypeVar("Number", bound=np.generic)

_LEVELS = len(Resolution)
# Closed buckets and late hours handed over at a time.
_ROOM = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """What came of folding some rows: buckets that closed, by resolution, and the hours that late rows fell into."""

    closed: tuple[RollupRows, ...]
    late_series: U32
    late_hour_us: I64


class OpenBuckets:
    """A series' open minute, the closed minutes of its hour and the closed hours of its day: 340 bytes a series."""

    def __init__(self, known: SeriesSlots) -> None:
        self._known = known
        self._integers: I64 = np.zeros((0, _LEVELS, 8), np.int64)
        self._floats: F64 = np.zeros((0, _LEVELS, 6))
        self._touched: U8 = np.zeros(0, np.uint8)
        self._closed_level: U8 = np.zeros(_ROOM, np.uint8)
        self._closed_slot: I32 = np.zeros(_ROOM, np.int32)
        self._closed = RollupRows.room(_ROOM)
        self._late_slot: I32 = np.zeros(_ROOM, np.int32)
        self._late_hour_us: I64 = np.zeros(_ROOM, np.int64)

    def fold(self, slots: Slots, time_us: I64, value: F64, quality: U8) -> list[Folded]:
        """Take in rows in order of (series, time), each once. Late ones change nothing but are told."""
        from millmark.history.rollup_kernel import fold

        if len(slots):
            self._reach(int(slots.max()) + 1)
        done: list[Folded] = []
        row = 0
        while row < len(slots):
            row, closed, late = fold(
                slots,
                time_us,
                value,
                quality,
                row,
                self._integers,
                self._floats,
                self._touched,
                self._closed_level,
                self._closed_slot,
                self._closed.integers,
                self._closed.floats,
                self._late_slot,
                self._late_hour_us,
            )
            if closed or late:
                done.append(self._handed_over(closed, late))
        return done

    def last_us(self) -> tuple[Slots, I64]:
        """The slots that have a point, and the time of their newest."""
        slots = np.flatnonzero(self._integers[:, 0, 1]).astype(np.int32)
        return slots, self._integers[slots, 0, 5]

    def starts_us(self, slots: Slots) -> I64:
        """When the open minute of each slot began."""
        starts_us: I64 = self._integers[slots, 0, 0]
        return starts_us

    def as_rows(self, slots: Slots, resolution: Resolution) -> RollupRows:
        """The open bucket of each slot that has one, with all of its points."""
        from millmark.history.rollup_kernel import open_buckets

        slots = slots[(slots >= 0) & (slots < len(self._integers))]
        slots = slots[self._integers[slots, 0, 1] > 0]
        rows = RollupRows.room(len(slots))
        rows.series[:] = self._known.series[slots]
        open_buckets(slots, self._integers, self._floats, int(resolution), rows.integers, rows.floats)
        return rows

    def closed_part(self, slots: Slots, resolution: Resolution) -> RollupRows:
        """What is closed of the open hour or day; the open minute itself."""
        level = int(resolution)
        return RollupRows(self._known.series[slots], self._integers[slots, level], self._floats[slots, level])

    def replace(self, slots: Slots, resolution: Resolution, rows: RollupRows | None) -> None:
        """Put other content in place, a row a slot; None empties."""
        level = int(resolution)
        if len(slots):
            self._reach(int(slots.max()) + 1)
        self._integers[slots, level] = 0 if rows is None else rows.integers
        self._floats[slots, level] = 0.0 if rows is None else rows.floats
        self._touched[slots] = 1

    def touched(self) -> Slots:
        """The slots that changed since they were last saved."""
        return np.flatnonzero(self._touched).astype(np.int32)

    def saved(self, slots: Slots) -> None:
        self._touched[slots] = 0

    def _handed_over(self, closed: int, late: int) -> Folded:
        series = self._known.series
        rows = RollupRows(
            series[self._closed_slot[:closed]], self._closed.integers[:closed], self._closed.floats[:closed]
        )
        level = self._closed_level[:closed]
        by_level = tuple(rows.take(np.flatnonzero(level == resolution)) for resolution in Resolution)
        return Folded(by_level, series[self._late_slot[:late]], self._late_hour_us[:late].copy())

    def _reach(self, slots: int) -> None:
        have = len(self._integers)
        if slots <= have:
            return
        more = max(slots, 2 * have) - have
        self._integers = _longer(self._integers, more)
        self._floats = _longer(self._floats, more)
        self._touched = _longer(self._touched, more)


def _longer(array: NDArray[Number], more: int) -> NDArray[Number]:
    longer = np.zeros((len(array) + more, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer
