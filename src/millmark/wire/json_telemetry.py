"""JSON telemetry: `millmark/<gateway>/<relative asset…>` with one object of values, or several with their times.

    {"temperature": 21.5, "running": true}
    {"ts": 1767225600000, "values": {"temperature": 21.5}}
    [{"ts": 1767225600000, "values": {...}}, {"ts": ..., "values": {...}}]

`ts` is milliseconds since 1970 UTC; without it a value's time is the time it was received.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from millmark.model import DataType, Quality
from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.readings import NO_DATA_CODE, FaultReason, MetricTraits, ReadingColumns

PREFIX = "millmark"
_PAYLOAD = "JSON telemetry"
BOOLEAN = MetricTraits(DataType.BOOLEAN)


@dataclass(frozen=True, slots=True)
class TelemetryTopic:
    gateway: str
    asset: str
    """Relative to the gateway's root; empty for the root itself."""


def parse_telemetry_topic(topic: str) -> TelemetryTopic:
    """Raises `InvalidTopic`."""
    prefix, _, rest = topic.partition("/")
    gateway, _, asset = rest.partition("/")
    if prefix != PREFIX or not gateway:
        raise InvalidTopic(f"{topic!r} is not {PREFIX}/<gateway>[/<asset>…]")
    return TelemetryTopic(gateway, asset)


def read_telemetry(asset: str, payload: bytes, columns: ReadingColumns, now_us: int) -> None:
    """Adds the payload's values to the columns; raises `PayloadError` when it is no telemetry at all."""
    try:
        document = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(_PAYLOAD, 0, str(error)) from error
    messages = document if isinstance(document, list) else [document]
    for position, message in enumerate(messages):
        if not isinstance(message, dict):
            detail = f"item {position} of the message is no object of values"
            columns.add_fault(FaultReason.UNPARSABLE, asset, "", None, message, detail)
            continue
        _read_message(asset, message, columns, now_us)


def _read_message(asset: str, message: dict[str, object], columns: ReadingColumns, now_us: int) -> None:
    if "ts" not in message:
        _read_values(asset, message, columns, now_us)
        return
    values, time_us = message.get("values"), _time_us(message["ts"])
    if not isinstance(values, dict) or time_us is None:
        # Reading such an object as plain values would put them at the wrong time without a word.
        detail = "an object with 'ts' (a number, milliseconds since 1970) carries its values under 'values'"
        columns.add_fault(FaultReason.UNPARSABLE, asset, "ts", None, message["ts"], detail)
        return
    _read_values(asset, values, columns, time_us)


def _read_values(asset: str, values: dict[str, object], columns: ReadingColumns, time_us: int) -> None:
    for metric, value in values.items():
        match value:
            case bool():
                columns.traits.setdefault((asset, metric), BOOLEAN)
                columns.add_number(columns.tag(asset, metric), time_us, float(value))
            case int() | float():
                _add_number(asset, metric, value, columns, time_us)
            case str():
                columns.add_text(columns.tag(asset, metric), time_us, value)
            case None:
                tag = columns.tag(asset, metric)
                columns.add_number(tag, time_us, float("nan"), int(Quality.BAD), NO_DATA_CODE)
            case _:
                detail = "a value must be a number, a text, true, false or null"
                columns.add_fault(FaultReason.WRONG_TYPE, asset, metric, time_us, value, detail)


def _add_number(asset: str, metric: str, value: float, columns: ReadingColumns, time_us: int) -> None:
    try:
        number = float(value)
    except OverflowError:
        columns.add_fault(FaultReason.WRONG_TYPE, asset, metric, time_us, value, "the number is beyond a 64-bit float")
        return
    columns.add_number(columns.tag(asset, metric), time_us, number)


def _time_us(ts: object) -> int | None:
    match ts:
        case bool():
            return None
        case int():
            return ts * 1000
        case float():
            return round(ts * 1000)
        case _:
            return None
