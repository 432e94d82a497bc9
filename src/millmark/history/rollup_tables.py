"""The tables of the rollups: rows to and from columns, the buckets left open, and how far all of it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.history.native import SECOND_TYPE
from millmark.history.rollup_points import SeriesHours
from millmark.history.rollup_rows import Resolution, RollupRows
from millmark.history.store import Connection, Parameter, Store
from millmark.history.time_span import EARLIEST_US, LATEST_US
from millmark.model import Period
from millmark.model.batch import I64, U8, U32, arrow_array, numpy_column
from millmark.model.period import SECOND_US

TABLES = {
    Resolution.MINUTE: "rollup_minute",
    Resolution.HOUR: "rollup_hour",
    Resolution.DAY: "rollup_day",
}
_COLUMNS = (
    "series, start, count, good_count, usable_count, first_offset_us, last_offset_us, unknown_us, holds, "
    "sum, min, max, first, last, integral"
)
_ROWS = f"""
SELECT {_COLUMNS} FROM millmark.{{table}} FINAL
WHERE series IN {{{{series:Array(UInt32)}}}}
  AND start >= fromUnixTimestamp64Second({{{{first:Int64}}}}, 'UTC')
  AND start <= fromUnixTimestamp64Second({{{{last:Int64}}}}, 'UTC')
ORDER BY series, start
SETTINGS do_not_merge_across_partitions_select_final = 1
"""  # noqa: S608 - constants only
_OPEN = f"SELECT level, {_COLUMNS} FROM millmark.rollup_open FINAL ORDER BY series, level"  # noqa: S608 - constants only
_CHECKPOINT = """
SELECT version, received_us, hex(late_hours) AS late FROM millmark.rollup_checkpoints ORDER BY version DESC LIMIT 1
"""

_OFFSET_COLUMNS = ("count", "good_count", "usable_count", "first_offset_us", "last_offset_us", "unknown_us", "holds")
_FLOAT_COLUMNS = ("sum", "min", "max", "first", "last", "integral")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All points received at or before `received_us` are in the rollups, but for the late ones of some hours.

    `late` are those hours, which are still to be folded again. `version` is the newest of any row's run: a run is what
    one opening of the store wrote, told by the upper half of a version.
    """

    version: int
    received_us: int
    late: SeriesHours

    @property
    def next_run(self) -> int:
        return ((self.version >> 32) + 1) << 32


NO_CHECKPOINT = Checkpoint(0, EARLIEST_US - 1, SeriesHours.none())


def read_rows(store: Store | Connection, series: Sequence[int], period: Period, resolution: Resolution) -> RollupRows:
    """The stored rows of buckets that begin in a period, in order of (series, start)."""
    parameters: dict[str, Parameter] = {
        "series": [int(one) for one in series],
        "first": -(-max(period.start_us, EARLIEST_US) // SECOND_US),
        "last": (min(period.end_us, LATEST_US) - 1) // SECOND_US,
    }
    return _from_arrow(store.query(_ROWS.format(table=TABLES[resolution]), parameters))


def write_rows(connection: Connection, resolution: Resolution, rows: RollupRows, version: int) -> None:
    connection.insert(TABLES[resolution], _to_arrow(rows, version))


def read_open(connection: Connection) -> tuple[U8, RollupRows]:
    """The buckets left open by the last checkpoint, each with its level; three for each series."""
    table = connection.query(_OPEN)
    return numpy_column(table, "level", np.uint8), _from_arrow(table)


def write_open(connection: Connection, level: U8, rows: RollupRows, version: int) -> None:
    table = _to_arrow(rows, version).append_column("level", arrow_array(level, pa.uint8()))
    connection.insert("rollup_open", table)


def read_checkpoint(connection: Connection) -> Checkpoint:
    rows = connection.query(_CHECKPOINT).to_pylist()
    if not rows:
        return NO_CHECKPOINT
    return Checkpoint(rows[0]["version"], rows[0]["received_us"], SeriesHours.unpacked(bytes.fromhex(rows[0]["late"])))


def write_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    row = {
        "version": arrow_array(np.array([checkpoint.version], np.uint64), pa.uint64()),
        "received_us": arrow_array(np.array([checkpoint.received_us], np.int64), pa.int64()),
        "late_hours": pa.array([checkpoint.late.packed()], pa.binary()),
    }
    connection.insert("rollup_checkpoints", pa.table(row))


def _to_arrow(rows: RollupRows, version: int) -> pa.Table:
    unsigned = (rows.count, rows.good_count, rows.usable_count)
    signed = (
        rows.first_us - rows.start_us,
        rows.last_us - rows.start_us,
        rows.last_us - rows.first_us - rows.known_us,
    )
    versions = np.full(len(rows), version, np.uint64)
    columns: dict[str, pa.Array[Any]] = {
        "series": arrow_array(rows.series, pa.uint32()),
        "start": arrow_array(rows.start_us // SECOND_US, SECOND_TYPE),
        "version": arrow_array(versions, pa.uint64()),
    }
    columns |= {
        name: arrow_array(values, pa.uint64()) for name, values in zip(_OFFSET_COLUMNS[:3], unsigned, strict=True)
    }
    columns |= {
        name: arrow_array(values, pa.int64()) for name, values in zip(_OFFSET_COLUMNS[3:6], signed, strict=True)
    }
    columns["holds"] = arrow_array(rows.holds, pa.uint8())
    columns |= {name: arrow_array(rows.floats[:, at], pa.float64()) for at, name in enumerate(_FLOAT_COLUMNS)}
    return pa.table(columns)


def _from_arrow(table: pa.Table) -> RollupRows:
    rows = RollupRows.room(table.num_rows)
    series: U32 = numpy_column(table, "series", np.uint32)
    rows.series[:] = series
    start: I64 = numpy_column(table, "start", np.int64) * SECOND_US
    columns: dict[str, NDArray[np.int64]] = {
        name: numpy_column(table, name, np.int64) for name in _OFFSET_COLUMNS if name != "holds"
    }
    first, last = columns["first_offset_us"], columns["last_offset_us"]
    for at, values in enumerate(
        (
            start,
            columns["count"],
            columns["good_count"],
            columns["usable_count"],
            start + first,
            start + last,
            last - first - columns["unknown_us"],
            numpy_column(table, "holds", np.uint8),
        )
    ):
        rows.integers[:, at] = values
    for at, name in enumerate(_FLOAT_COLUMNS):
        rows.floats[:, at] = numpy_column(table, name, np.float64)
    return rows
