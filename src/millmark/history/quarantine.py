"""Readings set aside: their columns, and the digest by which a reading delivered twice is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import pyarrow as pa

from millmark.history.block import QuarantinedReading
from millmark.history.store import Connection
from millmark.model.batch import TIME_TYPE

_KNOWN = """
SELECT identity FROM millmark.quarantine
WHERE identity IN (SELECT identity FROM format(RowBinary, 'identity FixedString(16)', unhex('{identities}')))
"""
_CHUNK = 50_000


def identity_of(reading: QuarantinedReading) -> bytes:
    """A digest of everything but the received time; lengths keep neighbouring texts apart."""
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
        }
    )


def from_arrow(table: pa.Table) -> list[QuarantinedReading]:
    """`received_time` is expected as integer microseconds under the name `received_time_us`."""
    return [QuarantinedReading(**row) for row in table.to_pylist()]


def _content(reading: QuarantinedReading) -> tuple[str, str, str]:
    return reading.value, reading.reason, reading.detail


def _texts(values: Iterable[str]) -> pa.StringArray:
    # What a broken device sends may hold lone surrogates, which no UTF-8 column can keep.
    return pa.array([value.encode("utf-8", "replace").decode() for value in values], pa.string())
