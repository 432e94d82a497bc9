"""From an OPC UA DataValue to a reading: value, time and status code, with nothing made up on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from asyncua import ua

from millmark.drivers import status_codes
from millmark.model import DataType, utc_us

_NEVER_SET_BEFORE: Final = datetime(1602, 1, 1, tzinfo=UTC)


class TimeSource(StrEnum):
    """Which clock gave a reading its time."""

    SOURCE = "source"
    SERVER = "server"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A reading without its tag; `complaint` says why a value that came could not be used."""

    value: float | str | None
    time_us: int
    code: int
    time_source: TimeSource
    complaint: str | None = None


def decode(data: ua.DataValue, data_type: DataType, received_us: int) -> Decoded:
    """The reading in a DataValue (OPC 10000-4, clause 7.11).

    Time is the source's, else the server's, else when it was received. The status code is the server's own; a value
    that cannot be what the tag declares comes without value under a code of ours.
    """
    time_us, time_source = _time_of(data, received_us)
    code = int(data.StatusCode.value) if data.StatusCode is not None else status_codes.GOOD
    variant = data.Value
    if variant is None or variant.Value is None:
        return Decoded(None, time_us, code, time_source)
    if variant.is_array:
        return _unusable(time_us, time_source, status_codes.BAD_NOT_SUPPORTED, "arrays are not supported")
    try:
        value = _text(variant.Value) if data_type is DataType.TEXT else _number(variant.Value)
    except TypeError as error:
        wrong = status_codes.BAD_TYPE_MISMATCH if isinstance(variant.Value, str) else status_codes.BAD_NOT_SUPPORTED
        return _unusable(time_us, time_source, wrong, str(error))
    return Decoded(value, time_us, code, time_source)


def plain(value: Any) -> float | str | bool | int | None:
    """A value as it can be shown to people; None where it is an array, a structure or nothing."""
    if isinstance(value, (bool, int, float)):
        return value
    try:
        return _text(value)
    except TypeError:
        return None


def _unusable(time_us: int, time_source: TimeSource, code: int, complaint: str) -> Decoded:
    return Decoded(None, time_us, code, time_source, complaint)


def _number(value: Any) -> float:
    """Numbers as they are, truth as 0 or 1, a DateTime as seconds since 1970."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, datetime):
        return utc_us(_aware(value)) / 1e6
    raise TypeError(f"a {type(value).__name__} is no number")


def _text(value: Any) -> str:
    """Text as it is, truth as true or false, an enumeration or number by its digits, a DateTime after ISO 8601."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(int(value)) if isinstance(value, int) else repr(value)
        case datetime():
            return _aware(value).isoformat()
        case ua.LocalizedText():
            return str(value.Text or "")
        case UUID():
            return str(value)
        case _:
            raise TypeError(f"a {type(value).__name__} is not supported")


def _time_of(data: ua.DataValue, received_us: int) -> tuple[int, TimeSource]:
    if (source_us := timestamp_us(data.SourceTimestamp)) is not None:
        return source_us, TimeSource.SOURCE
    if (server_us := timestamp_us(data.ServerTimestamp)) is not None:
        return server_us, TimeSource.SERVER
    return received_us, TimeSource.RECEIVED


def timestamp_us(moment: datetime | None) -> int | None:
    """UTC microseconds of a DateTime; None where it was never set."""
    # 1601-01-01 is how a DateTime says that it was never set (OPC 10000-6, clause 5.2.2.5).
    if moment is None or _aware(moment) < _NEVER_SET_BEFORE:
        return None
    return utc_us(_aware(moment))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def server_time_us(data: ua.DataValue) -> int | None:
    """When the server last vouched for the value."""
    return timestamp_us(data.ServerTimestamp)
