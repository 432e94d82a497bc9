"""The points that rollups are made of: of some hours, or of those received since a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from millmark.history.rollup_rows import bucket_key
from millmark.history.store import Connection, Store
from millmark.model.batch import F64, I64, U8, U32, numpy_column
from millmark.model.period import HOUR_US

# Hours are counted from 1900, so that none is negative and the engine's division goes down as ours does.
_ORIGIN_US = 2_208_988_800_000_000
_HOUR = f"intDiv(toUnixTimestamp64Micro(source_time) + {_ORIGIN_US}, {HOUR_US})"
_KEY = np.dtype([("series", "<u4"), ("hour", "<i8")])
_KEYS_AT_ONCE = 50_000
_POINTS_AT_ONCE = 2_000_000

# Of texts only time and quality are known to a rollup.
_VALUES = {"points": "value", "text_points": "CAST(nan, 'Float64')"}
_COLUMNS = "series, toUnixTimestamp64Micro(source_time) AS time_us, {value} AS value, quality"
_KNOWN = "received_time <= fromUnixTimestamp64Micro({known_us}, 'UTC')"
_OF_HOURS = (
    f"SELECT {{what}} FROM millmark.{{table}} WHERE (series, {_HOUR}) IN "  # noqa: S608 - constants and numbers
    f"(SELECT series, hour FROM format(RowBinary, 'series UInt32, hour Int64', unhex('{{keys}}'))) AND {_KNOWN} {{end}}"
)
_RECEIVED = (
    f"SELECT {_COLUMNS} FROM millmark.{{table}} WHERE series >= {{series}} "  # noqa: S608 - constants and numbers
    "AND (series, source_time) > ({series}, fromUnixTimestamp64Micro({time_us}, 'UTC')) "
    f"AND {_KNOWN} {{newer}} ORDER BY series, source_time LIMIT {_POINTS_AT_ONCE}"
)
_NEWER = "AND received_time > fromUnixTimestamp64Micro({after_us}, 'UTC')"
_LONG_AGO_US = -_ORIGIN_US


@dataclass(frozen=True, slots=True, eq=False)
class RollupPoints:
    """Points in order of (series, time)."""

    series: U32
    time_us: I64
    value: F64
    quality: U8

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesHours:
    """Hours of series, by the moments they begin; each once, in order of (series, hour)."""

    series: U32
    hour_us: I64

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def of(cls, series: U32, hour_us: I64) -> SeriesHours:
        order = np.lexsort((hour_us, series))
        series, hour_us = series[order], hour_us[order]
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = (series[1:] != series[:-1]) | (hour_us[1:] != hour_us[:-1])
        return cls(series[is_first], hour_us[is_first])

    def take(self, rows: NDArray[np.bool_] | slice) -> SeriesHours:
        return SeriesHours(self.series[rows], self.hour_us[rows])

    def keys(self) -> str:
        return self.packed().hex()

    def packed(self) -> bytes:
        """12 bytes an hour, little-endian: the series and the number of the hour, counted from 1900."""
        packed = np.empty(len(self), dtype=_KEY)
        packed["series"], packed["hour"] = self.series, (self.hour_us + _ORIGIN_US) // HOUR_US
        return packed.tobytes()

    @classmethod
    def unpacked(cls, packed: bytes) -> SeriesHours:
        keys = np.frombuffer(packed, dtype=_KEY)
        return cls(np.array(keys["series"]), keys["hour"] * HOUR_US - _ORIGIN_US)

    @classmethod
    def none(cls) -> SeriesHours:
        return cls(np.zeros(0, np.uint32), np.zeros(0, np.int64))


def points_of_hours(store: Store | Connection, hours: SeriesHours, known_us: int) -> Iterator[RollupPoints]:
    """The points of some hours received by `known_us`, a bounded number at a time; never an hour in two parts."""
    for first in range(0, len(hours), _KEYS_AT_ONCE):
        some = hours.take(slice(first, first + _KEYS_AT_ONCE))
        for part in _parts(store, some, known_us):
            found = [
                _read(
                    store,
                    _of_hours(table, part, known_us, _COLUMNS.format(value=value), "ORDER BY series, source_time"),
                )
                for table, value in _VALUES.items()
            ]
            points = _merged(found[0], found[1])
            if len(points):
                yield points


def points_received(store: Store | Connection, after_us: int, known_us: int) -> Iterator[RollupPoints]:
    """The points received after a moment and by `known_us`, a bounded number at a time; all numbers, then all texts."""
    newer = _NEWER.format(after_us=after_us) if after_us > _LONG_AGO_US else ""
    for table, value in _VALUES.items():
        series, time_us = 0, _LONG_AGO_US
        while True:
            sql = _RECEIVED.format(
                value=value, table=table, series=series, time_us=time_us, known_us=known_us, newer=newer
            )
            points = _read(store, sql)
            if not len(points):
                break
            yield points
            series, time_us = int(points.series[-1]), int(points.time_us[-1])


def _parts(store: Store | Connection, hours: SeriesHours, known_us: int) -> Iterator[SeriesHours]:
    """The hours cut so that each part has a bounded number of points."""
    if len(hours) <= 1:
        yield hours
        return
    what = f"series, {_HOUR} AS hour, count() AS points"
    counts = np.zeros(len(hours), np.int64)
    mine = bucket_key(hours.series, hours.hour_us)
    for table in _VALUES:
        answer = store.query(_of_hours(table, hours, known_us, what, "GROUP BY series, hour"))
        hour_us = numpy_column(answer, "hour", np.int64) * HOUR_US - _ORIGIN_US
        theirs = bucket_key(numpy_column(answer, "series", np.uint32), hour_us)
        counts[np.searchsorted(mine, theirs)] += numpy_column(answer, "points", np.int64)
    part = np.cumsum(counts) // _POINTS_AT_ONCE
    cuts = np.flatnonzero(np.diff(part)) + 1
    for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), len(hours)], strict=True):
        if counts[begin:end].any():
            yield hours.take(slice(begin, end))


def _of_hours(table: str, hours: SeriesHours, known_us: int, what: str, end: str) -> str:
    return _OF_HOURS.format(what=what, table=table, keys=hours.keys(), known_us=known_us, end=end)


def _read(store: Store | Connection, sql: str) -> RollupPoints:
    rows = store.query(sql)
    return RollupPoints(
        numpy_column(rows, "series", np.uint32),
        numpy_column(rows, "time_us", np.int64),
        numpy_column(rows, "value", np.float64),
        numpy_column(rows, "quality", np.uint8),
    )


def _merged(first: RollupPoints, second: RollupPoints) -> RollupPoints:
    if not len(second):
        return first
    if not len(first):
        return second
    series = np.concatenate([first.series, second.series])
    time_us = np.concatenate([first.time_us, second.time_us])
    order = np.lexsort((time_us, series))
    return RollupPoints(
        series[order],
        time_us[order],
        np.concatenate([first.value, second.value])[order],
        np.concatenate([first.quality, second.quality])[order],
    )
