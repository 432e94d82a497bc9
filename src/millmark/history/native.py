"""Fixed-width columns in ClickHouse's Native format: names, types, and the memory of the columns as it is.

Format: a block is the number of columns and of rows (LEB128), then for each column its name and type (length-prefixed)
and its values, little-endian. https://clickhouse.com/docs/interfaces/formats/Native
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa

from millmark.model.batch import TIME_TYPE

Bytes: TypeAlias = bytes | memoryview

SECOND_TYPE = pa.timestamp("s", tz="UTC")
_TYPES: dict[pa.DataType, str] = {
    pa.uint8(): "UInt8",
    pa.uint32(): "UInt32",
    pa.uint64(): "UInt64",
    pa.int64(): "Int64",
    pa.float64(): "Float64",
    TIME_TYPE: "DateTime64(6, 'UTC')",
    SECOND_TYPE: "DateTime64(0, 'UTC')",
}


def native_block(rows: pa.Table) -> list[Bytes] | None:
    """The rows as one block, in pieces; None when a column is not of fixed width, has nulls, or comes in chunks."""
    parts: list[Bytes] = [_leb128(rows.num_columns), _leb128(rows.num_rows)]
    for field in rows.schema:
        values = _plain_values(rows.column(field.name))
        if values is None:
            return None
        parts += [_text(field.name), _text(_TYPES[field.type]), values]
    return parts


def _plain_values(column: pa.ChunkedArray[Any]) -> memoryview | None:
    if column.type not in _TYPES or column.num_chunks != 1 or column.null_count:
        return None
    array = column.chunks[0]
    values = array.buffers()[1]
    if values is None:
        return None
    width = array.type.bit_width // 8
    return memoryview(values)[array.offset * width : (array.offset + len(array)) * width]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _leb128(len(encoded)) + encoded


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
