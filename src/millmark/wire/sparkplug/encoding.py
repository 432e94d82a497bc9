"""Metrics -> Sparkplug B payload bytes: what the platform sends to edge nodes, and what an edge node of ours sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from millmark.wire.protobuf import bytes_field, varint_field
from millmark.wire.sparkplug.arrays import Element, array_bytes, is_array
from millmark.wire.sparkplug.data_sets import DataSet, data_set_bytes
from millmark.wire.sparkplug.datatypes import MistypedValue, Scalar, SparkplugType, ValueField, type_name
from millmark.wire.sparkplug.metrics import MetricField, TemplateField
from millmark.wire.sparkplug.oneof import value_bytes
from millmark.wire.sparkplug.properties import PropertyValue, properties_bytes

REBIRTH_METRIC = "Node Control/Rebirth"
BDSEQ_METRIC = "bdSeq"

_PARAMETER_OFFSET = ValueField.INT - 3


@dataclass(frozen=True, slots=True)
class TemplateValue:
    """A template to send: its definition (no `reference`), or an instance of the one that `reference` names."""

    members: Sequence[Metric]
    reference: str = ""
    version: str = ""
    parameters: Mapping[str, tuple[SparkplugType, Scalar]] = field(default_factory=dict)

    @property
    def is_definition(self) -> bool:
        return not self.reference


MetricValue: TypeAlias = Scalar | Sequence[Element] | DataSet | TemplateValue


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric to send; a `value` of None is sent as is_null. Births give name, alias and type, data the alias."""

    value: MetricValue | None
    datatype: SparkplugType
    name: str | None = None
    alias: int | None = None
    time_ms: int | None = None
    is_historical: bool = False
    sends_datatype: bool = True
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)
    is_transient: bool = False


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
        parts.append(bytes_field(MetricField.NAME, metric.name.encode("utf-8")))
    if metric.alias is not None:
        parts.append(varint_field(MetricField.ALIAS, metric.alias))
    if metric.time_ms is not None:
        parts.append(varint_field(MetricField.TIMESTAMP, metric.time_ms))
    if metric.sends_datatype:
        parts.append(varint_field(MetricField.DATATYPE, metric.datatype))
    if metric.is_historical:
        parts.append(varint_field(MetricField.IS_HISTORICAL, 1))
    if metric.is_transient:
        parts.append(varint_field(MetricField.IS_TRANSIENT, 1))
    if metric.value is None:
        parts.append(varint_field(MetricField.IS_NULL, 1))
    if metric.properties:
        parts.append(bytes_field(MetricField.PROPERTIES, properties_bytes(metric.properties)))
    if metric.value is not None:
        parts.append(_value(metric.datatype, metric.value))
    return b"".join(parts)


def _value(datatype: SparkplugType, value: MetricValue) -> bytes:
    match value:
        case DataSet() if datatype is SparkplugType.DATA_SET:
            return bytes_field(ValueField.DATA_SET, data_set_bytes(value))
        case TemplateValue() if datatype is SparkplugType.TEMPLATE:
            return bytes_field(ValueField.TEMPLATE, _template(value))
        case int() | float() | str() | bytes():
            return value_bytes(datatype, value)
        case DataSet() | TemplateValue():
            raise MistypedValue(f"{type(value).__name__} is no {type_name(datatype)}")
    if not is_array(datatype):
        raise MistypedValue(f"a list of values is no {type_name(datatype)}")
    return bytes_field(ValueField.BYTES, array_bytes(datatype, value))


def _template(template: TemplateValue) -> bytes:
    parts: list[bytes] = []
    if template.version:
        parts.append(bytes_field(TemplateField.VERSION, template.version.encode("utf-8")))
    parts.extend(bytes_field(TemplateField.METRICS, _metric(member)) for member in template.members)
    for name, (datatype, value) in template.parameters.items():
        parameter = bytes_field(1, name.encode("utf-8")) + varint_field(2, datatype)
        parts.append(bytes_field(TemplateField.PARAMETERS, parameter + value_bytes(datatype, value, _PARAMETER_OFFSET)))
    if template.reference:
        parts.append(bytes_field(TemplateField.REFERENCE, template.reference.encode("utf-8")))
    parts.append(varint_field(TemplateField.IS_DEFINITION, template.is_definition))
    return b"".join(parts)
