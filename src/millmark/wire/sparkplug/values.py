"""One metric's value -> a reading in the columns, or a fault that names what is wrong with it."""

from __future__ import annotations

import base64

from millmark.model import Quality
from millmark.wire.readings import NO_DATA_CODE, FaultReason, ReadingColumns
from millmark.wire.sparkplug.births import KnownMetric
from millmark.wire.sparkplug.datatypes import MistypedValue, ValueField, typed_value
from millmark.wire.sparkplug.payload import Payload
from millmark.wire.sparkplug.quality import QUALITY_PROPERTY, quality_of_property


def add_value(
    columns: ReadingColumns, asset: str, known: KnownMetric, payload: Payload, row: int, time_us: int
) -> None:
    """Bytes are kept as base64 text. A null is a point of quality bad without a value (clause 6.4.16: is_null)."""
    field, raw = payload.value_field[row], payload.value[row]
    if payload.is_null[row] or (field == ValueField.NONE and QUALITY_PROPERTY in payload.properties.get(row, {})):
        _add_null(columns, columns.tag(asset, known.name), known, time_us)
        return
    try:
        value = typed_value(known.datatype, field, raw if raw is not None else b"")
    except MistypedValue as error:
        columns.add_fault(FaultReason.WRONG_TYPE, asset, known.name, time_us, raw, str(error))
        return
    quality, code = _quality(payload, row)
    tag = columns.tag(asset, known.name)
    if isinstance(value, str):
        columns.add_text(tag, time_us, value, quality, code)
    elif isinstance(value, bytes):
        columns.add_text(tag, time_us, base64.b64encode(value).decode("ascii"), quality, code)
    else:
        columns.add_number(tag, time_us, float(value), quality, code)


def _add_null(columns: ReadingColumns, tag: int, known: KnownMetric, time_us: int) -> None:
    if known.is_text:
        columns.add_text(tag, time_us, None, int(Quality.BAD), NO_DATA_CODE)
    else:
        columns.add_number(tag, time_us, float("nan"), int(Quality.BAD), NO_DATA_CODE)


def _quality(payload: Payload, row: int) -> tuple[int, int]:
    properties = payload.properties.get(row)
    if properties is None:
        return int(Quality.GOOD), 0
    number = properties.get(QUALITY_PROPERTY)
    return quality_of_property(number) if isinstance(number, int) else (int(Quality.GOOD), 0)
