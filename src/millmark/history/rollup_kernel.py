"""Folding points into buckets and buckets into coarser ones: the arithmetic of rollups, on columns.

A bucket is a row of eight integers and a row of six floats. Buckets of one series that follow each other are put
together by `_append`, which is associative up to the rounding of sums, and has the empty bucket as its neutral element:
an ordered monoid. Everything is folded from left to right, points into minutes, minutes into hours, hours into days, so
that equal points give equal bits however they came.
"""

from __future__ import annotations

import numpy as np

from millmark.model.batch import F64, I32, I64, U8, U32
from millmark.model.compiled import compiled

INTEGERS, FLOATS = 8, 6
START, COUNT, GOOD, USABLE, FIRST_US, LAST_US, KNOWN_US, HOLDS = range(INTEGERS)
SUM, MIN, MAX, FIRST, LAST, INTEGRAL = range(FLOATS)

MINUTE_US, HOUR_US, DAY_US = 60_000_000, 3_600_000_000, 86_400_000_000
MINUTES, HOURS, DAYS = range(3)

DENSE = 16
"""Minutes and hours of fewer points are not stored: their points take less room, and are read as quickly."""

_UNCERTAIN = 1


@compiled
def _begin(integers: I64, floats: F64, start: int, time: int, value: float, quality: int) -> None:
    """The bucket of a single point."""
    usable = quality <= _UNCERTAIN and np.isfinite(value)
    integers[START] = start
    integers[COUNT] = 1
    integers[GOOD] = 1 if quality == 0 else 0
    integers[USABLE] = 1 if usable else 0
    integers[FIRST_US] = time
    integers[LAST_US] = time
    integers[KNOWN_US] = 0
    integers[HOLDS] = 1 if usable else 0
    floats[:] = value if usable else np.nan
    floats[SUM] = value if usable else 0.0
    floats[INTEGRAL] = 0.0


@compiled
def _add(integers: I64, floats: F64, time: int, value: float, quality: int) -> None:
    """A later point joins a bucket."""
    if integers[HOLDS]:
        held_us = time - integers[LAST_US]
        integers[KNOWN_US] += held_us
        floats[INTEGRAL] += floats[LAST] * held_us
    integers[COUNT] += 1
    integers[LAST_US] = time
    if quality == 0:
        integers[GOOD] += 1
    if quality <= _UNCERTAIN and np.isfinite(value):
        if integers[USABLE] == 0:
            floats[MIN] = value
            floats[MAX] = value
            floats[FIRST] = value
        elif value < floats[MIN]:
            floats[MIN] = value
        elif value > floats[MAX]:
            floats[MAX] = value
        floats[SUM] += value
        floats[LAST] = value
        integers[USABLE] += 1
        integers[HOLDS] = 1
    else:
        integers[HOLDS] = 0


@compiled
def _append(integers: I64, floats: F64, start: int, later: I64, later_floats: F64) -> None:
    """A bucket, empty or not, goes on with what followed it; `start` is the bucket's own."""
    if later[COUNT] == 0:
        return
    if integers[COUNT] == 0:
        integers[:] = later
        floats[:] = later_floats
        integers[START] = start
        return
    if integers[HOLDS]:
        held_us = later[FIRST_US] - integers[LAST_US]
        integers[KNOWN_US] += held_us
        floats[INTEGRAL] += floats[LAST] * held_us
    integers[KNOWN_US] += later[KNOWN_US]
    floats[INTEGRAL] += later_floats[INTEGRAL]
    integers[COUNT] += later[COUNT]
    integers[GOOD] += later[GOOD]
    integers[LAST_US] = later[LAST_US]
    integers[HOLDS] = later[HOLDS]
    if later[USABLE]:
        if integers[USABLE] == 0:
            floats[MIN] = later_floats[MIN]
            floats[MAX] = later_floats[MAX]
            floats[FIRST] = later_floats[FIRST]
        else:
            floats[MIN] = min(floats[MIN], later_floats[MIN])
            floats[MAX] = max(floats[MAX], later_floats[MAX])
        floats[SUM] += later_floats[SUM]
        floats[LAST] = later_floats[LAST]
        integers[USABLE] += later[USABLE]


@compiled
def _emit(
    at: int,
    level: int,
    slot: int,
    integers: I64,
    floats: F64,
    out_level: U8,
    out_slot: I32,
    out_integers: I64,
    out_floats: F64,
) -> int:
    """Hand a closed bucket over when it is one to store. Returns where the next one goes."""
    if integers[COUNT] < DENSE and level != DAYS:
        return at
    out_level[at] = level
    out_slot[at] = slot
    out_integers[at] = integers
    out_floats[at] = floats
    return at + 1


@compiled
def fold(
    slots: I32,
    time: I64,
    value: F64,
    quality: U8,
    row: int,
    integers: I64,
    floats: F64,
    touched: U8,
    out_level: U8,
    out_slot: I32,
    out_integers: I64,
    out_floats: F64,
    late_slot: I32,
    late_hour: I64,
) -> tuple[int, int, int]:
    """Fold rows in order of (series, time) into the open buckets of their series.

    `integers` and `floats` are indexed (slot, level, field): the open minute, the closed minutes of its hour, the
    closed hours of its day. Closed buckets worth storing go to `out_…`, the hours of late rows to `late_…`. Starts at
    `row` and stops early when either is full. Returns (next row, closed buckets, late hours).
    """
    closed, late = 0, 0
    rows = len(slots)
    while row < rows:
        slot = slots[row]
        moment = time[row]
        minute, hour, day = integers[slot, MINUTES], integers[slot, HOURS], integers[slot, DAYS]
        minute_floats = floats[slot, MINUTES]
        touched[slot] = 1
        if minute[COUNT] == 0:
            start = moment // MINUTE_US * MINUTE_US
            _begin(minute, minute_floats, start, moment, value[row], quality[row])
        elif moment <= minute[LAST_US]:
            hour_start = moment // HOUR_US * HOUR_US
            if late == 0 or late_slot[late - 1] != slot or late_hour[late - 1] != hour_start:
                if late == len(late_slot):
                    return row, closed, late
                late_slot[late] = slot
                late_hour[late] = hour_start
                late += 1
            row += 1
            continue
        elif moment >= minute[START] + MINUTE_US:
            if closed + 3 > len(out_level):
                return row, closed, late
            start = moment // MINUTE_US * MINUTE_US
            hour_start = minute[START] // HOUR_US * HOUR_US
            day_start = hour_start // DAY_US * DAY_US
            closed = _emit(closed, MINUTES, slot, minute, minute_floats, out_level, out_slot, out_integers, out_floats)
            _append(hour, floats[slot, HOURS], hour_start, minute, minute_floats)
            if start >= hour_start + HOUR_US:
                closed = _emit(
                    closed, HOURS, slot, hour, floats[slot, HOURS], out_level, out_slot, out_integers, out_floats
                )
                _append(day, floats[slot, DAYS], day_start, hour, floats[slot, HOURS])
                hour[COUNT] = 0
                if start >= day_start + DAY_US:
                    closed = _emit(
                        closed, DAYS, slot, day, floats[slot, DAYS], out_level, out_slot, out_integers, out_floats
                    )
                    day[COUNT] = 0
            _begin(minute, minute_floats, start, moment, value[row], quality[row])
        else:
            _add(minute, minute_floats, moment, value[row], quality[row])
        row = _add_run(slots, time, value, quality, row + 1, slot, minute, minute_floats)
    return row, closed, late


@compiled
def _add_run(slots: I32, time: I64, value: F64, quality: U8, row: int, slot: int, integers: I64, floats: F64) -> int:
    """`_add` for the rows that follow while they belong to the same minute, held in registers. Returns the next row."""
    end = integers[START] + MINUTE_US
    last_us, known_us, holds = integers[LAST_US], integers[KNOWN_US], integers[HOLDS]
    count, good, usable = integers[COUNT], integers[GOOD], integers[USABLE]
    total, least, greatest = floats[SUM], floats[MIN], floats[MAX]
    first, last, integral = floats[FIRST], floats[LAST], floats[INTEGRAL]
    while row < len(slots) and slots[row] == slot and last_us < time[row] < end:
        moment, number = time[row], value[row]
        if holds:
            held_us = moment - last_us
            known_us += held_us
            integral += last * held_us
        count += 1
        last_us = moment
        if quality[row] == 0:
            good += 1
        if quality[row] <= _UNCERTAIN and np.isfinite(number):
            if usable == 0:
                least, greatest, first = number, number, number
            elif number < least:
                least = number
            elif number > greatest:
                greatest = number
            total += number
            last = number
            usable += 1
            holds = 1
        else:
            holds = 0
        row += 1
    integers[LAST_US], integers[KNOWN_US], integers[HOLDS] = last_us, known_us, holds
    integers[COUNT], integers[GOOD], integers[USABLE] = count, good, usable
    floats[SUM], floats[MIN], floats[MAX] = total, least, greatest
    floats[FIRST], floats[LAST], floats[INTEGRAL] = first, last, integral
    return row


@compiled
def count_buckets(series: U32, time: I64, width_us: int) -> int:
    """How many buckets rows in order of (series, time) fall into."""
    buckets = 0
    for row in range(len(series)):
        if row == 0 or series[row] != series[row - 1] or time[row] // width_us != time[row - 1] // width_us:
            buckets += 1
    return buckets


@compiled
def fold_points(
    series: U32, time: I64, value: F64, quality: U8, width_us: int, out_series: U32, integers: I64, floats: F64
) -> None:
    """Points in order of (series, time) into buckets, as many as `count_buckets` tells."""
    at = -1
    for row in range(len(series)):
        start = time[row] // width_us * width_us
        if at < 0 or out_series[at] != series[row] or integers[at, START] != start:
            at += 1
            out_series[at] = series[row]
            _begin(integers[at], floats[at], start, time[row], value[row], quality[row])
        else:
            _add(integers[at], floats[at], time[row], value[row], quality[row])


@compiled
def fold_buckets(
    series: U32, integers: I64, floats: F64, width_us: int, out_series: U32, out_integers: I64, out_floats: F64
) -> None:
    """Buckets in order of (series, start) into coarser ones, as many as `count_buckets` tells of their starts."""
    at = -1
    for row in range(len(series)):
        start = integers[row, START] // width_us * width_us
        if at < 0 or out_series[at] != series[row] or out_integers[at, START] != start:
            at += 1
            out_series[at] = series[row]
            out_integers[at] = 0
            out_floats[at] = 0.0
        _append(out_integers[at], out_floats[at], start, integers[row], floats[row])


@compiled
def open_buckets(slots: I32, integers: I64, floats: F64, level: int, out_integers: I64, out_floats: F64) -> None:
    """The open bucket of a level as it is now, one for each slot: what is closed of it, and the finer open ones."""
    width_us = MINUTE_US if level == MINUTES else HOUR_US if level == HOURS else DAY_US
    for at in range(len(slots)):
        slot = slots[at]
        start = integers[slot, MINUTES, START] // width_us * width_us
        out_integers[at] = 0
        out_floats[at] = 0.0
        if level == DAYS:
            _append(out_integers[at], out_floats[at], start, integers[slot, DAYS], floats[slot, DAYS])
        if level == MINUTES:
            _append(out_integers[at], out_floats[at], start, integers[slot, MINUTES], floats[slot, MINUTES])
        else:
            # The open hour comes first: a day is a fold of hours, not of an hour and then a minute.
            hour, hour_floats = integers[slot, HOURS].copy(), floats[slot, HOURS].copy()
            hour_start = integers[slot, MINUTES, START] // HOUR_US * HOUR_US
            _append(hour, hour_floats, hour_start, integers[slot, MINUTES], floats[slot, MINUTES])
            _append(out_integers[at], out_floats[at], start, hour, hour_floats)
