"""The history of one series."""

from __future__ import annotations

from typing import TypeAlias

from millmark.web.shapes.shape import Finite, Shape, TimeUs

Bucket: TypeAlias = tuple[
    TimeUs, int, Finite, Finite, Finite, Finite, Finite, int, Finite, TimeUs, TimeUs, TimeUs, TimeUs
]
"""start_us, count, min, max, mean, first, last, good_count, time_mean, first_us, last_us, min_us, max_us."""


class Downsampled(Shape):
    """Each bucket is [start_us, count, min, max, mean, first, last, good_count, time_mean, first_us, last_us, min_us,
    max_us]; buckets without a point are left out.

    `width_us` is a bucket's width. `resolution_us` is 0 when the points themselves were read, else the length of the
    rollup's rows they were made of: the edges lie on whole rows, and min_us and max_us are exact to one. `time_mean`
    weighs each value by how long it held. First, min, max and last with their times draw the line that all points would
    draw at this width.
    """

    series: int
    start_us: TimeUs
    end_us: TimeUs
    width_us: int
    resolution_us: int
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
