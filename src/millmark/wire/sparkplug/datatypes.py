"""Sparkplug B data types and how their values lie in the payload (Sparkplug 3.0, clause 6.4.16).

Encoders in the field disagree about integers: a negative Int8 comes in 8-bit, 32-bit or 64-bit two's complement, in
the 32-bit or the 64-bit field. The data type alone says what the bits mean, so all of these read as the same number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

from millmark.model import DataType

Scalar: TypeAlias = int | float | bool | str | bytes


class SparkplugType(IntEnum):
    """Clause 6.4.16; the numbers are those of the payload."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15
    DATA_SET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATE_TIME_ARRAY = 34


class ValueField(IntEnum):
    """The field of a metric that holds its value; the numbers are those of the payload."""

    NONE = 0
    INT = 10
    LONG = 11
    FLOAT = 12
    DOUBLE = 13
    BOOLEAN = 14
    STRING = 15
    BYTES = 16
    DATA_SET = 17
    TEMPLATE = 18
    EXTENSION = 19


class MistypedValue(ValueError):
    """A value that does not fit its declared data type."""


_SIGNED = {SparkplugType.INT8: 8, SparkplugType.INT16: 16, SparkplugType.INT32: 32, SparkplugType.INT64: 64}
_UNSIGNED = {
    SparkplugType.UINT8: 8,
    SparkplugType.UINT16: 16,
    SparkplugType.UINT32: 32,
    SparkplugType.UINT64: 64,
    SparkplugType.DATE_TIME: 64,
}
_TEXTUAL = (SparkplugType.STRING, SparkplugType.TEXT, SparkplugType.UUID)

_ARRAYS = tuple(SparkplugType(number) for number in range(SparkplugType.INT8_ARRAY, SparkplugType.DATE_TIME_ARRAY + 1))

_KINDS: dict[int, DataType] = {
    **dict.fromkeys((*_SIGNED, *_UNSIGNED), DataType.INTEGER),
    **dict.fromkeys((*_TEXTUAL, SparkplugType.BYTES, SparkplugType.FILE, SparkplugType.DATA_SET), DataType.TEXT),
    **dict.fromkeys(_ARRAYS, DataType.TEXT),
    SparkplugType.FLOAT: DataType.FLOAT,
    SparkplugType.DOUBLE: DataType.FLOAT,
    SparkplugType.BOOLEAN: DataType.BOOLEAN,
}


def data_type_of(datatype: int) -> DataType | None:
    """What a series of this type holds: bytes, files, data sets and arrays are kept as text. None for what becomes no
    series itself: templates, property sets, unknown types."""
    return _KINDS.get(datatype)


def type_name(datatype: int) -> str:
    return SparkplugType(datatype).name if datatype in set(SparkplugType) else f"datatype {datatype}"


def typed_value(datatype: int, field: int, raw: Scalar) -> Scalar:
    """The value that `raw`, found in `field`, means under `datatype`; raises `MistypedValue`."""
    read = _READERS.get(datatype)
    if read is None:
        raise MistypedValue(f"{type_name(datatype)} is no single value")
    return read(field, raw)


def raw_value(datatype: int, value: Scalar) -> tuple[ValueField, Scalar]:
    """The field and raw form in which `value` is sent as `datatype`, after the 3.0 specification's table."""
    kind = SparkplugType(datatype)
    if kind in _SIGNED or kind in _UNSIGNED:
        return _raw_integer(kind, value)
    fields: dict[SparkplugType, tuple[ValueField, type]] = {
        SparkplugType.FLOAT: (ValueField.FLOAT, float),
        SparkplugType.DOUBLE: (ValueField.DOUBLE, float),
        SparkplugType.BOOLEAN: (ValueField.BOOLEAN, bool),
        **dict.fromkeys((SparkplugType.BYTES, SparkplugType.FILE, *_ARRAYS), (ValueField.BYTES, bytes)),
        **dict.fromkeys(_TEXTUAL, (ValueField.STRING, str)),
    }
    if kind not in fields:
        raise MistypedValue(f"{type_name(datatype)} is no single value")
    field, python_type = fields[kind]
    if python_type is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, python_type):
        raise MistypedValue(f"{value!r} is no {type_name(datatype)}")
    return field, value


def _raw_integer(kind: SparkplugType, value: Scalar) -> tuple[ValueField, Scalar]:
    width = _SIGNED.get(kind) or _UNSIGNED[kind]
    low, high = (-(1 << width - 1), 1 << width - 1) if kind in _SIGNED else (0, 1 << width)
    if not isinstance(value, int) or not low <= value < high:
        raise MistypedValue(f"{value!r} is no {type_name(kind)}")
    if width == 64:
        return ValueField.LONG, value & (1 << 64) - 1
    return ValueField.INT, value & (1 << 32) - 1


def _signed(width: int) -> Callable[[int, Scalar], Scalar]:
    sign, mask = 1 << width - 1, (1 << width) - 1
    # Whatever stands above the type's own bits must be nothing, or the sign carried on to 32 or to 64 bits.
    extensions = tuple(((1 << carried) - 1) & ~mask for carried in (32, 64) if carried > width)

    def read(field: int, raw: Scalar) -> int:
        bits = _integer(field, raw)
        above = bits & ~mask
        value = bits & mask
        negative = value & sign
        if above and not (negative and above in extensions):
            raise MistypedValue(f"{bits} does not fit a signed integer of {width} bits")
        return value - (sign << 1) if negative else value

    return read


def _unsigned(width: int) -> Callable[[int, Scalar], Scalar]:
    def read(field: int, raw: Scalar) -> int:
        bits = _integer(field, raw)
        if bits >> width:
            raise MistypedValue(f"{bits} does not fit an unsigned integer of {width} bits")
        return bits

    return read


def _integer(field: int, raw: Scalar) -> int:
    if field not in (ValueField.INT, ValueField.LONG) or not isinstance(raw, int):
        raise MistypedValue(f"an integer was declared, its value came as {_came_as(field)}")
    return raw


def _floating(field: int, raw: Scalar) -> float:
    if field not in (ValueField.FLOAT, ValueField.DOUBLE) or not isinstance(raw, float):
        raise MistypedValue(f"a floating-point number was declared, its value came as {_came_as(field)}")
    return raw


def _boolean(field: int, raw: Scalar) -> bool:
    if field != ValueField.BOOLEAN:
        raise MistypedValue(f"a boolean was declared, its value came as {_came_as(field)}")
    return bool(raw)


def _textual(field: int, raw: Scalar) -> str:
    if field != ValueField.STRING:
        raise MistypedValue(f"a text was declared, its value came as {_came_as(field)}")
    if isinstance(raw, bytes):
        raise MistypedValue("the text is not UTF-8")
    return str(raw)


def _binary(field: int, raw: Scalar) -> bytes:
    if field != ValueField.BYTES or not isinstance(raw, bytes):
        raise MistypedValue(f"bytes were declared, their value came as {_came_as(field)}")
    return raw


def _came_as(field: int) -> str:
    return ValueField(field).name.lower() if field else "nothing"


_READERS: dict[int, Callable[[int, Scalar], Scalar]] = {
    **{kind: _signed(width) for kind, width in _SIGNED.items()},
    **{kind: _unsigned(width) for kind, width in _UNSIGNED.items()},
    SparkplugType.FLOAT: _floating,
    SparkplugType.DOUBLE: _floating,
    SparkplugType.BOOLEAN: _boolean,
    **dict.fromkeys(_TEXTUAL, _textual),
    **dict.fromkeys((SparkplugType.BYTES, SparkplugType.FILE, *_ARRAYS), _binary),
}

pack_float, unpack_float = struct.Struct("<f").pack, struct.Struct("<f").unpack_from
pack_double, unpack_double = struct.Struct("<d").pack, struct.Struct("<d").unpack_from
