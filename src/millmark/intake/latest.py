"""The newest value of every series, in memory: newest by source time, whatever order values arrive in."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.model import PointBatch, TextBatch

_NEVER = np.iinfo(np.int64).min


class LatestValues:
    """Rows are series ids. Written by the committer, read from anywhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._source_us = np.full(0, _NEVER, np.int64)
        self._received_us = np.zeros(0, np.int64)
        self._value = np.zeros(0, np.float64)
        self._quality = np.zeros(0, np.uint8)
        self._code = np.zeros(0, np.uint32)
        self._is_text = np.zeros(0, np.bool_)
        self._texts: dict[int, str | None] = {}

    def restore(self, points: PointBatch, texts: TextBatch) -> None:
        """Takes what the history holds as the newest row of each series; nothing is compiled for it."""
        with self._lock:
            if len(points):
                self._put(points, np.arange(len(points)))
                self._value[points.series] = points.value
        self.update(PointBatch.empty(), texts)

    def update(self, points: PointBatch, texts: TextBatch) -> None:
        """Takes rows that became canonical; older ones than those held change nothing."""
        with self._lock:
            if len(points):
                self._keep_newest(points)
            if len(texts):
                rows = self._take(texts)
                self._is_text[texts.series[rows]] = True
                self._texts.update(zip(texts.series[rows].tolist(), texts.value.take(rows).to_pylist(), strict=True))

    def of(self, series: Sequence[int]) -> tuple[PointBatch, TextBatch]:
        """One row for each of these series that has a value, in the order asked for."""
        with self._lock:
            asked = np.asarray(series, np.int64)
            known = asked[(asked >= 0) & (asked < len(self._source_us))]
            known = known[self._source_us[known] != _NEVER]
            numeric, textual = known[~self._is_text[known]], known[self._is_text[known]]
            texts = pa.array([self._texts[identifier] for identifier in textual.tolist()], pa.string())
            return (
                PointBatch(*self._head(numeric), self._value[numeric], *self._tail(numeric)),
                TextBatch(*self._head(textual), texts, *self._tail(textual)),
            )

    def _keep_newest(self, points: PointBatch) -> None:
        from millmark.intake.block_kernel import keep_newest
        from millmark.model.compiled import kernel_array

        self._grow(int(points.series.max()) + 1)
        keep_newest(
            kernel_array(points.series),
            kernel_array(points.source_time_us),
            kernel_array(points.received_time_us),
            kernel_array(points.value),
            kernel_array(points.quality),
            kernel_array(points.code),
            self._source_us,
            self._received_us,
            self._value,
            self._quality,
            self._code,
            self._is_text,
        )

    def _take(self, batch: TextBatch) -> NDArray[np.int64]:
        """Notes times and qualities, and returns the rows of the batch that are the newest of their series."""
        self._grow(int(batch.series.max()) + 1)
        order = np.lexsort((batch.source_time_us, batch.series))
        series = batch.series[order]
        newest = order[np.append(series[1:] != series[:-1], True)]
        rows: NDArray[np.int64] = newest[batch.source_time_us[newest] >= self._source_us[batch.series[newest]]]
        self._put(batch, rows)
        return rows

    def _put(self, batch: PointBatch | TextBatch, rows: NDArray[np.int64]) -> None:
        """Takes times and qualities of these rows, one of each series at most."""
        self._grow(int(batch.series.max()) + 1)
        places = batch.series[rows]
        self._source_us[places] = batch.source_time_us[rows]
        self._received_us[places] = batch.received_time_us[rows]
        self._quality[places] = batch.quality[rows]
        self._code[places] = batch.code[rows]

    def _grow(self, size: int) -> None:
        missing = size - len(self._source_us)
        if missing <= 0:
            return
        # Doubling keeps the cost of many small additions linear.
        missing = max(missing, len(self._source_us))
        self._source_us = np.append(self._source_us, np.full(missing, _NEVER, np.int64))
        self._received_us = _padded(self._received_us, missing)
        self._value = _padded(self._value, missing)
        self._quality = _padded(self._quality, missing)
        self._code = _padded(self._code, missing)
        self._is_text = _padded(self._is_text, missing)

    def _head(self, series: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
        return series.astype(np.uint32), self._source_us[series], self._received_us[series]

    def _tail(self, series: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        return self._quality[series], self._code[series]


def _padded(column: NDArray[Any], missing: int) -> NDArray[Any]:
    return np.append(column, np.zeros(missing, column.dtype))
