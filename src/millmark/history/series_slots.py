"""A small number for each series seen, so that what is known of a series stands in plain arrays."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import I32, U32

Slots: TypeAlias = I32
"""The slots of some rows, one a row."""

_FIRST_SIZE = 1024


class SeriesSlots:
    """Series id -> slot, counted from 0 in order of first appearance. A slot is never given back.

    The table is open-addressed and at most half full; 100 000 series take 3 MB.
    """

    def __init__(self) -> None:
        # Held together, since one thread may look series up while another adds to them.
        self._arrays: tuple[I32, U32] = np.full(_FIRST_SIZE, -1, np.int32), np.zeros(_FIRST_SIZE // 2, np.uint32)
        self._count = 0
        self._in_order: NDArray[np.int32] = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return self._count

    @property
    def series(self) -> U32:
        """The series of each slot."""
        return self._arrays[1][: self._count]

    @property
    def in_order(self) -> Slots:
        """All slots, ascending by their series."""
        if len(self._in_order) != self._count:
            self._in_order = np.argsort(self.series, kind="stable").astype(np.int32)
        return self._in_order

    def of(self, series: U32) -> Slots:
        """The slot of each row; series seen for the first time are given one."""
        from millmark.history.sifting_kernel import find_slots

        slots = np.empty(len(series), np.int32)
        row = 0
        while True:
            row, self._count = find_slots(series, row, slots, *self._arrays, self._count)
            if row == len(series):
                return slots
            self._grow()

    def known(self, series: U32) -> Slots:
        """The slot of each row, -1 for series never seen."""
        from millmark.history.sifting_kernel import look_up_slots

        slots = np.empty(len(series), np.int32)
        look_up_slots(series, slots, *self._arrays)
        return slots

    def _grow(self) -> None:
        from millmark.history.sifting_kernel import find_slots

        known = self.series.copy()
        size = 2 * len(self._arrays[0])
        larger = np.full(size, -1, np.int32), np.zeros(size // 2, np.uint32)
        find_slots(known, 0, np.empty(len(known), np.int32), *larger, 0)
        self._arrays = larger
