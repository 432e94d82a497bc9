"""The history as a dictionary: what the real one must agree with."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TypeAlias

from millmark.history import Resolution, RollupRows

Bucket: TypeAlias = tuple[object, ...]
NONE = "no value"


@dataclass
class PlainPoints:
    """(series, time) -> (value, quality) of the first that came; a value is None for a text."""

    points: dict[tuple[int, int], tuple[float | None, int]] = field(default_factory=dict)

    def offer(self, series: int, time_us: int, value: float | None, quality: int) -> bool:
        """Whether it is the first for its identity."""
        key = series, time_us
        is_new = key not in self.points
        self.points.setdefault(key, (value, quality))
        return is_new

    def buckets(self, resolution: Resolution) -> dict[tuple[int, int], Bucket]:
        members: dict[tuple[int, int], list[tuple[int, float | None, int]]] = {}
        for (series, time_us), (value, quality) in sorted(self.points.items(), key=lambda item: item[0]):
            start_us = time_us - time_us % resolution.width_us
            members.setdefault((series, start_us), []).append((time_us, value, quality))
        return {key: bucket_of(rows) for key, rows in members.items()}


def bucket_of(rows: list[tuple[int, float | None, int]]) -> Bucket:
    """What the columns of a rollup say about points in order, by their definitions."""
    usable = [(time, value) for time, value, quality in rows if is_usable(value, quality)]
    values = [value for _, value in usable]
    held = [
        (value, later[0] - time)
        for (time, value, quality), later in itertools.pairwise(rows)
        if is_usable(value, quality)
    ]
    return (
        len(rows),
        sum(quality == 0 for _, _, quality in rows),
        len(values),
        rows[0][0],
        rows[-1][0],
        sum(duration for _, duration in held),
        is_usable(rows[-1][1], rows[-1][2]),
        math.fsum(values),
        *((min(values), max(values), values[0], values[-1]) if values else (NONE,) * 4),
        math.fsum(value * duration for value, duration in held),
    )


def is_usable(value: float | None, quality: int) -> bool:
    return value is not None and math.isfinite(value) and quality <= 1


def told(rows: RollupRows) -> dict[tuple[int, int], Bucket]:
    """The rows of a rollup in the terms of `PlainPoints.buckets`; each bucket once, in order."""
    keys = list(zip(rows.series.tolist(), rows.start_us.tolist(), strict=True))
    assert keys == sorted(set(keys))
    columns = (
        rows.count,
        rows.good_count,
        rows.usable_count,
        rows.first_us,
        rows.last_us,
        rows.known_us,
        rows.holds.astype(bool),
        rows.sum,
        rows.min,
        rows.max,
        rows.first,
        rows.last,
        rows.integral,
    )
    lines = zip(*(column.tolist() for column in columns), strict=True)
    return {
        key: tuple(NONE if isinstance(item, float) and math.isnan(item) else item for item in line)
        for key, line in zip(keys, lines, strict=True)
    }
