"""What a writer must know before its first commit, read from the store."""

from __future__ import annotations

import numpy as np

from millmark.history.high_water import HighWater
from millmark.history.store import Connection
from millmark.model.period import HOUR_US

# How far back from the newest point series are listed one by one. Series silent for longer share one bound, so that
# opening reads a day of the history and not all of it.
_RECENT_US = 24 * HOUR_US

_NEWEST = "SELECT toUnixTimestamp64Micro(max(source_time)) AS newest FROM millmark.{table}"
_RECENT = """
SELECT series, toUnixTimestamp64Micro(max(source_time)) AS highest
FROM millmark.{table}
WHERE source_time > fromUnixTimestamp64Micro({{since:Int64}}, 'UTC')
GROUP BY series
"""
_RECEIVED = "SELECT toUnixTimestamp64Micro(max(received_time)) AS newest FROM millmark.{table}"


def high_water(connection: Connection, table: str) -> HighWater:
    newest = int(connection.query(_NEWEST.format(table=table)).column("newest")[0].as_py())
    since = newest - _RECENT_US
    recent = connection.query(_RECENT.format(table=table), {"since": since})
    series = recent.column("series").to_numpy().astype(np.uint32)
    highest = recent.column("highest").to_numpy().astype(np.int64)
    return HighWater(series, highest, otherwise=since)


def newest_received_us(connection: Connection) -> int:
    """The greatest received time in the store; 0 when it is empty."""
    return max(
        int(connection.query(_RECEIVED.format(table=table)).column("newest")[0].as_py())
        for table in ("points", "text_points", "conflicts", "quarantine")
    )
