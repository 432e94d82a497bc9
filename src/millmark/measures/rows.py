"""The rows a measure is computed from: columns by the series' portable key, free of any node's own ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.model import PointBatch, Quality, TextBatch
from millmark.model.batch import F64, I64, U8, U32


@dataclass(frozen=True, slots=True, eq=False)
class SeriesRows:
    """The points of one series, in any order; `values` are numbers (NaN: none given) or texts (null: none given)."""

    source_time_us: I64
    values: F64 | pa.StringArray
    quality: U8
    code: U32

    def __post_init__(self) -> None:
        lengths = {len(self.source_time_us), len(self.values), len(self.quality), len(self.code)}
        if len(lengths) > 1:
            raise ValueError(f"columns of a series' rows differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.source_time_us)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> SeriesRows:
        """The rows named by a boolean mask or by positions."""
        positions: NDArray[np.intp] = np.arange(len(self))[rows]
        if isinstance(self.values, np.ndarray):
            values: F64 | pa.StringArray = self.values[positions]
        else:
            values = self.values.take(pa.array(positions, pa.int64()))
        return SeriesRows(self.source_time_us[positions], values, self.quality[positions], self.code[positions])

    def ordered(self) -> SeriesRows:
        """The same rows by rising source time."""
        if np.all(self.source_time_us[1:] >= self.source_time_us[:-1]):
            return self
        return self.take(np.argsort(self.source_time_us, kind="stable"))

    def between(self, start_us: int, end_us: int) -> SeriesRows:
        """The rows with a source time in [start, end), by rising source time."""
        rows = self.ordered()
        first, last = np.searchsorted(rows.source_time_us, [start_us, end_us])
        return rows if (first, last) == (0, len(rows)) else rows.take(np.arange(first, last))

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which rows carry a value of good quality."""
        good: NDArray[np.bool_] = self.quality == Quality.GOOD
        return good & self._given

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Which rows carry a value that is not bad: good, or uncertain such as a substituted one."""
        tolerable: NDArray[np.bool_] = self.quality < Quality.BAD
        return tolerable & self._given

    @property
    def _given(self) -> NDArray[np.bool_]:
        if isinstance(self.values, np.ndarray):
            return np.isfinite(self.values)
        given: NDArray[np.bool_] = self.values.is_valid().to_numpy(zero_copy_only=False)
        return given


Rows: TypeAlias = Mapping[str, SeriesRows]

NO_ROWS = SeriesRows(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8), np.empty(0, np.uint32))


def rows_by_series(points: PointBatch, texts: TextBatch, keys: Mapping[int, str]) -> dict[str, SeriesRows]:
    """Batches cut into one `SeriesRows` for each series; `keys` names the series of each id."""
    return _numbers_by_series(points, keys) | _texts_by_series(texts, keys)


def joined(parts: list[SeriesRows]) -> SeriesRows:
    """The rows of several parts of one series as one, by rising source time.

    Raises ValueError when some parts hold numbers and others texts.
    """
    filled = [part for part in parts if len(part)] or parts[:1]
    if len(filled) <= 1:
        return filled[0].ordered() if filled else NO_ROWS
    texts = [part.values for part in filled if not isinstance(part.values, np.ndarray)]
    numbers = [part.values for part in filled if isinstance(part.values, np.ndarray)]
    if texts and numbers:
        raise ValueError("one series has both numbers and texts")
    return SeriesRows(
        np.concatenate([part.source_time_us for part in filled]),
        pa.concat_arrays(texts) if texts else np.concatenate(numbers),
        np.concatenate([part.quality for part in filled]),
        np.concatenate([part.code for part in filled]),
    ).ordered()


def _numbers_by_series(points: PointBatch, keys: Mapping[int, str]) -> dict[str, SeriesRows]:
    order, spans = _spans(points.series)
    batch = points if order is None else points.take(order)
    return {
        keys[series]: SeriesRows(batch.source_time_us[cut], batch.value[cut], batch.quality[cut], batch.code[cut])
        for series, cut in spans
    }


def _texts_by_series(texts: TextBatch, keys: Mapping[int, str]) -> dict[str, SeriesRows]:
    order, spans = _spans(texts.series)
    batch = texts if order is None else texts.take(order)
    return {
        keys[series]: SeriesRows(
            batch.source_time_us[cut],
            batch.value.slice(cut.start, cut.stop - cut.start),
            batch.quality[cut],
            batch.code[cut],
        )
        for series, cut in spans
    }


def _spans(series: U32) -> tuple[NDArray[np.intp] | None, list[tuple[int, slice]]]:
    """The order that groups rows by series (None: they are grouped already), and where each series then stands."""
    order = None if np.all(series[1:] >= series[:-1]) else np.argsort(series, kind="stable")
    grouped = series if order is None else series[order]
    distinct, first = np.unique(grouped, return_index=True)
    ends = np.append(first, len(grouped))[1:]
    pairs = zip(distinct.tolist(), first.tolist(), ends.tolist(), strict=True)
    return order, [(one, slice(start, end)) for one, start, end in pairs]
