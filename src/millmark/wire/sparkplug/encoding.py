"""Metrics -> Sparkplug B payload bytes: what the platform sends to edge nodes, and what an edge node of ours sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from millmark.wire.protobuf import WireType, bytes_field, varint, varint_field
from millmark.wire.sparkplug.datatypes import (
    MistypedValue,
    Scalar,
    SparkplugType,
    ValueField,
    pack_double,
    pack_float,
    raw_value,
)

REBIRTH_METRIC = "Node Control/Rebirth"
BDSEQ_METRIC = "bdSeq"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric to send; a `value` of None is sent as is_null. Births give name, alias and type, data the alias."""

    value: Scalar | None
    datatype: SparkplugType
    name: str | None = None
    alias: int | None = None
    time_ms: int | None = None
    is_historical: bool = False
    sends_datatype: bool = True
    properties: Mapping[str, int | str] = field(default_factory=dict)


def encode_payload(metrics: Sequence[Metric], *, timestamp_ms: int | None = None, seq: int | None = None) -> bytes:
    """Raises `MistypedValue` when a value does not fit its data type."""
    parts: list[bytes] = []
    if timestamp_ms is not None:
        parts.append(varint_field(1, timestamp_ms))
    parts.extend(bytes_field(2, _metric(metric)) for metric in metrics)
    if seq is not None:
        parts.append(varint_field(3, seq))
    return b"".join(parts)


def rebirth_command(timestamp_ms: int) -> bytes:
    """The payload of an NCMD that asks an edge node for its births again (clause 6.4.26)."""
    return encode_payload([Metric(True, SparkplugType.BOOLEAN, name=REBIRTH_METRIC)], timestamp_ms=timestamp_ms)


def bdseq_metric(bdseq: int, time_ms: int | None = None) -> Metric:
    """The birth/death sequence number that ties an NDEATH to its NBIRTH (clause 6.4.25)."""
    return Metric(bdseq, SparkplugType.INT64, name=BDSEQ_METRIC, time_ms=time_ms)


def _metric(metric: Metric) -> bytes:
    parts: list[bytes] = []
    if metric.name is not None:
        parts.append(bytes_field(1, metric.name.encode("utf-8")))
    if metric.alias is not None:
        parts.append(varint_field(2, metric.alias))
    if metric.time_ms is not None:
        parts.append(varint_field(3, metric.time_ms))
    if metric.sends_datatype:
        parts.append(varint_field(4, metric.datatype))
    if metric.is_historical:
        parts.append(varint_field(5, 1))
    if metric.value is None:
        parts.append(varint_field(7, 1))
    if metric.properties:
        parts.append(bytes_field(9, _properties(metric.properties)))
    if metric.value is not None:
        parts.append(_value(*raw_value(metric.datatype, metric.value)))
    return b"".join(parts)


def _value(value_field: ValueField, raw: Scalar) -> bytes:
    match raw:
        case float() if value_field is ValueField.FLOAT:
            try:
                return varint(value_field << 3 | WireType.FIXED32) + pack_float(raw)
            except OverflowError as error:
                raise MistypedValue(f"{raw!r} is beyond a FLOAT; send it as a DOUBLE") from error
        case float():
            return varint(value_field << 3 | WireType.FIXED64) + pack_double(raw)
        case int():
            return varint_field(value_field, raw)
        case str():
            return bytes_field(value_field, raw.encode("utf-8"))
        case bytes():
            return bytes_field(value_field, raw)


def _properties(properties: Mapping[str, int | str]) -> bytes:
    keys = b"".join(bytes_field(1, name.encode("utf-8")) for name in properties)
    return keys + b"".join(bytes_field(2, _property(value)) for value in properties.values())


def _property(value: int | str) -> bytes:
    if isinstance(value, str):
        return varint_field(1, SparkplugType.STRING) + bytes_field(8, value.encode("utf-8"))
    return varint_field(1, SparkplugType.INT32) + varint_field(3, value & 0xFFFF_FFFF)
