"""A recording laid over the wall clock, again and again: which of its rows fall into a span of time. Pure.

Row i of repetition k stands at anchor + k * length + offset[i]. So the rows of any span follow from the span alone,
and a player that starts again goes on exactly where it would have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from millmark.drivers.errors import InvalidRecording
from millmark.model.batch import I64


@dataclass(frozen=True, slots=True, eq=False)
class RecordedTime:
    """Offsets of a recording's rows from its first one, strictly increasing; `length_us` is one whole repetition."""

    offset_us: I64
    length_us: int
    anchor_us: int

    @classmethod
    def of(cls, time_us: I64, *, anchor_us: int, closing_us: int | None = None) -> RecordedTime:
        """Over the times of the rows, increasing; `closing_us` lies between the last row and the next first one.

        Without it the rows' usual step closes the circle. Raises `InvalidRecording`.
        """
        if not len(time_us):
            raise InvalidRecording("the recording has no rows")
        steps = np.diff(time_us)
        if len(steps) and int(steps.min()) <= 0:
            raise InvalidRecording("the recording's times must increase from row to row")
        if closing_us is None:
            if not len(steps):
                raise InvalidRecording("a recording of one row needs closing_s")
            closing_us = int(np.median(steps))
        length_us = int(time_us[-1] - time_us[0]) + closing_us
        return cls(time_us - time_us[0], length_us, anchor_us)

    def rows_between(self, start_us: int, end_us: int) -> tuple[I64, NDArray[np.intp]]:
        """Times within [start, end) at which rows stand, and the rows' positions, both in the order of time."""
        first, last = self._count_before(start_us), self._count_before(end_us)
        repetition, row = np.divmod(np.arange(first, last, dtype=np.int64), len(self.offset_us))
        return self.anchor_us + repetition * self.length_us + self.offset_us[row], row.astype(np.intp)

    def at(self, time_us: I64) -> NDArray[np.intp]:
        """The row that stands at each time: the last one at or before it."""
        within = (time_us - self.anchor_us) % self.length_us
        return np.searchsorted(self.offset_us, within, side="right") - 1

    def next_after(self, time_us: int) -> int:
        """The time of the first row at or after a time."""
        repetition, row = divmod(self._count_before(time_us), len(self.offset_us))
        return self.anchor_us + repetition * self.length_us + int(self.offset_us[row])

    def _count_before(self, time_us: int) -> int:
        """How many rows stand before a time, counted from the anchor; negative before it."""
        repetition, within = divmod(time_us - self.anchor_us, self.length_us)
        return repetition * len(self.offset_us) + int(np.searchsorted(self.offset_us, within, side="left"))


def read_recording(
    path: Path, time_column: str, columns: list[str], time_zone: str, *, delimiter: str = ","
) -> tuple[I64, pa.Table]:
    """Times (UTC microseconds) and the named columns of a Parquet or CSV file, in order, one row a time.

    Of rows with the same time the first stays. Times without zone are local to `time_zone`. Raises `InvalidRecording`.
    """
    table = _read(path, delimiter)
    missing = sorted({time_column, *columns} - set(table.column_names))
    if missing:
        raise InvalidRecording(f"{path} has no column {', '.join(missing)}; it has {', '.join(table.column_names)}")
    time_us = _utc_us(table.column(time_column), path, time_column, ZoneInfo(time_zone))
    order = np.argsort(time_us, kind="stable")
    time_us = time_us[order]
    first_of_time = np.concatenate(([True], np.diff(time_us) > 0))
    return time_us[first_of_time], table.select(columns).take(order[first_of_time])


def _read(path: Path, delimiter: str) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        return pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter))
    except FileNotFoundError:
        raise InvalidRecording(f"{path}: no such file") from None
    except (OSError, pa.ArrowException) as error:
        raise InvalidRecording(f"{path} cannot be read as Parquet or CSV: {error}") from error


def _utc_us(column: pa.ChunkedArray[Any], path: Path, name: str, zone: ZoneInfo) -> I64:
    if not pa.types.is_timestamp(column.type):
        raise InvalidRecording(f"{path}: column {name} holds {column.type}, not times such as 2026-01-31 08:00:00")
    if column.null_count:
        raise InvalidRecording(f"{path}: column {name} has {column.null_count} rows without a time")
    local = column.type.tz is None
    times = pc.assume_timezone(column, str(zone), ambiguous="earliest", nonexistent="earliest") if local else column
    return np.asarray(times.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy(), dtype=np.int64)
