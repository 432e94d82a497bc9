"""Finds the stored rows of given identities, thousands at a time, through the tables' sorting key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from millmark.history.store import Connection
from millmark.model import PointBatch, TextBatch
from millmark.model.batch import I64, U32

Batch = TypeVar("Batch", PointBatch, TextBatch)

# 24 hexadecimal digits an identity: a chunk is a query text of about a megabyte.
_CHUNK = 50_000
_KEY = np.dtype([("series", "<u4"), ("source_time", "<i8")])

_COLUMNS = "series, source_time, received_time, value, quality, code"
# The identities travel as the engine's own binary rows: packed by NumPy, decoded in one pass.
_QUERY = """
SELECT {columns} FROM millmark.{table}
WHERE {condition} (series, source_time) IN (
    SELECT series, source_time
    FROM format(RowBinary, 'series UInt32, source_time DateTime64(6, ''UTC'')', unhex('{keys}')))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows of one kind stand: a table, the columns of a batch in it, and a condition that leads them."""

    table: str
    columns: str = _COLUMNS
    condition: str = ""


POINTS = Place("points")
TEXTS = Place("text_points")
NUMBER_CONFLICTS = Place("conflicts", condition="NOT is_text AND")
TEXT_CONFLICTS = Place("conflicts", _COLUMNS.replace("value", "text_value AS value"), "is_text AND")


def stored_rows(connection: Connection, place: Place, series: U32, source_time_us: I64) -> pa.Table:
    """The rows in `place` whose (series, source time) is among the given ones."""
    keys = np.empty(len(series), dtype=_KEY)
    keys["series"], keys["source_time"] = series, source_time_us
    answers = [_ask(connection, place, keys[start : start + _CHUNK]) for start in range(0, len(keys), _CHUNK)]
    return pa.concat_tables(answers)


def stored(connection: Connection, place: Place, wanted: Batch) -> Batch:
    """The same as a batch of the kind that is asked for."""
    if not len(wanted):
        return wanted
    return type(wanted).from_arrow(stored_rows(connection, place, wanted.series, wanted.source_time_us))


def _ask(connection: Connection, place: Place, keys: np.ndarray[tuple[int], np.dtype[np.void]]) -> pa.Table:
    text = _QUERY.format(columns=place.columns, table=place.table, condition=place.condition, keys=keys.tobytes().hex())
    return connection.query(text)
