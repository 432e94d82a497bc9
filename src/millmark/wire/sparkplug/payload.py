"""Sparkplug B payload bytes -> columns (Sparkplug 3.0, clause 6.4).

A metric is a protobuf message of its own inside the payload, so damage inside one is confined to it: its row carries
a flaw and the neighbours are read. Damage of the frame around the metrics refuses the payload.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, read_span, read_varint, skip_field
from millmark.wire.sparkplug.datatypes import Scalar, ValueField, unpack_double, unpack_float

_MASK_32 = (1 << 32) - 1


class _PayloadField(IntEnum):
    TIMESTAMP = 1
    METRICS = 2
    SEQ = 3


class _MetricField(IntEnum):
    """The fields beside those of the value, `ValueField`."""

    NAME = 1
    ALIAS = 2
    TIMESTAMP = 3
    DATATYPE = 4
    IS_HISTORICAL = 5
    IS_NULL = 7
    PROPERTIES = 9


class _PropertyField(IntEnum):
    KEYS = 1
    VALUES = 2
    INT = 3
    LONG = 4
    STRING = 8


_FRAME_FIELDS = frozenset(_PayloadField)
_VARINT_FIELDS = frozenset(
    {
        _MetricField.ALIAS,
        _MetricField.TIMESTAMP,
        _MetricField.DATATYPE,
        _MetricField.IS_HISTORICAL,
        _MetricField.IS_NULL,
        ValueField.INT,
        ValueField.LONG,
        ValueField.BOOLEAN,
    }
)
_SPAN_FIELDS = frozenset(
    {
        _MetricField.NAME,
        _MetricField.PROPERTIES,
        ValueField.STRING,
        ValueField.BYTES,
        ValueField.DATA_SET,
        ValueField.TEMPLATE,
        ValueField.EXTENSION,
    }
)


@dataclass(frozen=True, slots=True)
class Payload:
    """One message. The lists are columns: row i of each belongs to metric i.

    `value` is as it lay in its `value_field`: integers unsigned, a text that is not UTF-8 as bytes, data sets and
    templates not read. What it means depends on the data type, which may be known from the birth alone.
    """

    timestamp_ms: int | None = None
    seq: int | None = None
    name: list[str | None] = field(default_factory=list)
    alias: list[int | None] = field(default_factory=list)
    time_ms: list[int | None] = field(default_factory=list)
    datatype: list[int | None] = field(default_factory=list)
    is_historical: list[bool] = field(default_factory=list)
    is_null: list[bool] = field(default_factory=list)
    value_field: list[int] = field(default_factory=list)
    value: list[Scalar | None] = field(default_factory=list)
    properties: dict[int, dict[str, int | str]] = field(default_factory=dict)
    """Metric row -> its integer and text properties, for the few metrics that have any."""
    flaws: dict[int, str] = field(default_factory=dict)
    """Metric row -> why this metric could not be read."""

    def __len__(self) -> int:
        return len(self.name)


def decode_payload(data: bytes) -> Payload:
    """The payload in columns; raises `PayloadError` when its frame is broken."""
    position, end = 0, len(data)
    timestamp_ms = seq = None
    payload = Payload()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number == _PayloadField.METRICS and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _append_metric(payload, data, start, position)
        elif number == _PayloadField.TIMESTAMP and wire_type == WireType.VARINT:
            timestamp_ms, position = read_varint(data, position, end)
        elif number == _PayloadField.SEQ and wire_type == WireType.VARINT:
            seq, position = read_varint(data, position, end)
        elif number in _FRAME_FIELDS or number == 0:
            raise PayloadError("Sparkplug payload", position, f"field {number} comes as wire type {wire_type}")
        else:
            position = skip_field(data, position, end, wire_type)
    return Payload(
        timestamp_ms,
        seq,
        payload.name,
        payload.alias,
        payload.time_ms,
        payload.datatype,
        payload.is_historical,
        payload.is_null,
        payload.value_field,
        payload.value,
        payload.properties,
        payload.flaws,
    )


@dataclass(slots=True)
class _Metric:
    name: str | None = None
    alias: int | None = None
    time_ms: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    is_null: bool = False
    value_field: int = ValueField.NONE
    value: Scalar | None = None
    properties: dict[str, int | str] | None = None


def _append_metric(payload: Payload, data: bytes, start: int, end: int) -> None:
    metric = _Metric()
    row = len(payload.name)
    try:
        _read_metric(metric, data, start, end)
    except PayloadError as error:
        payload.flaws[row] = str(error)
    payload.name.append(metric.name)
    payload.alias.append(metric.alias)
    payload.time_ms.append(metric.time_ms)
    payload.datatype.append(metric.datatype)
    payload.is_historical.append(metric.is_historical)
    payload.is_null.append(metric.is_null)
    payload.value_field.append(metric.value_field)
    payload.value.append(metric.value)
    if metric.properties:
        payload.properties[row] = metric.properties


def _read_metric(metric: _Metric, data: bytes, position: int, end: int) -> None:
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in _VARINT_FIELDS and wire_type == WireType.VARINT:
            value, position = read_varint(data, position, end)
            _set_number(metric, number, value)
        elif number in _SPAN_FIELDS and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _set_span(metric, number, data, start, position)
        elif number in (ValueField.FLOAT, ValueField.DOUBLE):
            position = _set_float(metric, number, data, position, end, wire_type)
        elif number in _VARINT_FIELDS or number in _SPAN_FIELDS or number == 0:
            raise PayloadError("Sparkplug metric", position, f"field {number} comes as wire type {wire_type}")
        else:
            position = skip_field(data, position, end, wire_type)


def _set_number(metric: _Metric, number: int, value: int) -> None:
    match number:
        case ValueField.INT | ValueField.LONG:
            metric.value_field, metric.value = number, value
        case ValueField.BOOLEAN:
            metric.value_field, metric.value = number, bool(value)
        case _MetricField.ALIAS:
            metric.alias = value
        case _MetricField.TIMESTAMP:
            metric.time_ms = value
        case _MetricField.DATATYPE:
            metric.datatype = value & _MASK_32
        case _MetricField.IS_HISTORICAL:
            metric.is_historical = bool(value)
        case _MetricField.IS_NULL:
            metric.is_null = bool(value)


def _set_span(metric: _Metric, number: int, data: bytes, start: int, end: int) -> None:
    content = data[start:end]
    match number:
        case _MetricField.NAME:
            try:
                metric.name = content.decode("utf-8")
            except UnicodeDecodeError as error:
                metric.name = content.decode("utf-8", "replace")
                raise PayloadError("Sparkplug metric", start + error.start, "its name is not UTF-8") from error
        case ValueField.STRING:
            metric.value_field, metric.value = number, _text_or_bytes(content)
        case ValueField.BYTES:
            metric.value_field, metric.value = number, content
        case _MetricField.PROPERTIES:
            metric.properties = _read_properties(data, start, end)
        case _:
            # Data sets, templates and extensions: that there is one is known, what is in it is not needed.
            metric.value_field, metric.value = number, None


def _set_float(metric: _Metric, number: int, data: bytes, position: int, end: int, wire_type: int) -> int:
    is_double = number == ValueField.DOUBLE
    if wire_type != (WireType.FIXED64 if is_double else WireType.FIXED32):
        raise PayloadError("Sparkplug metric", position, f"field {number} comes as wire type {wire_type}")
    behind = skip_field(data, position, end, wire_type)
    metric.value_field = number
    metric.value = (unpack_double if is_double else unpack_float)(data, position)[0]
    return behind


def _text_or_bytes(content: bytes) -> str | bytes:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content


def _read_properties(data: bytes, position: int, end: int) -> dict[str, int | str]:
    """The integer and text properties of a property set (clause 6.4.12); others are passed over."""
    keys: list[str] = []
    values: list[int | str | None] = []
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in (_PropertyField.KEYS, _PropertyField.VALUES) and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            if number == _PropertyField.KEYS:
                keys.append(data[start:position].decode("utf-8", "replace"))
            else:
                values.append(_property_value(data, start, position))
        else:
            position = skip_field(data, position, end, wire_type)
    return {key: value for key, value in zip(keys, values, strict=False) if value is not None}


def _property_value(data: bytes, position: int, end: int) -> int | str | None:
    value: int | str | None = None
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in (_PropertyField.INT, _PropertyField.LONG) and wire_type == WireType.VARINT:
            value, position = read_varint(data, position, end)
        elif number == _PropertyField.STRING and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            value = data[start:position].decode("utf-8", "replace")
        else:
            position = skip_field(data, position, end, wire_type)
    return value
