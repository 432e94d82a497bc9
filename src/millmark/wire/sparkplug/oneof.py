"""The choice of value fields that metrics, elements of data sets and parameters of templates share in one order.

A metric's fields begin at 10 (`ValueField`), those of the others lower; `offset` is how many numbers lower.
"""

from __future__ import annotations

from typing import TypeAlias

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, bytes_field, read_span, read_varint, skip_field, varint, varint_field
from millmark.wire.sparkplug.datatypes import (
    MistypedValue,
    Scalar,
    SparkplugType,
    ValueField,
    pack_double,
    pack_float,
    raw_value,
    unpack_double,
    unpack_float,
)

Found: TypeAlias = tuple[int, Scalar | None]
"""(the field as a metric's `ValueField`, the value as it lay there); (NONE, None) when there was none."""


def read_value(data: bytes, position: int, end: int, offset: int) -> Found:
    """The last value given, of a message that holds nothing else; raises `PayloadError`."""
    found: Found = (ValueField.NONE, None)
    while position < end:
        key, position = read_varint(data, position, end)
        read, position = read_one(data, position, end, (key >> 3) + offset, key & 7)
        found = read or found
    return found


def read_one(data: bytes, position: int, end: int, number: int, wire_type: int) -> tuple[Found | None, int]:
    """(what field `number` of a metric holds, the position behind it); None for a field that holds no scalar."""
    match number, wire_type:
        case ((ValueField.INT | ValueField.LONG), WireType.VARINT):
            value, position = read_varint(data, position, end)
            return (number, value), position
        case ValueField.BOOLEAN, WireType.VARINT:
            value, position = read_varint(data, position, end)
            return (number, bool(value)), position
        case ValueField.FLOAT, WireType.FIXED32:
            behind = skip_field(data, position, end, wire_type)
            return (number, unpack_float(data, position)[0]), behind
        case ValueField.DOUBLE, WireType.FIXED64:
            behind = skip_field(data, position, end, wire_type)
            return (number, unpack_double(data, position)[0]), behind
        case ValueField.STRING, WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            return (number, text_or_bytes(data[start:position])), position
    if ValueField.INT <= number <= ValueField.STRING:
        raise PayloadError("Sparkplug value", position, f"field {number} comes as wire type {wire_type}")
    return None, skip_field(data, position, end, wire_type)


def text_or_bytes(content: bytes) -> str | bytes:
    """A text; bytes when it is not UTF-8, so that only this value is spoilt."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content


def value_bytes(datatype: SparkplugType, value: Scalar, offset: int = 0) -> bytes:
    """The field that holds `value`; raises `MistypedValue` when it does not fit its data type."""
    field, raw = raw_value(datatype, value)
    number = field - offset
    match raw:
        case float() if field is ValueField.FLOAT:
            try:
                return varint(number << 3 | WireType.FIXED32) + pack_float(raw)
            except OverflowError as error:
                raise MistypedValue(f"{raw!r} is beyond a FLOAT; send it as a DOUBLE") from error
        case float():
            return varint(number << 3 | WireType.FIXED64) + pack_double(raw)
        case int():
            return varint_field(number, raw)
        case str():
            return bytes_field(number, raw.encode("utf-8"))
        case bytes():
            return bytes_field(number, raw)
