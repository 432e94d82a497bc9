"""The rows behind a claim as one Parquet file that notices any change to itself.

The digest in the file's metadata is SHA-256 over the whole file with the digest's own digits as zeros. It tells damage
from forgery; what makes the rows true is that they hash to the sealed leaves.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from millmark.evidence.errors import Malformed
from millmark.measures import SeriesRows
from millmark.model.batch import I64, TIME_TYPE

_METADATA_KEY = "millmark.rows"
_MARK = b"sha256:"
_ZEROS = b"0" * 64

_FIELDS: list[pa.Field[Any]] = [
    pa.field("site", pa.string(), nullable=False),
    pa.field("seal", pa.int64(), nullable=False),
    pa.field("series", pa.string(), nullable=False),
    pa.field("source_time", TIME_TYPE, nullable=False),
    pa.field("value", pa.float64()),
    pa.field("text", pa.string()),
    pa.field("quality", pa.uint8(), nullable=False),
    pa.field("code", pa.uint32(), nullable=False),
]
SCHEMA = pa.schema(_FIELDS)
"""`seal` is the sequence number of the site's seal the row was sealed by; `value` is null for texts."""


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """Whose rows: a series' within one seal of a site."""

    site: str
    sequence: int
    series: str


SealedRows = Mapping[Sealed, SeriesRows]


def write_rows(rows: SealedRows) -> bytes:
    """The file's bytes; rows are ordered by site, seal, series and source time."""
    tables = [_table(key, rows[key].ordered()) for key in sorted(rows)]
    out = io.BytesIO()
    # The Arrow schema would be a second, base64 copy of the metadata.
    with pq.ParquetWriter(out, SCHEMA, compression="zstd", store_schema=False) as writer:
        writer.write_table(pa.concat_tables([SCHEMA.empty_table(), *tables]))
        writer.add_key_value_metadata({_METADATA_KEY: (_MARK + _ZEROS).decode()})
    data = out.getvalue()
    place = _digest_place(data)
    return data[:place] + _digest(data, place) + data[place + len(_ZEROS) :]


def check_digest(data: bytes) -> None:
    """Raises `Malformed` when a single bit of the file is not as it was written."""
    place = _digest_place(data)
    if data[place : place + len(_ZEROS)] != _digest(data, place):
        raise Malformed("the file's digest does not fit its content: it was changed or damaged")


def read_rows(data: bytes, *, most_rows: int) -> dict[Sealed, SeriesRows]:
    """The rows of a file; raises `Malformed` for a damaged one and for one with more rows than it may have."""
    check_digest(data)
    try:
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=["site", "series"])
        if file.metadata.num_rows > most_rows:
            raise Malformed(f"the file has {file.metadata.num_rows} rows; the sealed leaves have {most_rows}")
        if file.schema_arrow.names != SCHEMA.names:
            raise Malformed(f"the file has other columns than {', '.join(SCHEMA.names)}")
        table = file.read()
        site, series = (table.column(name).cast(pa.string()) for name in ("site", "series"))
        plain = table.set_column(0, "site", site).set_column(2, "series", series).cast(SCHEMA).combine_chunks()
        plain.validate(full=True)
        return dict(_grouped(plain))
    except (pa.ArrowException, OSError) as error:
        raise Malformed(f"the file cannot be read as Parquet: {error}") from error


def _table(key: Sealed, rows: SeriesRows) -> pa.Table:
    numeric = isinstance(rows.values, np.ndarray)
    nothing = pa.nulls(len(rows), pa.string() if numeric else pa.float64())
    values = pa.array(rows.values) if isinstance(rows.values, np.ndarray) else rows.values
    columns: list[Any] = [
        pa.repeat(key.site, len(rows)),
        pa.repeat(pa.scalar(key.sequence, pa.int64()), len(rows)),
        pa.repeat(key.series, len(rows)),
        pa.array(rows.source_time_us).view(TIME_TYPE),
        values if numeric else nothing,
        nothing if numeric else values,
        pa.array(rows.quality),
        pa.array(rows.code),
    ]
    return pa.table(columns, schema=SCHEMA)


def _grouped(table: pa.Table) -> Iterator[tuple[Sealed, SeriesRows]]:
    """The rows cut where site, seal or series changes; each may come once, as the file is ordered."""
    if not table.num_rows:
        return
    seen: set[Sealed] = set()
    seal = _integers(table, "seal")
    edges = _edges(_codes(table, "site"), seal, _codes(table, "series"))
    for start, end in pairwise(edges):
        cut = table.slice(start, end - start)
        key = Sealed(str(cut.column("site")[0]), int(seal[start]), str(cut.column("series")[0]))
        if key in seen:
            raise Malformed(f"the rows of {key.series} stand in two places of the file")
        seen.add(key)
        yield key, _series_rows(cut, key)


def _series_rows(cut: pa.Table, key: Sealed) -> SeriesRows:
    value, text = cut.column("value"), cut.column("text")
    if value.null_count not in (0, len(value)) or (value.null_count == 0 and text.null_count < len(text)):
        raise Malformed(f"the rows of {key.series} mix numbers and texts")
    return SeriesRows(
        _integers(cut, "source_time"),
        cast("pa.StringArray", _chunk(cut, "text")) if value.null_count else _chunk(cut, "value").to_numpy(),
        _chunk(cut, "quality").to_numpy(),
        _chunk(cut, "code").to_numpy(),
    )


def _edges(*columns: I64) -> list[int]:
    changes = np.zeros(len(columns[0]) - 1, np.bool_)
    for column in columns:
        changes |= column[1:] != column[:-1]
    return [0, *(np.flatnonzero(changes) + 1).tolist(), len(columns[0])]


def _codes(table: pa.Table, name: str) -> I64:
    codes: I64 = _chunk(table, name).dictionary_encode().indices.cast(pa.int64()).to_numpy()
    return codes


def _integers(table: pa.Table, name: str) -> I64:
    integers: I64 = _chunk(table, name).view(pa.int64()).to_numpy()
    return integers


def _chunk(table: pa.Table, name: str) -> pa.Array[Any]:
    column: pa.ChunkedArray[Any] = table.column(name)
    return column.chunks[0]  # `combine_chunks` left one


def _digest_place(data: bytes) -> int:
    """Where the digest's digits stand: the metadata is at the file's end, so it is the last mark."""
    mark = data.rfind(_MARK)
    if mark < 0 or mark + len(_MARK) + len(_ZEROS) > len(data):
        raise Malformed("the file carries no digest of itself: it is no rows file of a claim, or was damaged")
    return mark + len(_MARK)


def _digest(data: bytes, place: int) -> bytes:
    digest = sha256(data[:place])
    digest.update(_ZEROS)
    digest.update(memoryview(data)[place + len(_ZEROS) :])
    return digest.hexdigest().encode()
