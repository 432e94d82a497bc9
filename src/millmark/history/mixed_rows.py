"""Numbers and texts as rows of one table: each in its own column, the other one null."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from millmark.model import PointBatch, TextBatch
from millmark.model.batch import TIME_TYPE

_FIELDS: list[pa.Field[Any]] = [
    pa.field("series", pa.uint32(), nullable=False),
    pa.field("source_time", TIME_TYPE, nullable=False),
    pa.field("received_time", TIME_TYPE, nullable=False),
    pa.field("value", pa.float64()),
    pa.field("text_value", pa.string()),
    pa.field("quality", pa.uint8(), nullable=False),
    pa.field("code", pa.uint32(), nullable=False),
]
SCHEMA = pa.schema(_FIELDS)
_OF_TEXTS = ["series", "source_time", "received_time", "text_value", "quality", "code"]


def number_rows(batch: PointBatch) -> pa.Table:
    rows = batch.to_arrow().append_column("text_value", pa.nulls(len(batch), pa.string()))
    return rows.select(SCHEMA.names).cast(SCHEMA)


def text_rows(batch: TextBatch) -> pa.Table:
    rows = batch.to_arrow().rename_columns(_OF_TEXTS).append_column("value", pa.nulls(len(batch), pa.float64()))
    return rows.select(SCHEMA.names).cast(SCHEMA)
