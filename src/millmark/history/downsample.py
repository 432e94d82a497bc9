"""A long period on a narrow screen: from the points where they are few, from rollups where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from millmark.history.fold import Buckets, fold, join
from millmark.history.summary import NOTHING, Stretches, points_as_stretches
from millmark.history.time_span import EARLIEST_US, LATEST_US, within
from millmark.history.trace import Trace
from millmark.model import Period
from millmark.model.period import HOUR_US

MINUTE_US = 60_000_000
DAY_US = 24 * HOUR_US

_STORABLE = Period(EARLIEST_US, LATEST_US)
_RESOLUTIONS = (DAY_US, HOUR_US, MINUTE_US)

# So many points are read and folded in about 20 ms; more are left to the rollups.
FEW_POINTS = 250_000
# A rollup serves spans of at least this many of its rows, so that snapping the edges changes little.
_LEAST_ROWS = 2


class RollupReader(Protocol):
    """Reads the rollup rows of a series, exact at once: late and still open stretches are in them."""

    def ahead(self, series: int, period: Period, resolution_us: int) -> Callable[[int], Stretches]:
        """Begins to read rows that begin in the period; `resolution_us` is a minute's, an hour's or a day's.

        What is returned takes how many points lie in the period and gives the rows, in order.
        """
        ...

    def stretches(self, series: int, period: Period, resolution_us: int) -> Stretches:
        """The rows, in order, without those of few points that are not stored."""
        ...


def downsample(
    trace: Trace,
    rollups: RollupReader,
    series: int,
    period: Period,
    buckets: int,
    *,
    points_from_us: int = EARLIEST_US,
) -> Buckets:
    """At most `buckets` equal spans of a period, from its start on.

    Of points their width is a whole number of microseconds. Of a rollup it is a whole number of its rows, and the first
    span begins where the row begins that holds the period's start; `Buckets.resolution_us` tells.

    Before `points_from_us` points are no longer kept: a period that begins there is told by the finest rollup that
    accounts for all of them.
    """
    if buckets < 1:
        raise ValueError(f"a period is cut into at least one bucket, not {buckets}")
    width_us = -(-period.duration_us // buckets)
    resolution_us = _resolution_us(width_us)
    if period.intersection(_STORABLE) is None:
        return fold(NOTHING, period, width_us)
    if max(period.start_us, EARLIEST_US) < points_from_us:
        return _without_points(rollups, series, period, width_us)
    if resolution_us is None:
        points = trace.count(series, period)
    else:
        snapped = _snapped(period, resolution_us)
        # Reading rows takes the longest. Where points are so few that none is wanted, hardly any row is stored.
        rows_of = rollups.ahead(series, snapped, resolution_us)
        points = trace.count(series, snapped)
        if points > FEW_POINTS:
            held = trace.held_at(series, snapped.start_us)
            rows = rows_of(points)
            width_us = -(-width_us // resolution_us) * resolution_us
            return fold(rows, snapped, width_us, resolution_us=resolution_us, held=held)
    at_once = max(1, buckets * FEW_POINTS // max(points, 1)) * width_us
    return join([fold(NOTHING, period, width_us), *_of_points(trace, series, period, width_us, at_once)])


def _without_points(rollups: RollupReader, series: int, period: Period, width_us: int) -> Buckets:
    """Hours of few points are stored when these go, minutes are not; a day's row knows how many there were."""
    days = _snapped(period, DAY_US)
    all_points = int(rollups.stretches(series, days, DAY_US).count.sum())
    wanted_us = _resolution_us(width_us) or MINUTE_US
    for resolution_us in (one for one in _RESOLUTIONS[::-1] if one >= wanted_us):
        rows = rollups.stretches(series, days, resolution_us)
        if int(rows.count.sum()) >= all_points:
            break
    snapped = _snapped(period, resolution_us)
    inside = np.flatnonzero((rows.first_us >= snapped.start_us) & (rows.first_us < snapped.end_us))
    width_us = -(-width_us // resolution_us) * resolution_us
    return fold(rows.take(inside), snapped, width_us, resolution_us=resolution_us)


def _snapped(period: Period, resolution_us: int) -> Period:
    """The whole rows of a rollup that hold a period."""
    start_us = max(period.start_us, EARLIEST_US) // resolution_us * resolution_us
    return Period(start_us, -(-min(period.end_us, LATEST_US) // resolution_us) * resolution_us)


def _of_points(trace: Trace, series: int, period: Period, width_us: int, at_once_us: int) -> Iterator[Buckets]:
    """A whole number of spans at a time, so that memory stays bounded however dense the points are."""
    held = trace.held_at(series, period.start_us)
    # A period of all time has no points before 1900; counting spans from there on would be counting for nothing.
    skipped = max(0, within(period.start_us) - period.start_us) // at_once_us * at_once_us
    for start_us in range(period.start_us + skipped, within(period.end_us), at_once_us):
        piece = Period(start_us, min(start_us + at_once_us, period.end_us))
        rows = points_as_stretches(*trace.points(series, piece))
        yield fold(rows, piece, width_us, held=held)
        if len(rows):
            held = float(rows.last[-1])


def _resolution_us(width_us: int) -> int | None:
    """The coarsest rollup of which spans of this width hold some rows; None when they are too narrow for any."""
    return next((one for one in _RESOLUTIONS if width_us >= _LEAST_ROWS * one), None)
