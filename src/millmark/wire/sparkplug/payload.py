"""Sparkplug B payload bytes -> columns (Sparkplug 3.0, clause 6.4).

A metric is a protobuf message of its own inside the payload, so damage inside one is confined to it: its row carries
a flaw and the neighbours are read. Damage of the frame around the metrics refuses the payload.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from millmark.wire.errors import PayloadError
from millmark.wire.protobuf import WireType, read_span, read_varint, skip_field
from millmark.wire.sparkplug.data_sets import DataSet
from millmark.wire.sparkplug.datatypes import Scalar
from millmark.wire.sparkplug.metrics import Metadata, MetricRow, Template, read_metric
from millmark.wire.sparkplug.properties import Properties


class _PayloadField(IntEnum):
    TIMESTAMP = 1
    METRICS = 2
    SEQ = 3


_FRAME_FIELDS = frozenset(_PayloadField)


@dataclass(slots=True)
class Payload:
    """One message. The lists are columns: row i of each belongs to metric i.

    `value` is as it lay in its `value_field`: integers unsigned, a text that is not UTF-8 as bytes, None for what is
    no single value. What it means depends on the data type, which may be known from the birth alone. The dicts hold
    what few metrics have, by their row.
    """

    timestamp_ms: int | None = None
    seq: int | None = None
    name: list[str | None] = field(default_factory=list)
    alias: list[int | None] = field(default_factory=list)
    time_ms: list[int | None] = field(default_factory=list)
    datatype: list[int | None] = field(default_factory=list)
    is_historical: list[bool] = field(default_factory=list)
    is_transient: list[bool] = field(default_factory=list)
    is_null: list[bool] = field(default_factory=list)
    value_field: list[int] = field(default_factory=list)
    value: list[Scalar | None] = field(default_factory=list)
    properties: dict[int, Properties] = field(default_factory=dict)
    metadata: dict[int, Metadata] = field(default_factory=dict)
    data_sets: dict[int, DataSet] = field(default_factory=dict)
    templates: dict[int, Template] = field(default_factory=dict)
    flaws: dict[int, str] = field(default_factory=dict)
    """Metric row -> why this metric could not be read."""
    spoilt: dict[int, str] = field(default_factory=dict)
    """Metric row -> why its properties could not be read; its value could."""

    def __len__(self) -> int:
        return len(self.name)

    def append(self, metric: MetricRow) -> None:
        row = len(self.name)
        self.name.append(metric.name)
        self.alias.append(metric.alias)
        self.time_ms.append(metric.time_ms)
        self.datatype.append(metric.datatype)
        self.is_historical.append(metric.is_historical)
        self.is_transient.append(metric.is_transient)
        self.is_null.append(metric.is_null)
        self.value_field.append(metric.value_field)
        self.value.append(metric.value)
        if metric.properties:
            self.properties[row] = metric.properties
        if metric.metadata is not None:
            self.metadata[row] = metric.metadata
        if metric.data_set is not None:
            self.data_sets[row] = metric.data_set
        if metric.template is not None:
            self.templates[row] = metric.template
        if metric.flaw is not None:
            self.flaws[row] = metric.flaw
        if metric.spoilt is not None:
            self.spoilt[row] = metric.spoilt

    def row(self, row: int) -> MetricRow:
        """Metric `row` by itself; the opposite of `append`."""
        return MetricRow(
            self.name[row],
            self.alias[row],
            self.time_ms[row],
            self.datatype[row],
            self.is_historical[row],
            self.is_transient[row],
            self.is_null[row],
            self.value_field[row],
            self.value[row],
            self.properties.get(row),
            self.metadata.get(row),
            self.data_sets.get(row),
            self.templates.get(row),
            self.flaws.get(row),
            self.spoilt.get(row),
        )


def decode_payload(data: bytes) -> Payload:
    """The payload in columns; raises `PayloadError` when its frame is broken."""
    position, end = 0, len(data)
    payload = Payload()
    while position < end:
        key, position = read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if number == _PayloadField.METRICS and wire_type == WireType.LENGTH_DELIMITED:
            start, position = read_span(data, position, end)
            payload.append(read_metric(data, start, position))
        elif number == _PayloadField.TIMESTAMP and wire_type == WireType.VARINT:
            payload.timestamp_ms, position = read_varint(data, position, end)
        elif number == _PayloadField.SEQ and wire_type == WireType.VARINT:
            payload.seq, position = read_varint(data, position, end)
        elif number in _FRAME_FIELDS or number == 0:
            raise PayloadError("Sparkplug payload", position, f"field {number} comes as wire type {wire_type}")
        else:
            position = skip_field(data, position, end, wire_type)
    return payload
