"""A long period on a narrow screen: statistics over equal spans, computed where the points are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from millmark.history.store import Store
from millmark.history.time_span import within
from millmark.model import Period, Quality
from millmark.model.batch import F64, I64

_SQL = f"""
WITH isFinite(value) AND quality <= {Quality.UNCERTAIN.value} AS usable,
     intDiv(toUnixTimestamp64Micro(source_time) - {{start:Int64}}, {{width:Int64}}) AS bucket
SELECT {{start:Int64}} + bucket * {{width:Int64}} AS start_us,
       count() AS count,
       minOrNullIf(value, usable) AS min,
       maxOrNullIf(value, usable) AS max,
       avgOrNullIf(value, usable) AS mean,
       argMinOrNullIf(value, source_time, usable) AS first,
       argMaxOrNullIf(value, source_time, usable) AS last,
       countIf(quality = {Quality.GOOD.value}) AS good_count
FROM millmark.points
WHERE series = {{series:UInt32}}
  AND source_time >= fromUnixTimestamp64Micro({{first:Int64}}, 'UTC')
  AND source_time <= fromUnixTimestamp64Micro({{last:Int64}}, 'UTC')
GROUP BY bucket
ORDER BY bucket
"""  # noqa: S608 - only constants are formatted in, values are bound


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Statistics of one series over spans of `width_us`, ascending by start; spans without a point are left out.

    `count` is of all points of the span and `good_count` of those of good quality. The statistics are over finite
    values of good or uncertain quality, and NaN where a span has none of them.
    """

    width_us: int
    start_us: I64
    count: I64
    min: F64
    max: F64
    mean: F64
    first: F64
    last: F64
    good_count: I64

    def __len__(self) -> int:
        return len(self.start_us)


def downsample(store: Store, series: int, period: Period, buckets: int) -> Buckets:
    """At most `buckets` spans of equal width (a whole number of microseconds), the first at the period's start."""
    if buckets < 1:
        raise ValueError(f"a period is cut into at least one bucket, not {buckets}")
    width = -(-period.duration_us // buckets)
    answer = store.query(
        _SQL,
        {
            "series": int(series),
            "start": period.start_us,
            "width": width,
            "first": within(period.start_us),
            "last": within(period.end_us - 1),
        },
    )
    return Buckets(
        width_us=width,
        start_us=_integers(answer, "start_us"),
        count=_integers(answer, "count"),
        min=_floats(answer, "min"),
        max=_floats(answer, "max"),
        mean=_floats(answer, "mean"),
        first=_floats(answer, "first"),
        last=_floats(answer, "last"),
        good_count=_integers(answer, "good_count"),
    )


def _integers(table: pa.Table, name: str) -> I64:
    return table.column(name).to_numpy().astype(np.int64)


def _floats(table: pa.Table, name: str) -> F64:
    # Arrow turns a null into NaN on the way to NumPy, which is what "no such value" is here.
    return table.column(name).to_numpy().astype(np.float64)
