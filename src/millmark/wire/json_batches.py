"""Many messages of JSON telemetry at once, each read as `json_telemetry.read_telemetry` reads it.

Messages of one shape are joined to one JSON array and decoded in one call, typed, so that only what the types allow
comes out; their values become columns without a loop over points. What does not fit is read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

import msgspec
import numpy as np

from millmark.model import Quality
from millmark.model.batch import I64
from millmark.wire.errors import PayloadError
from millmark.wire.json_telemetry import BOOLEAN, read_telemetry
from millmark.wire.readings import MAX_TIME_US, NO_DATA_CODE, ReadingColumns

Scalar: TypeAlias = float | bool | str | None

_LATEST_MS = MAX_TIME_US // 1000
_AT_ONCE = 4_096
_OPEN, _CLOSE = ord("{"), ord("}")
# A line feed cannot stand inside a text, and after a comma only a key may follow inside an object: a payload that ends
# early cannot swallow the one behind it.
_BETWEEN = b",\n"


class _Timed(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    ts: int | float
    values: dict[str, Scalar]


class _TagBook(dict[str, int]):
    """Metric -> tag number of one asset; a new metric gets its number when it is first asked for."""

    def __init__(self, asset: str, columns: ReadingColumns) -> None:
        super().__init__()
        self._asset = asset
        self._columns = columns

    def __missing__(self, metric: str) -> int:
        number = self[metric] = self._columns.tag(self._asset, metric)
        return number


class TelemetryBatches:
    """The telemetry of one connection; `refuse` is called with the place of a payload that is none, and why."""

    def __init__(self, columns: ReadingColumns, refuse: Callable[[str, bytes, PayloadError], None]) -> None:
        self._columns = columns
        self._refuse = refuse
        self._books: dict[str, _TagBook] = {}
        self._epoch = columns.epoch
        self._timed = msgspec.json.Decoder(list[_Timed])
        self._flat = msgspec.json.Decoder(list[dict[str, Scalar]])
        self._was_flat = False

    def read(self, assets: Sequence[str], payloads: Sequence[bytes], first_us: int) -> None:
        """Adds the messages' values to the columns; the n-th arrived at `first_us` + n."""
        if self._epoch != self._columns.epoch:
            self._books, self._epoch = {}, self._columns.epoch
        for start in range(0, len(payloads), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            if not self._read_joined(assets[some], payloads[some], first_us + start):
                for place, (asset, payload) in enumerate(zip(assets[some], payloads[some], strict=True)):
                    self._read_one(asset, payload, first_us + start + place)

    def _read_one(self, asset: str, payload: bytes, now_us: int) -> None:
        try:
            read_telemetry(asset, payload, self._columns, now_us)
        except PayloadError as error:
            self._refuse(asset, payload, error)

    def _read_joined(self, assets: Sequence[str], payloads: Sequence[bytes], first_us: int) -> bool:
        """Whether all of them were of one shape and are read."""
        if not all(payload and payload[0] == _OPEN and payload[-1] == _CLOSE for payload in payloads):
            return False
        joined = b"[%b]" % _BETWEEN.join(payloads)
        # Most connections speak in one shape for ever.
        first, second = (self._read_flat, self._read_timed) if self._was_flat else (self._read_timed, self._read_flat)
        if first(joined, assets, first_us):
            return True
        if second(joined, assets, first_us):
            self._was_flat = not self._was_flat
            return True
        return False

    def _read_timed(self, joined: bytes, assets: Sequence[str], _first_us: int) -> bool:
        try:
            messages = self._timed.decode(joined)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        if len(messages) != len(assets):
            return False
        times_us = _times_us([message.ts for message in messages])
        if times_us is None:
            return False
        return self._add(assets, [message.values for message in messages], times_us)

    def _read_flat(self, joined: bytes, assets: Sequence[str], first_us: int) -> bool:
        try:
            messages = self._flat.decode(joined)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        # An object with 'ts' means something else, or is wrong.
        if len(messages) != len(assets) or any("ts" in message for message in messages):
            return False
        return self._add(assets, messages, np.arange(first_us, first_us + len(messages), dtype=np.int64))

    def _add(self, assets: Sequence[str], messages: Sequence[dict[str, Scalar]], times_us: I64) -> bool:
        values = list(chain.from_iterable(map(dict.values, messages)))
        types = set(map(type, values))
        if str in types:
            return False
        tag = np.fromiter(self._tags(assets, messages), np.int32, len(values))
        time_us = np.repeat(times_us, np.fromiter(map(len, messages), np.int64, len(messages)))
        if bool in types:
            self._declare_booleans(tag, values)
        if type(None) in types:
            is_none = np.fromiter((value is None for value in values), np.bool_, len(values))
            quality = np.where(is_none, np.uint8(Quality.BAD), np.uint8(Quality.GOOD))
            code = np.where(is_none, np.uint32(NO_DATA_CODE), np.uint32(0))
            self._columns.add_numbers(tag, time_us, np.array(values, np.float64), quality, code)
        else:
            self._columns.add_numbers(tag, time_us, np.array(values, np.float64))
        return True

    def _tags(self, assets: Sequence[str], messages: Sequence[dict[str, Scalar]]) -> Iterator[int]:
        books = self._books
        for asset, message in zip(assets, messages, strict=True):
            book = books.get(asset)
            if book is None:
                book = books[asset] = _TagBook(asset, self._columns)
            yield from map(book.__getitem__, message)

    def _declare_booleans(self, tag: np.ndarray[tuple[int], np.dtype[np.int32]], values: Sequence[Scalar]) -> None:
        is_bool = np.fromiter((value is True or value is False for value in values), np.bool_, len(values))
        for number in np.unique(tag[is_bool]).tolist():
            self._columns.traits.setdefault(self._columns.name_of(number), BOOLEAN)


def _times_us(stamps: Sequence[int | float]) -> I64 | None:
    """Microseconds, rounded as Python rounds; None where one is of no era or numbers are of both kinds."""
    kinds = set(map(type, stamps))
    if kinds == {int}:
        if min(stamps) < 0 or max(stamps) > _LATEST_MS:
            return None
        return np.array(stamps, np.int64) * 1000
    if kinds == {float}:
        milliseconds = np.array(stamps, np.float64)
        if not (milliseconds.min() >= 0 and milliseconds.max() <= _LATEST_MS):
            return None
        return np.rint(milliseconds * 1000).astype(np.int64)
    return None
