"""One metric's value -> a reading in the columns, or a fault that names what is wrong with it."""

from __future__ import annotations

from millmark.model import Quality
from millmark.wire.readings import NO_DATA_CODE, FaultReason, ReadingColumns
from millmark.wire.sparkplug.births import KnownMetric
from millmark.wire.sparkplug.datatypes import MistypedValue, Scalar, SparkplugType, ValueField, type_name, typed_value
from millmark.wire.sparkplug.payload import Payload
from millmark.wire.sparkplug.quality import QUALITY_PROPERTY, UNREADABLE_QUALITY, quality_of_property
from millmark.wire.sparkplug.texts import ValueTooLong, checked_text, text_of_bytes, text_of_data_set

_GOOD = (int(Quality.GOOD), 0)


def add_value(
    columns: ReadingColumns, asset: str, known: KnownMetric, payload: Payload, row: int, time_us: int
) -> None:
    """Scalars become numbers and texts, everything else text. A null is a point of quality bad without a value (clause
    6.4.16: is_null)."""
    field, raw = payload.value_field[row], payload.value[row]
    if payload.is_null[row] or (field == ValueField.NONE and QUALITY_PROPERTY in payload.properties.get(row, {})):
        _add_null(columns, columns.tag(asset, known.name), known, time_us)
        return
    try:
        value = _value(known.datatype, payload, row)
    except MistypedValue as error:
        columns.add_fault(FaultReason.WRONG_TYPE, asset, known.name, time_us, "" if raw is None else raw, str(error))
        return
    except ValueTooLong as error:
        columns.add_fault(FaultReason.TOO_LONG, asset, known.name, time_us, "" if raw is None else raw, str(error))
        return
    quality, code = _quality(payload, row)
    tag = columns.tag(asset, known.name)
    if isinstance(value, str):
        columns.add_text(tag, time_us, value, quality, code)
    else:
        columns.add_number(tag, time_us, float(value), quality, code)


def _value(datatype: int, payload: Payload, row: int) -> int | float | bool | str:
    if datatype == SparkplugType.DATA_SET:
        table = payload.data_sets.get(row)
        if table is None:
            raise MistypedValue(f"{type_name(datatype)} was declared, none came")
        return text_of_data_set(table)
    raw: Scalar | None = payload.value[row]
    value = typed_value(datatype, payload.value_field[row], raw if raw is not None else b"")
    if isinstance(value, bytes):
        return text_of_bytes(datatype, value, payload.metadata.get(row))
    return checked_text(value) if isinstance(value, str) else value


def _add_null(columns: ReadingColumns, tag: int, known: KnownMetric, time_us: int) -> None:
    if known.is_text:
        columns.add_text(tag, time_us, None, int(Quality.BAD), NO_DATA_CODE)
    else:
        columns.add_number(tag, time_us, float("nan"), int(Quality.BAD), NO_DATA_CODE)


def _quality(payload: Payload, row: int) -> tuple[int, int]:
    if row in payload.spoilt:
        return UNREADABLE_QUALITY
    properties = payload.properties.get(row)
    if properties is None:
        return _GOOD
    number = properties.get(QUALITY_PROPERTY)
    return quality_of_property(number) if isinstance(number, int) else _GOOD
