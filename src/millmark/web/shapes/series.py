"""The history of one series."""

from __future__ import annotations

from typing import TypeAlias

from millmark.web.shapes.shape import Finite, Shape, TimeUs

Bucket: TypeAlias = tuple[TimeUs, int, Finite, Finite, Finite, Finite, Finite, int]
"""start_us, count, min, max, mean, first, last, good_count."""


class Downsampled(Shape):
    """Each bucket is [start_us, count, min, max, mean, first, last, good_count]."""

    series: int
    start_us: TimeUs
    end_us: TimeUs
    buckets: list[Bucket]


class PointView(Shape):
    source_time_us: TimeUs
    received_time_us: TimeUs
    value: Finite
    text: str | None
    quality: int
    code: int


class PointList(Shape):
    """`truncated` says that more points lie in the span than the limit let through."""

    series: int
    points: list[PointView]
    truncated: bool


class Extent(Shape):
    """The source times of the first and the last point; null for a series without points."""

    series: int
    first_us: TimeUs | None
    last_us: TimeUs | None
