"""Data sets: a table as one value (Sparkplug 3.0, clauses 6.4.16 to 6.4.18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, bytes_field, read_span, read_varint, skip_field, varint_field
from millmark.wire.sparkplug.arrays import Element
from millmark.wire.sparkplug.datatypes import MistypedValue, Scalar, SparkplugType, ValueField, type_name, typed_value
from millmark.wire.sparkplug.oneof import Found, read_value, value_bytes


@dataclass(frozen=True, slots=True)
class DataSet:
    """`types` are data types of the columns; each row has one element a column, None where the row gave none."""

    columns: tuple[str, ...]
    types: tuple[int, ...]
    rows: tuple[tuple[Element, ...], ...]


class _Field(IntEnum):
    COLUMN_COUNT = 1
    COLUMNS = 2
    TYPES = 3
    ROWS = 4


_ELEMENT = 1
_OFFSET = ValueField.INT - 1
"""An element's fields stand in the order of a metric's, beginning with 1."""


@dataclass(slots=True)
class _Table:
    columns: list[str] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    rows: list[list[Found]] = field(default_factory=list)


def read_data_set(data: bytes, position: int, end: int) -> DataSet:
    """Raises `PayloadError` when it is broken or its names, types and rows do not fit together."""
    table = _Table()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _set_span(table, number, data, start, position)
        elif number == _Field.TYPES and wire_type == WireType.VARINT:
            datatype, position = read_varint(data, position, end)
            table.types.append(datatype)
        else:
            position = skip_field(data, position, end, wire_type)
    return _checked(table, end)


def _set_span(table: _Table, number: int, data: bytes, start: int, end: int) -> None:
    match number:
        case _Field.COLUMNS:
            table.columns.append(data[start:end].decode("utf-8", "replace"))
        case _Field.TYPES:
            # Encoders of protobuf's third syntax pack repeated numbers.
            while start < end:
                datatype, start = read_varint(data, start, end)
                table.types.append(datatype)
        case _Field.ROWS:
            table.rows.append(_read_row(data, start, end))


def _read_row(data: bytes, position: int, end: int) -> list[Found]:
    elements: list[Found] = []
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number == _ELEMENT and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            elements.append(read_value(data, start, position, _OFFSET))
        else:
            position = skip_field(data, position, end, wire_type)
    return elements


def _checked(table: _Table, end: int) -> DataSet:
    width = len(table.columns)
    if len(table.types) != width:
        raise PayloadError("Sparkplug data set", end, f"it names {width} columns and {len(table.types)} types")
    rows: list[tuple[Element, ...]] = []
    for row in table.rows:
        if len(row) != width:
            raise PayloadError("Sparkplug data set", end, f"a row of {len(row)} elements stands below {width} columns")
        try:
            rows.append(tuple(_element(datatype, *found) for datatype, found in zip(table.types, row, strict=True)))
        except MistypedValue as error:
            raise PayloadError("Sparkplug data set", end, str(error)) from error
    return DataSet(tuple(table.columns), tuple(table.types), tuple(rows))


def _element(datatype: int, value_field: int, raw: Scalar | None) -> Element:
    if raw is None:
        return None
    value = typed_value(datatype, value_field, raw)
    if isinstance(value, bytes):
        raise MistypedValue(f"{type_name(datatype)} cannot stand in a data set")
    return value


def data_set_bytes(table: DataSet) -> bytes:
    """Raises `MistypedValue` for an element that does not fit its column."""
    if any(len(row) != len(table.columns) for row in table.rows) or len(table.types) != len(table.columns):
        raise MistypedValue(f"a data set of {len(table.columns)} columns needs as many types, and elements in each row")
    return b"".join(
        [
            varint_field(_Field.COLUMN_COUNT, len(table.columns)),
            *(bytes_field(_Field.COLUMNS, name.encode("utf-8")) for name in table.columns),
            *(varint_field(_Field.TYPES, datatype) for datatype in table.types),
            *(bytes_field(_Field.ROWS, _row_bytes(table.types, row)) for row in table.rows),
        ]
    )


def _row_bytes(types: Sequence[int], row: Sequence[Element]) -> bytes:
    return b"".join(
        bytes_field(_ELEMENT, b"" if element is None else value_bytes(SparkplugType(datatype), element, _OFFSET))
        for datatype, element in zip(types, row, strict=True)
    )
