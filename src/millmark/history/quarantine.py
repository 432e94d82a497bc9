"""Readings set aside: their columns, and the digest by which a reading delivered twice is recognised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from millmark.history.block import OriginalReading, QuarantinedReading
from millmark.history.store import Connection
from millmark.model.batch import TIME_TYPE

COLUMNS = (
    "toUnixTimestamp64Micro(received_time) AS received_time_us, gateway, asset, metric, source_time_us, value, reason, "
    "detail, form, original, quality, code, data_type, unit"
)
"""What `from_row` reads."""

_KNOWN = """
SELECT identity FROM millmark.quarantine
WHERE identity IN (SELECT identity FROM format(RowBinary, 'identity FixedString(16)', unhex('{identities}')))
"""
_CHUNK = 50_000
_NUMBER, _TEXT, _NOTHING = "number", "text", "nothing"


def identity_of(reading: QuarantinedReading) -> bytes:
    """A digest of what was brought and for which reason it was set aside; lengths keep neighbouring texts apart.

    The received time and the detail are no part of it: the same reading, brought again a minute later, is less far in
    the future and yet the same.
    """
    digest = blake2b(digest_size=16)
    source_time = "" if reading.source_time_us is None else str(reading.source_time_us)
    for text in (reading.gateway, reading.asset, reading.metric, source_time, *_content(reading)):
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.digest()


def not_yet_kept(connection: Connection, readings: Sequence[QuarantinedReading]) -> dict[bytes, QuarantinedReading]:
    """The readings among these that the store does not hold, each once, by their identity."""
    offered: dict[bytes, QuarantinedReading] = {}
    for reading in readings:
        offered.setdefault(identity_of(reading), reading)
    known: set[bytes] = set()
    identities = list(offered)
    for start in range(0, len(identities), _CHUNK):
        asked = b"".join(identities[start : start + _CHUNK]).hex()
        answer = connection.query(_KNOWN.format(identities=asked))
        known.update(row["identity"] for row in answer.to_pylist())
    return {identity: reading for identity, reading in offered.items() if identity not in known}


def to_arrow(readings: dict[bytes, QuarantinedReading], received_time_us: int) -> pa.Table:
    rows = list(readings.values())
    originals = [row.original for row in rows]
    return pa.table(
        {
            "received_time": pa.array([received_time_us] * len(rows), pa.int64()).view(TIME_TYPE),
            "identity": pa.array(list(readings), pa.binary(16)),
            "gateway": _texts(row.gateway for row in rows),
            "asset": _texts(row.asset for row in rows),
            "metric": _texts(row.metric for row in rows),
            "source_time_us": pa.array([row.source_time_us for row in rows], pa.int64()),
            "value": _texts(row.value for row in rows),
            "reason": _texts(row.reason for row in rows),
            "detail": _texts(row.detail for row in rows),
            "form": pa.array([_form(one) for one in originals], pa.string()),
            "original": _texts(_written(one) for one in originals),
            "quality": pa.array([one.quality if one else 0 for one in originals], pa.uint8()),
            "code": pa.array([one.code if one else 0 for one in originals], pa.uint32()),
            "data_type": _texts(one.data_type if one else "" for one in originals),
            "unit": _texts(one.unit if one else "" for one in originals),
        }
    )


def from_row(row: Mapping[str, Any]) -> QuarantinedReading:
    """The reading in a row of `COLUMNS`."""
    return QuarantinedReading(
        row["received_time_us"],
        row["gateway"],
        row["asset"],
        row["metric"],
        row["source_time_us"],
        row["value"],
        row["reason"],
        row["detail"],
        _original(row) if row["form"] else None,
    )


def _original(row: Mapping[str, Any]) -> OriginalReading:
    value: float | str | None = row["original"]
    if row["form"] == _NOTHING:
        value = None
    elif row["form"] == _NUMBER:
        value = float(row["original"])
    return OriginalReading(value, row["quality"], row["code"], row["data_type"], row["unit"])


def _form(original: OriginalReading | None) -> str:
    match original.value if original else "":
        case float():
            return _NUMBER
        case None:
            return _NOTHING
    return _TEXT if original else ""


def _written(original: OriginalReading | None) -> str:
    """The shortest digits that give the same 64-bit float back, or the text itself."""
    if original is None or original.value is None:
        return ""
    if isinstance(original.value, float):
        return "nan" if math.isnan(original.value) else repr(original.value)
    return original.value


def _content(reading: QuarantinedReading) -> tuple[str, str]:
    # Two long texts may be shown alike and yet be two.
    return _written(reading.original) if reading.original else reading.value, reading.reason


def _texts(values: Iterable[str]) -> pa.StringArray:
    # What a broken device sends may hold lone surrogates, which no UTF-8 column can keep.
    return pa.array([value.encode("utf-8", "replace").decode() for value in values], pa.string())
