"""The highest source time the store may hold of each series: proves most rows new without asking the store."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.history.series_slots import Slots
from millmark.model.batch import I64, U8, U32

_NEVER = np.iinfo(np.int64).min


class HighWater:
    """An upper bound a slot; a slot without one has nothing in the store.

    A bound may be too high (then a row is looked up for nothing), never too low. It is therefore raised before rows
    are written: a write that fails half way leaves bounds that are still true.
    """

    def __init__(self) -> None:
        self._highest_us: I64 = np.zeros(0, np.int64)

    def rise(self, slots: Slots, source_time_us: I64) -> tuple[U8, int]:
        """Take note of rows about to be written, in order of arrival.

        Tells for each whether it could repeat something, in the store or earlier in the block (1, otherwise 0), and how
        many could.
        """
        from millmark.history.sifting_kernel import rise

        if len(slots):
            self._reach(int(slots.max()) + 1)
        doubtful = np.empty(len(slots), np.uint8)
        return doubtful, rise(slots, source_time_us, self._highest_us, doubtful)

    @property
    def highest_us(self) -> I64:
        """The bounds, a slot each; at least as many as slots were told of."""
        return self._highest_us

    def _reach(self, slots: int) -> None:
        if slots > len(self._highest_us):
            room = np.full(max(slots, 2 * len(self._highest_us)), _NEVER, np.int64)
            room[: len(self._highest_us)] = self._highest_us
            self._highest_us = room


def repeated(series: U32, source_time_us: I64, doubtful: U8, count: int) -> NDArray[np.bool_]:
    """The doubtful rows of a block (`count` of them are marked 1) and the others whose identity they repeat.

    `doubtful` is marked with 2 at the latter.
    """
    from millmark.history.sifting_kernel import mark_touched

    size = 1 << (2 * count).bit_length()
    mark_touched(series, source_time_us, doubtful, np.full(size, -1, np.int32))
    return doubtful > 0
