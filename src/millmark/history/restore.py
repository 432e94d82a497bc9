"""What a writer must know before its first commit, read from the store."""

from __future__ import annotations

import numpy as np

from millmark.history.high_water import HighWater
from millmark.history.series_slots import SeriesSlots
from millmark.history.store import Connection
from millmark.model.batch import numpy_array

_NEWEST = """
SELECT series, toUnixTimestamp64Micro(max(source_time)) AS highest
FROM millmark.{table}
GROUP BY series
"""
_RECEIVED = "SELECT toUnixTimestamp64Micro(max(received_time)) AS newest FROM millmark.{table}"


def restore_bounds(connection: Connection, table: str, slots: SeriesSlots) -> HighWater:
    """The newest source time of every series in the table."""
    rows = connection.query(_NEWEST.format(table=table)).combine_chunks()
    water = HighWater()
    if rows.num_rows:
        series = numpy_array(rows.column("series").chunks[0], np.uint32)
        water.rise(slots.of(series), numpy_array(rows.column("highest").chunks[0], np.int64))
    return water


def newest_received_us(connection: Connection) -> int:
    """The greatest received time in the store; 0 when it is empty."""
    return max(
        int(connection.query(_RECEIVED.format(table=table)).column("newest")[0].as_py())
        for table in ("points", "text_points", "conflicts", "quarantine")
    )
