"""Stretches of a series in a row each: what a rollup table stores, and what a point is by itself.

A stretch knows its points only. The time between two stretches belongs to whoever puts them together (`fold`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from millmark.model import Quality
from millmark.model.batch import F64, I64, U8


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Rows of one series in order of time, none overlapping.

    `count` is of all points and `good_count` of those of good quality. `usable_count`, `sum`, `min`, `max`, `first` and
    `last` are over usable values, finite ones of good or uncertain quality; NaN (0 for `sum`) where there is none.
    `first_us` and `last_us` are of all points, `min_us` and `max_us` when the least and greatest value was, as exactly
    as is known. `integral` (value times microseconds) and `known_us` cover `first_us` to `last_us`, each value held
    until the next point; `holds` says whether the last point is usable, so that `last` goes on beyond the stretch.
    """

    first_us: I64
    last_us: I64
    min_us: I64
    max_us: I64
    count: I64
    good_count: I64
    usable_count: I64
    sum: F64
    min: F64
    max: F64
    first: F64
    last: F64
    integral: F64
    known_us: I64
    holds: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first_us)

    def take(self, rows: NDArray[np.intp]) -> Stretches:
        return Stretches(**{name: getattr(self, name)[rows] for name in Stretches.__slots__})


def usable(value: F64, quality: U8) -> NDArray[np.bool_]:
    """Whether a value may be counted with: finite, and of good or uncertain quality."""
    return np.isfinite(value) & (quality <= Quality.UNCERTAIN.value)


def points_as_stretches(time_us: I64, value: F64, quality: U8) -> Stretches:
    """Each point a stretch without extent."""
    counts = usable(value, quality)
    of_usable = np.where(counts, value, np.nan)
    nothing = np.zeros(len(time_us))
    return Stretches(
        first_us=time_us,
        last_us=time_us,
        min_us=time_us,
        max_us=time_us,
        count=np.ones(len(time_us), np.int64),
        good_count=(quality == Quality.GOOD.value).astype(np.int64),
        usable_count=counts.astype(np.int64),
        sum=np.where(counts, value, 0.0),
        min=of_usable,
        max=of_usable,
        first=of_usable,
        last=of_usable,
        integral=nothing,
        known_us=nothing.astype(np.int64),
        holds=counts,
    )


NOTHING = points_as_stretches(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.uint8))
