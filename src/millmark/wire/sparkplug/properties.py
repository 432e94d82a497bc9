"""Property sets: what a metric says of itself beside its value (Sparkplug 3.0, clauses 6.4.12 to 6.4.15)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, bytes_field, read_span, read_varint, skip_field, varint_field
from millmark.wire.sparkplug.datatypes import MistypedValue, Scalar, SparkplugType, ValueField, typed_value
from millmark.wire.sparkplug.oneof import Found, read_one, value_bytes

PropertyValue: TypeAlias = "int | float | bool | str | dict[str, PropertyValue] | list[PropertyValue] | None"
Properties: TypeAlias = dict[str, PropertyValue]

_DEEPEST = 8


class _SetField(IntEnum):
    KEYS = 1
    VALUES = 2


class _ValueField(IntEnum):
    TYPE = 1
    IS_NULL = 2
    SET = 9
    SETS = 10


_LIST_MEMBER = 1
_OFFSET = ValueField.INT - 3
"""A property's scalar fields stand in the order of a metric's, beginning with 3."""


def read_properties(data: bytes, position: int, end: int, depth: int = 0) -> Properties:
    """Name -> value. A null is None, a set a dict, a list of sets a list. Raises `PayloadError`."""
    if depth > _DEEPEST:
        raise PayloadError("Sparkplug properties", position, f"property sets stand more than {_DEEPEST} deep")
    keys: list[str] = []
    values: list[PropertyValue] = []
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in (_SetField.KEYS, _SetField.VALUES) and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            if number == _SetField.KEYS:
                keys.append(data[start:position].decode("utf-8", "replace"))
            else:
                values.append(_read_value(data, start, position, depth))
        else:
            position = skip_field(data, position, end, wire_type)
    if len(keys) != len(values):
        raise PayloadError(
            "Sparkplug properties", end, f"{len(keys)} names stand with {len(values)} values; which is whose is unclear"
        )
    return dict(zip(keys, values, strict=True))


def _read_value(data: bytes, position: int, end: int, depth: int) -> PropertyValue:
    datatype, is_null = 0, False
    found: Found = (ValueField.NONE, None)
    sets: PropertyValue = None
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in (_ValueField.TYPE, _ValueField.IS_NULL) and wire_type == WireType.VARINT:
            value, position = read_varint(data, position, end)
            datatype, is_null = (value, is_null) if number == _ValueField.TYPE else (datatype, bool(value))
        elif number in (_ValueField.SET, _ValueField.SETS) and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            read = read_properties if number == _ValueField.SET else _read_list
            sets = read(data, start, position, depth + 1)
        else:
            scalar, position = read_one(data, position, end, number + _OFFSET, wire_type)
            found = scalar or found
    return None if is_null else sets if sets is not None else _typed(datatype, *found)


def _read_list(data: bytes, position: int, end: int, depth: int) -> list[PropertyValue]:
    sets: list[PropertyValue] = []
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number == _LIST_MEMBER and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            sets.append(read_properties(data, start, position, depth))
        else:
            position = skip_field(data, position, end, wire_type)
    return sets


def _typed(datatype: int, value_field: int, raw: Scalar | None) -> PropertyValue:
    """What the bits mean under the property's own type; as they came when they do not fit it or it gives none."""
    value = raw
    if raw is not None and datatype:
        try:
            value = typed_value(datatype, value_field, raw)
        except MistypedValue:
            value = raw
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def without_nan(value: PropertyValue) -> PropertyValue:
    """The value with None for what is no finite number, which JSON cannot carry."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: without_nan(inner) for key, inner in value.items()}
        case list():
            return [without_nan(inner) for inner in value]
    return value


def properties_bytes(properties: Mapping[str, PropertyValue]) -> bytes:
    """A property set: integers as Int32 where they fit and Int64 beyond, floats as Double."""
    keys = b"".join(bytes_field(_SetField.KEYS, name.encode("utf-8")) for name in properties)
    return keys + b"".join(bytes_field(_SetField.VALUES, _value_bytes(value)) for value in properties.values())


def _value_bytes(value: PropertyValue) -> bytes:
    match value:
        case None:
            return _of_type(SparkplugType.STRING) + varint_field(_ValueField.IS_NULL, 1)
        case dict():
            return _of_type(SparkplugType.PROPERTY_SET) + bytes_field(_ValueField.SET, properties_bytes(value))
        case list():
            return _of_type(SparkplugType.PROPERTY_SET_LIST) + bytes_field(_ValueField.SETS, _list_bytes(value))
    datatype = _datatype_for(value)
    return _of_type(datatype) + value_bytes(datatype, value, _OFFSET)


def _datatype_for(value: int | float | str) -> SparkplugType:
    match value:
        case bool():
            return SparkplugType.BOOLEAN
        case int():
            return SparkplugType.INT32 if -(1 << 31) <= value < 1 << 31 else SparkplugType.INT64
        case float():
            return SparkplugType.DOUBLE
        case str():
            return SparkplugType.STRING


def _list_bytes(sets: Sequence[PropertyValue]) -> bytes:
    parts: list[bytes] = []
    for one in sets:
        if not isinstance(one, dict):
            raise MistypedValue("a list of properties holds property sets only")
        parts.append(bytes_field(_LIST_MEMBER, properties_bytes(one)))
    return b"".join(parts)


def _of_type(datatype: SparkplugType) -> bytes:
    return varint_field(_ValueField.TYPE, datatype)
