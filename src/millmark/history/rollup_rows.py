"""Rows of a rollup: what is known of a series over a minute, an hour or a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from millmark.history.summary import Stretches
from millmark.history.time_span import EARLIEST_US
from millmark.model.batch import F64, I64, U8, U32
from millmark.model.period import HOUR_US, SECOND_US

_INTEGERS, _FLOATS = 8, 6


class Resolution(IntEnum):
    """How long a bucket is. Days are those of UTC."""

    MINUTE = 0
    HOUR = 1
    DAY = 2

    @property
    def width_us(self) -> int:
        return (60 * SECOND_US, HOUR_US, 24 * HOUR_US)[self]


@dataclass(frozen=True, slots=True, eq=False)
class RollupRows:
    """Buckets of series, a row each, mostly in order of (series, start).

    `count` is of all points, `good_count` of those of good quality. `usable_count`, `sum`, `min`, `max`, `first` and
    `last` are over usable values (finite, of good or uncertain quality); NaN, 0 for `sum`, where there is none.
    `integral` (value times microseconds) and `known_us` cover `first_us` to `last_us`, the times of the first and last
    point: each value holds until the next point, a point that is not usable ends what holds. `holds` tells whether the
    last point is usable, so that `last` goes on beyond the bucket. What holds between buckets is added by whoever puts
    them together. Points of texts count as points without a value.
    """

    series: U32
    integers: I64
    floats: F64

    def __len__(self) -> int:
        return len(self.series)

    @classmethod
    def room(cls, rows: int) -> Self:
        return cls(np.zeros(rows, np.uint32), np.zeros((rows, _INTEGERS), np.int64), np.zeros((rows, _FLOATS)))

    @classmethod
    def joined(cls, parts: Sequence[RollupRows]) -> Self:
        if not parts:
            return cls.room(0)
        return cls(
            np.concatenate([part.series for part in parts]),
            np.concatenate([part.integers for part in parts]),
            np.concatenate([part.floats for part in parts]),
        )

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> RollupRows:
        return RollupRows(self.series[rows], self.integers[rows], self.floats[rows])

    def newest_of_each(self) -> RollupRows:
        """In order of (series, start); of rows of the same bucket the last one."""
        series, start = self.series, self.start_us
        if np.all((series[1:] > series[:-1]) | ((series[1:] == series[:-1]) & (start[1:] > start[:-1]))):
            return self
        order = np.lexsort((self.start_us, self.series))
        series, start = self.series[order], self.start_us[order]
        is_last = np.ones(len(order), np.bool_)
        is_last[:-1] = (series[1:] != series[:-1]) | (start[1:] != start[:-1])
        return self.take(order[is_last])

    def stretches(self) -> Stretches:
        """The rows, all of one series, as stretches; extremes are told to be where the bucket begins to speak."""
        return Stretches(
            first_us=self.first_us,
            last_us=self.last_us,
            min_us=self.first_us,
            max_us=self.first_us,
            count=self.count,
            good_count=self.good_count,
            usable_count=self.usable_count,
            sum=self.sum,
            min=self.min,
            max=self.max,
            first=self.first,
            last=self.last,
            integral=self.integral,
            known_us=self.known_us,
            holds=self.holds.astype(np.bool_),
        )

    @property
    def start_us(self) -> I64:
        return self.integers[:, 0]

    @property
    def count(self) -> I64:
        return self.integers[:, 1]

    @property
    def good_count(self) -> I64:
        return self.integers[:, 2]

    @property
    def usable_count(self) -> I64:
        return self.integers[:, 3]

    @property
    def first_us(self) -> I64:
        return self.integers[:, 4]

    @property
    def last_us(self) -> I64:
        return self.integers[:, 5]

    @property
    def known_us(self) -> I64:
        return self.integers[:, 6]

    @property
    def holds(self) -> U8:
        return self.integers[:, 7].astype(np.uint8)

    @property
    def sum(self) -> F64:
        return self.floats[:, 0]

    @property
    def min(self) -> F64:
        return self.floats[:, 1]

    @property
    def max(self) -> F64:
        return self.floats[:, 2]

    @property
    def first(self) -> F64:
        return self.floats[:, 3]

    @property
    def last(self) -> F64:
        return self.floats[:, 4]

    @property
    def integral(self) -> F64:
        return self.floats[:, 5]


def bucket_key(series: U32, start_us: I64) -> NDArray[np.uint64]:
    """A number for each (series, start) that sorts as they do; starts are whole minutes from 1900 on."""
    minute = (start_us - EARLIEST_US) // Resolution.MINUTE.width_us
    return series.astype(np.uint64) << np.uint64(32) | minute.astype(np.uint64)


def of_points(series: U32, time_us: I64, value: F64, quality: U8, resolution: Resolution) -> RollupRows:
    """The buckets of points in order of (series, time)."""
    from millmark.history.rollup_kernel import count_buckets, fold_points

    rows = RollupRows.room(count_buckets(series, time_us, resolution.width_us))
    fold_points(series, time_us, value, quality, resolution.width_us, rows.series, rows.integers, rows.floats)
    return rows


def of_buckets(finer: RollupRows, resolution: Resolution) -> RollupRows:
    """The coarser buckets of finer ones in order of (series, start)."""
    from millmark.history.rollup_kernel import count_buckets, fold_buckets

    starts = np.ascontiguousarray(finer.start_us)
    rows = RollupRows.room(count_buckets(finer.series, starts, resolution.width_us))
    width_us = resolution.width_us
    fold_buckets(finer.series, finer.integers, finer.floats, width_us, rows.series, rows.integers, rows.floats)
    return rows
