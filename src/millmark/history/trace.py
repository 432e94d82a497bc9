"""The plain line of one numeric series: times, values and qualities, without what else is known of a point."""

from __future__ import annotations

import numpy as np

from millmark.history.store import Parameter, Store
from millmark.history.summary import usable
from millmark.history.time_span import within
from millmark.model import Period
from millmark.model.batch import F64, I64, U8

_WHERE = """
WHERE series = {series:UInt32}
  AND source_time >= fromUnixTimestamp64Micro({start:Int64}, 'UTC')
  AND source_time <= fromUnixTimestamp64Micro({last:Int64}, 'UTC')
"""
_COUNT = f"SELECT count() AS points FROM millmark.points {_WHERE}"  # noqa: S608 - values are bound
_POINTS = f"""
SELECT toUnixTimestamp64Micro(source_time) AS time_us, value, quality FROM millmark.points {_WHERE}
ORDER BY series, source_time
"""  # noqa: S608 - values are bound
# Read backwards along the sorting key, the engine ends at the first row however far back it lies.
_BEFORE = """
SELECT value, quality FROM millmark.points
WHERE series = {series:UInt32} AND source_time < fromUnixTimestamp64Micro({before:Int64}, 'UTC')
ORDER BY series DESC, source_time DESC LIMIT 1
"""


class Trace:
    """Reads lines of points on whichever connection of the store is free."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, series: int, period: Period) -> int:
        """How many points lie in a period; answered from the index."""
        return int(self._store.query(_COUNT, _span(series, period)).column("points")[0].as_py())

    def points(self, series: int, period: Period) -> tuple[I64, F64, U8]:
        """Source times in microseconds, values and qualities, in order of time."""
        rows = self._store.query(_POINTS, _span(series, period))
        return (
            rows.column("time_us").to_numpy().astype(np.int64),
            rows.column("value").to_numpy().astype(np.float64),
            rows.column("quality").to_numpy().astype(np.uint8),
        )

    def held_at(self, series: int, time_us: int) -> float:
        """The value of the last point before a moment; NaN when that point is not usable, or there is none."""
        rows = self._store.query(_BEFORE, {"series": int(series), "before": within(time_us)})
        holds = usable(rows.column("value").to_numpy(), rows.column("quality").to_numpy())
        return float(rows.column("value")[0].as_py()) if holds.any() else float("nan")


def _span(series: int, period: Period) -> dict[str, Parameter]:
    return {"series": int(series), "start": within(period.start_us), "last": within(period.end_us - 1)}
