"""A leaf: one series' hour of a local day, hashed as columns.

A leaf's bytes are a header (domain, series key, hour, row count, kind) and the digest of its columns. The digest is of
fixed length and stands apart, so that a header can be shown true without showing the rows: that is how a verifier
sees that no hour of a series was left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal, cast

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from millmark.evidence.errors import Malformed
from millmark.evidence.merkle import leaf_hash
from millmark.measures import SeriesRows
from millmark.model import Period
from millmark.model.batch import F64
from millmark.model.period import HOUR_US

_DOMAIN = b"millmark.leaf/1\n"
_COLUMNS_DOMAIN = b"millmark.columns/1\n"
_NULL_LENGTH = np.uint32(0xFFFF_FFFF)
_NAN_BITS = np.uint64(0x7FF8_0000_0000_0000)

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`columns` is the digest of the rows' columns (`columns_digest`)."""

    series: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    hour_us: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    kind: Literal["number", "text"]
    rows: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    columns: Hash

    @property
    def place(self) -> tuple[bytes, int]:
        """Where the leaf stands among a day's: by series key (as UTF-8 bytes), then by hour."""
        return self.series.encode(), self.hour_us

    @property
    def hash(self) -> bytes:
        key = self.series.encode()
        header = struct.pack("<I", len(key)) + key + struct.pack("<qQB", self.hour_us, self.rows, self.kind == "text")
        return leaf_hash(_DOMAIN + header + bytes.fromhex(self.columns))


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """The rows of one leaf: positions [first, last) of a series' ordered rows."""

    start_us: int
    first: int
    last: int


def leaves_of(rows: Mapping[str, SeriesRows], day: Period) -> list[Leaf]:
    """The leaves of a day's rows, in their order. Raises `Malformed` for rows outside the day or given twice."""
    leaves = [leaf for series, found in rows.items() for leaf in _leaves_of_series(series, found, day)]
    return sorted(leaves, key=lambda leaf: leaf.place)


def hours_of(rows: SeriesRows, day: Period) -> Iterable[Hour]:
    """The hours of the day that ordered rows fall into; the last hour of a day ends with it."""
    times = rows.source_time_us
    hours = np.unique((times - day.start_us) // HOUR_US)
    edges = day.start_us + np.append(hours, hours[-1:] + 1) * HOUR_US
    firsts, lasts = np.searchsorted(times, edges[:-1]), np.searchsorted(times, edges[:-1] + HOUR_US)
    for start, first, last in zip(edges[:-1].tolist(), firsts.tolist(), lasts.tolist(), strict=True):
        yield Hour(start, first, last)


def columns_digest(rows: SeriesRows) -> str:
    """SHA-256 over a domain and the columns one after another, little-endian: source times (i64), values, quality
    (u8), original codes (u32).

    Numeric values are the bits of 64-bit floats, every NaN being the one quiet NaN 7FF8000000000000. Texts are their
    lengths in bytes (u32, FFFFFFFF for null), then all their bytes (UTF-8).
    """
    digest = sha256(_COLUMNS_DOMAIN)
    digest.update(rows.source_time_us.astype("<i8").tobytes())
    for part in _value_columns(rows.values):
        digest.update(part)
    digest.update(rows.quality.astype("<u1").tobytes())
    digest.update(rows.code.astype("<u4").tobytes())
    return digest.hexdigest()


def _leaves_of_series(series: str, rows: SeriesRows, day: Period) -> Iterable[Leaf]:
    ordered = rows.ordered()
    times = ordered.source_time_us
    if not len(times):
        return
    if not (day.contains(int(times[0])) and day.contains(int(times[-1]))):
        raise Malformed(f"rows of {series} lie outside the day that they are to be a part of")
    if not np.all(times[1:] > times[:-1]):
        raise Malformed(f"a point of {series} is there twice")
    kind: Literal["number", "text"] = "number" if isinstance(ordered.values, np.ndarray) else "text"
    for hour in hours_of(ordered, day):
        cut = ordered.take(np.arange(hour.first, hour.last))
        yield Leaf(series, hour.start_us, kind, len(cut), columns_digest(cut))


def _value_columns(values: F64 | pa.StringArray) -> Iterable[bytes]:
    if isinstance(values, np.ndarray):
        bits = np.ascontiguousarray(values, "<f8").view("<u8")
        yield np.where(np.isnan(values), _NAN_BITS, bits).astype("<u8").tobytes()
        return
    filled = cast("pa.StringArray", values.fill_null(""))
    lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False).astype("<u4")
    yield np.where(values.is_null().to_numpy(zero_copy_only=False), _NULL_LENGTH, lengths).astype("<u4").tobytes()
    yield _text_bytes(filled)


def _text_bytes(texts: pa.StringArray) -> bytes:
    _, offsets, data = texts.buffers()
    if offsets is None or data is None or not len(texts):
        return b""
    ends = np.frombuffer(memoryview(offsets), np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])
