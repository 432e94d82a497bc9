"""One metric's bytes -> a row (Sparkplug 3.0, clauses 6.4.6 to 6.4.20), with the templates that hold metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, read_span, read_varint, skip_field
from millmark.wire.sparkplug.data_sets import DataSet, read_data_set
from millmark.wire.sparkplug.datatypes import Scalar, ValueField
from millmark.wire.sparkplug.oneof import read_one
from millmark.wire.sparkplug.properties import Properties, read_properties

_DEEPEST_TEMPLATE = 8
_MASK_32 = (1 << 32) - 1


class MetricField(IntEnum):
    """The fields beside those of the value, `ValueField`; the numbers are those of the payload."""

    NAME = 1
    ALIAS = 2
    TIMESTAMP = 3
    DATATYPE = 4
    IS_HISTORICAL = 5
    IS_TRANSIENT = 6
    IS_NULL = 7
    METADATA = 8
    PROPERTIES = 9


class _MetadataField(IntEnum):
    IS_MULTI_PART = 1
    CONTENT_TYPE = 2
    SIZE = 3
    SEQ = 4
    FILE_NAME = 5
    FILE_TYPE = 6
    MD5 = 7
    DESCRIPTION = 8


class TemplateField(IntEnum):
    VERSION = 1
    METRICS = 2
    PARAMETERS = 3
    REFERENCE = 4
    IS_DEFINITION = 5


_VARINT_FIELDS = frozenset(
    {
        MetricField.ALIAS,
        MetricField.TIMESTAMP,
        MetricField.DATATYPE,
        MetricField.IS_HISTORICAL,
        MetricField.IS_TRANSIENT,
        MetricField.IS_NULL,
    }
)
_SPAN_FIELDS = frozenset(
    {
        MetricField.NAME,
        MetricField.METADATA,
        MetricField.PROPERTIES,
        ValueField.BYTES,
        ValueField.DATA_SET,
        ValueField.TEMPLATE,
        ValueField.EXTENSION,
    }
)
_PARAMETER_NAME, _PARAMETER_TYPE = 1, 2
_PARAMETER_OFFSET = ValueField.INT - 3


@dataclass(slots=True)
class Metadata:
    """What is said of bytes and files (clause 6.4.7)."""

    is_multi_part: bool = False
    content_type: str = ""
    size: int | None = None
    seq: int | None = None
    file_name: str = ""
    file_type: str = ""
    md5: str = ""
    description: str = ""


@dataclass(slots=True)
class MetricRow:
    """A metric as it was sent. `value` is as it lay in its `value_field`: integers unsigned, a text that is not UTF-8
    as bytes. `flaw` says why the metric could not be read, `spoilt` what beside its value could not."""

    name: str | None = None
    alias: int | None = None
    time_ms: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    is_transient: bool = False
    is_null: bool = False
    value_field: int = ValueField.NONE
    value: Scalar | None = None
    properties: Properties | None = None
    metadata: Metadata | None = None
    data_set: DataSet | None = None
    template: Template | None = None
    flaw: str | None = None
    spoilt: str | None = None


@dataclass(slots=True)
class Template:
    """A definition or an instance of a custom type (clause 6.4.18); `reference` is the definition's name."""

    version: str = ""
    reference: str = ""
    is_definition: bool = False
    members: list[MetricRow] = field(default_factory=list)
    parameters: list[MetricRow] = field(default_factory=list)


def read_metric(data: bytes, position: int, end: int, depth: int = 0) -> MetricRow:
    """Damage inside becomes the row's flaw, so that the metrics beside it are read."""
    metric = MetricRow()
    try:
        _read_fields(metric, data, position, end, depth)
    except PayloadError as error:
        metric.flaw = str(error)
    return metric


def _read_fields(metric: MetricRow, data: bytes, position: int, end: int, depth: int) -> None:
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number in _VARINT_FIELDS and wire_type == WireType.VARINT:
            value, position = read_varint(data, position, end)
            _set_number(metric, number, value)
        elif number in _SPAN_FIELDS and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _set_span(metric, number, data, start, position, depth)
        elif number in _VARINT_FIELDS or number in _SPAN_FIELDS or number == 0:
            raise PayloadError("Sparkplug metric", position, f"field {number} comes as wire type {wire_type}")
        else:
            found, position = read_one(data, position, end, number, wire_type)
            if found is not None:
                metric.value_field, metric.value = found


def _set_number(metric: MetricRow, number: int, value: int) -> None:
    match number:
        case MetricField.ALIAS:
            metric.alias = value
        case MetricField.TIMESTAMP:
            metric.time_ms = value
        case MetricField.DATATYPE:
            metric.datatype = value & _MASK_32
        case MetricField.IS_HISTORICAL:
            metric.is_historical = bool(value)
        case MetricField.IS_TRANSIENT:
            metric.is_transient = bool(value)
        case MetricField.IS_NULL:
            metric.is_null = bool(value)


def _set_span(metric: MetricRow, number: int, data: bytes, start: int, end: int, depth: int) -> None:
    match number:
        case MetricField.NAME:
            metric.name = _name(metric, data, start, end)
        case MetricField.METADATA:
            metric.metadata = _read_metadata(data, start, end)
        case MetricField.PROPERTIES:
            _set_properties(metric, data, start, end)
        case ValueField.BYTES:
            metric.value_field, metric.value = number, data[start:end]
        case ValueField.DATA_SET:
            metric.value_field, metric.value = number, None
            metric.data_set = read_data_set(data, start, end)
        case ValueField.TEMPLATE:
            metric.value_field, metric.value = number, None
            metric.template = _read_template(data, start, end, depth + 1)
        case _:
            # An extension of somebody's own: that there is one is known, what it means is not.
            metric.value_field, metric.value = number, None


def _name(metric: MetricRow, data: bytes, start: int, end: int) -> str:
    try:
        return data[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        metric.name = data[start:end].decode("utf-8", "replace")
        raise PayloadError("Sparkplug metric", start + error.start, "its name is not UTF-8") from error


def _set_properties(metric: MetricRow, data: bytes, start: int, end: int) -> None:
    try:
        metric.properties = read_properties(data, start, end)
    except PayloadError as error:
        # The value stands on its own; that its quality may be lost with the properties is told by `spoilt`.
        metric.spoilt = str(error)


def _read_metadata(data: bytes, position: int, end: int) -> Metadata:
    metadata = Metadata()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if wire_type == WireType.VARINT:
            value, position = read_varint(data, position, end)
            _set_metadata_number(metadata, number, value)
        elif wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _set_metadata_text(metadata, number, data[start:position].decode("utf-8", "replace"))
        else:
            position = skip_field(data, position, end, wire_type)
    return metadata


def _set_metadata_number(metadata: Metadata, number: int, value: int) -> None:
    match number:
        case _MetadataField.IS_MULTI_PART:
            metadata.is_multi_part = bool(value)
        case _MetadataField.SIZE:
            metadata.size = value
        case _MetadataField.SEQ:
            metadata.seq = value


def _set_metadata_text(metadata: Metadata, number: int, text: str) -> None:
    match number:
        case _MetadataField.CONTENT_TYPE:
            metadata.content_type = text
        case _MetadataField.FILE_NAME:
            metadata.file_name = text
        case _MetadataField.FILE_TYPE:
            metadata.file_type = text
        case _MetadataField.MD5:
            metadata.md5 = text
        case _MetadataField.DESCRIPTION:
            metadata.description = text


def _read_template(data: bytes, position: int, end: int, depth: int) -> Template:
    if depth > _DEEPEST_TEMPLATE:
        raise PayloadError("Sparkplug template", position, f"templates stand more than {_DEEPEST_TEMPLATE} deep")
    template = Template()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            _set_template_span(template, number, data, start, position, depth)
        elif number == TemplateField.IS_DEFINITION and wire_type == WireType.VARINT:
            is_definition, position = read_varint(data, position, end)
            template.is_definition = bool(is_definition)
        else:
            position = skip_field(data, position, end, wire_type)
    return template


def _set_template_span(template: Template, number: int, data: bytes, start: int, end: int, depth: int) -> None:
    match number:
        case TemplateField.VERSION:
            template.version = data[start:end].decode("utf-8", "replace")
        case TemplateField.REFERENCE:
            template.reference = data[start:end].decode("utf-8", "replace")
        case TemplateField.METRICS:
            template.members.append(read_metric(data, start, end, depth))
        case TemplateField.PARAMETERS:
            template.parameters.append(_read_parameter(data, start, end))


def _read_parameter(data: bytes, position: int, end: int) -> MetricRow:
    parameter = MetricRow()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number == _PARAMETER_NAME and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            parameter.name = data[start:position].decode("utf-8", "replace")
        elif number == _PARAMETER_TYPE and wire_type == WireType.VARINT:
            datatype, position = read_varint(data, position, end)
            parameter.datatype = datatype & _MASK_32
        else:
            found, position = read_one(data, position, end, number + _PARAMETER_OFFSET, wire_type)
            if found is not None:
                parameter.value_field, parameter.value = found
    return parameter
