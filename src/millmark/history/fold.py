"""Stretches of a series put together into equal spans: statistics, the shape, and the mean that time weighs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from millmark.history.summary import Stretches
from millmark.model import Period
from millmark.model.batch import F64, I64


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Statistics of one series over spans of `width_us`, ascending by start; spans without a point are left out.

    `resolution_us` is 0 when they were made of the points themselves, else of the rollup's rows. `count` is of all
    points of the span and `good_count` of those of good quality. The other statistics are over `usable_count` values,
    finite ones of good or uncertain quality, and NaN where a span has none of them.

    `mean` weighs each value the same. `time_mean` weighs it by the time until the next point: the last value before the
    span counts from the span's start on, a bad point or a missing value ends what holds, and the last point of the
    series holds to its span's end.

    First, least, greatest and last value with their times draw the same line as all points would at this width (Jugel
    et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014). `first_us` and `last_us` are of all
    points; `min_us` and `max_us` are exact to `resolution_us`, and `first_us` where no value is usable.
    """

    width_us: int
    resolution_us: int
    start_us: I64
    count: I64
    good_count: I64
    usable_count: I64
    min: F64
    max: F64
    mean: F64
    time_mean: F64
    first: F64
    last: F64
    first_us: I64
    last_us: I64
    min_us: I64
    max_us: I64

    def __len__(self) -> int:
        return len(self.start_us)


def fold(rows: Stretches, period: Period, width_us: int, *, resolution_us: int = 0, held: float = np.nan) -> Buckets:
    """Spans of `width_us` from the period's start on, of rows that lie inside the period and each inside one span.

    `held` is the value that holds when the period begins; NaN when none does.
    """
    if not len(rows):
        return _nothing(width_us, resolution_us)
    span = (rows.first_us - period.start_us) // width_us
    heads = np.flatnonzero(np.append(True, span[1:] != span[:-1]))
    start_us = period.start_us + span[heads] * width_us
    of_span = np.repeat(np.arange(len(heads)), np.diff(np.append(heads, len(rows))))
    count_usable = np.add.reduceat(rows.usable_count, heads)
    least, greatest = np.fmin.reduceat(rows.min, heads), np.fmax.reduceat(rows.max, heads)
    has_value = rows.usable_count > 0
    first_usable = _first_row(has_value, heads)
    last_usable = np.maximum.reduceat(np.where(has_value, np.arange(len(rows)), 0), heads)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(rows.sum, heads) / np.where(count_usable > 0, count_usable, np.nan)
    first_us = rows.first_us[heads]
    none = count_usable == 0
    return Buckets(
        width_us=width_us,
        resolution_us=resolution_us,
        start_us=start_us,
        count=np.add.reduceat(rows.count, heads),
        good_count=np.add.reduceat(rows.good_count, heads),
        usable_count=count_usable,
        min=least,
        max=greatest,
        mean=mean,
        time_mean=_time_mean(rows, period, start_us, width_us, heads, of_span, held, mean),
        first=np.where(none, np.nan, rows.first[first_usable]),
        last=np.where(none, np.nan, rows.last[last_usable]),
        first_us=first_us,
        last_us=np.maximum.reduceat(rows.last_us, heads),
        min_us=np.where(none, first_us, rows.min_us[_first_row(rows.min == least[of_span], heads)]),
        max_us=np.where(none, first_us, rows.max_us[_first_row(rows.max == greatest[of_span], heads)]),
    )


def join(parts: list[Buckets]) -> Buckets:
    """Spans of equal width, one after another; at least one part."""

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])

    columns = {field.name: column(field.name) for field in fields(Buckets)[2:]}
    return Buckets(parts[0].width_us, parts[0].resolution_us, **columns)


def _time_mean(
    rows: Stretches,
    period: Period,
    start_us: I64,
    width_us: int,
    heads: NDArray[np.intp],
    of_span: NDArray[np.intp],
    held: float,
    mean: F64,
) -> F64:
    """The integral over what is known; where nothing lasts (one point at the very end), the plain mean."""
    end_us = np.minimum(start_us + width_us, period.end_us)
    next_us = np.append(rows.first_us[1:], period.end_us)
    after_us = np.where(rows.holds, np.minimum(next_us, end_us[of_span]) - rows.last_us, 0)
    value = np.where(rows.holds, rows.last, 0.0)
    integral = np.add.reduceat(rows.integral + value * after_us, heads)
    known_us = np.add.reduceat(rows.known_us + after_us, heads)
    # What held when the span began goes on to its first point.
    before = np.where(heads > 0, np.where(rows.holds, rows.last, np.nan)[heads - 1], held)
    before_us = np.where(np.isnan(before), 0, rows.first_us[heads] - start_us)
    integral += np.where(np.isnan(before), 0.0, before) * before_us
    known_us += before_us
    return np.where(known_us > 0, integral / np.maximum(known_us, 1), mean)


def _first_row(fits: NDArray[np.bool_], heads: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each span its first row that fits; any row where none does."""
    rows = np.where(fits, np.arange(len(fits)), len(fits))
    found: NDArray[np.intp] = np.minimum.reduceat(rows, heads)
    return np.minimum(found, len(fits) - 1)


def _nothing(width_us: int, resolution_us: int) -> Buckets:
    integers, floats = np.zeros(0, np.int64), np.zeros(0)
    return Buckets(
        width_us,
        resolution_us,
        *(integers,) * 4,
        *(floats,) * 6,
        *(integers,) * 4,
    )
