"""Hours that late points fell into, folded again from their points, and their days from their hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.history.open_buckets import OpenBuckets
from millmark.history.rollup_points import SeriesHours, points_of_hours
from millmark.history.rollup_rows import Resolution, RollupRows, bucket_key, of_buckets, of_points
from millmark.history.rollup_tables import read_rows
from millmark.history.series_slots import SeriesSlots
from millmark.history.store import Connection
from millmark.model import Period
from millmark.model.batch import I64, U32
from millmark.model.period import HOUR_US

Waiting: TypeAlias = Callable[[U32, int, int, Resolution], RollupRows]
"""Closed buckets of some series that begin in [start, end) and are not written yet."""

_DAY_US = Resolution.DAY.width_us
_HOURS_OF_DAY = np.arange(24, dtype=np.int64) * HOUR_US


def recount(
    connection: Connection,
    known: SeriesSlots,
    open_ones: OpenBuckets,
    waiting: Waiting,
    late: SeriesHours,
    folded_us: int,
) -> tuple[RollupRows, ...]:
    """The closed buckets worth storing of the late hours and their days, by resolution; open ones are set right.

    Points received after `folded_us` are not looked at: they have not been folded into the open buckets yet.
    """
    minutes, hours = _folded(connection, late, folded_us)
    days = SeriesHours.of(late.series, late.hour_us // _DAY_US * _DAY_US)
    of_days = _hours_of_days(connection, known, open_ones, waiting, days, hours, folded_us)
    day_rows = of_buckets(of_days, Resolution.DAY)

    minute_of = open_ones.starts_us(known.known(minutes.series))
    hour_of = open_ones.starts_us(known.known(hours.series)) // HOUR_US * HOUR_US
    day_of = open_ones.starts_us(known.known(day_rows.series)) // _DAY_US * _DAY_US
    _set_right(known, open_ones, late, days, minutes, of_days)
    return (
        minutes.take(np.flatnonzero((minutes.start_us < minute_of) & _is_dense(minutes))),
        hours.take(np.flatnonzero((hours.start_us < hour_of) & _is_dense(hours))),
        day_rows.take(np.flatnonzero(day_rows.start_us < day_of)),
    )


def _folded(connection: Connection, hours: SeriesHours, folded_us: int) -> tuple[RollupRows, RollupRows]:
    """The minutes of some hours, and the hours themselves, from the points."""
    minutes = RollupRows.joined(
        [
            of_points(points.series, points.time_us, points.value, points.quality, Resolution.MINUTE)
            for points in points_of_hours(connection, hours, folded_us)
        ]
    )
    return minutes, of_buckets(minutes, Resolution.HOUR)


def _hours_of_days(
    connection: Connection,
    known: SeriesSlots,
    open_ones: OpenBuckets,
    waiting: Waiting,
    days: SeriesHours,
    counted: RollupRows,
    folded_us: int,
) -> RollupRows:
    """All closed hours of the days, in order: those just counted, those stored, and those too sparse to be stored."""
    series = np.unique(days.series)
    if not len(series):
        return RollupRows.room(0)
    first_us, end_us = int(days.hour_us.min()), int(days.hour_us.max()) + _DAY_US
    stored = RollupRows.joined(
        [
            read_rows(connection, series.tolist(), Period(first_us, end_us), Resolution.HOUR),
            waiting(series, first_us, end_us, Resolution.HOUR),
        ]
    ).newest_of_each()
    stored = stored.take(np.flatnonzero(_among(stored.series, stored.start_us // _DAY_US * _DAY_US, days)))
    have = SeriesHours.of(
        np.concatenate([stored.series, counted.series]), np.concatenate([stored.start_us, counted.start_us])
    )
    every = SeriesHours(np.repeat(days.series, 24), (days.hour_us[:, None] + _HOURS_OF_DAY).reshape(-1))
    open_hour_us = open_ones.starts_us(known.known(every.series)) // HOUR_US * HOUR_US
    sparse = every.take(~_among(every.series, every.hour_us, have) & (every.hour_us < open_hour_us))
    _, found = _folded(connection, sparse, folded_us)
    together = RollupRows.joined([stored, found, counted]).newest_of_each()
    open_hour_us = open_ones.starts_us(known.known(together.series)) // HOUR_US * HOUR_US
    return together.take(np.flatnonzero(together.start_us < open_hour_us))


def _set_right(
    known: SeriesSlots,
    open_ones: OpenBuckets,
    late: SeriesHours,
    days: SeriesHours,
    minutes: RollupRows,
    hours: RollupRows,
) -> None:
    """The open buckets whose hour or day was counted again."""
    slots = known.known(late.series)
    starts_us = open_ones.starts_us(slots)
    in_open = late.hour_us == starts_us // HOUR_US * HOUR_US
    slots = slots[in_open]
    if len(slots):
        of_minutes = known.known(minutes.series)
        is_open = minutes.start_us == open_ones.starts_us(of_minutes)
        at = np.flatnonzero(is_open)
        closed = minutes.take(
            np.flatnonzero(
                ~is_open
                & (minutes.start_us // HOUR_US == open_ones.starts_us(of_minutes) // HOUR_US)
                & (minutes.start_us < open_ones.starts_us(of_minutes))
            )
        )
        hour_rows = of_buckets(closed, Resolution.HOUR)
        open_ones.replace(of_minutes[at], Resolution.MINUTE, minutes.take(at))
        open_ones.replace(slots, Resolution.HOUR, None)
        open_ones.replace(known.known(hour_rows.series), Resolution.HOUR, hour_rows)
    slots = known.known(days.series)
    in_open = days.hour_us == open_ones.starts_us(slots) // _DAY_US * _DAY_US
    slots = slots[in_open]
    if len(slots):
        of_hours = known.known(hours.series)
        closed = hours.take(np.flatnonzero(hours.start_us // _DAY_US == open_ones.starts_us(of_hours) // _DAY_US))
        day_rows = of_buckets(closed, Resolution.DAY)
        open_ones.replace(slots, Resolution.DAY, None)
        open_ones.replace(known.known(day_rows.series), Resolution.DAY, day_rows)


def _is_dense(rows: RollupRows) -> NDArray[np.bool_]:
    from millmark.history.rollup_kernel import DENSE

    dense: NDArray[np.bool_] = rows.count >= DENSE
    return dense


def _among(series: U32, time_us: I64, wanted: SeriesHours) -> NDArray[np.bool_]:
    """Whether each (series, time) is one of the wanted."""
    among: NDArray[np.bool_] = np.isin(bucket_key(series, time_us), bucket_key(wanted.series, wanted.hour_us))
    return among
