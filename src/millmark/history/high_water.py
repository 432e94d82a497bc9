"""The highest source time the store may hold of each series: proves most rows new without asking the store."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import I64, U32


class HighWater:
    """An upper bound a series, in columns sorted by series id; `otherwise` bounds every series that is not listed.

    A bound may be too high (then a row is looked up for nothing), never too low. It is therefore raised before rows
    are written: a write that fails half way leaves bounds that are still true.
    """

    def __init__(self, series: U32, highest_us: I64, *, otherwise: int) -> None:
        order = np.argsort(series)
        self._series: U32 = series[order]
        self._highest_us: I64 = highest_us[order]
        self._otherwise = otherwise

    def may_be_stored(self, series: U32, source_time_us: I64) -> NDArray[np.bool_]:
        """For each row whether the store could hold its identity already."""
        place, listed = self._places(series)
        if not len(self._series):
            return source_time_us <= self._otherwise
        bound = np.where(listed, self._highest_us[place], self._otherwise)
        return source_time_us <= bound

    def rise(self, series: U32, source_time_us: I64) -> None:
        """Take note of rows that are about to be written."""
        if not len(series):
            return
        _, listed = self._places(series)
        if not np.all(listed):
            self._list(np.unique(series[~listed]))
        place, _ = self._places(series)
        np.maximum.at(self._highest_us, place, source_time_us)

    def _list(self, newcomers: U32) -> None:
        at = np.searchsorted(self._series, newcomers)
        self._series = np.insert(self._series, at, newcomers)
        self._highest_us = np.insert(self._highest_us, at, np.int64(self._otherwise))

    def _places(self, series: U32) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        place = np.searchsorted(self._series, series)
        if not len(self._series):
            return place, np.zeros(len(series), dtype=np.bool_)
        place = np.minimum(place, len(self._series) - 1)
        known: NDArray[Any] = self._series[place] == series
        return place, known
