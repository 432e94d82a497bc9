"""The questions a history answers, each one SELECT over the sorting key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

import pyarrow as pa

from millmark.history.lookup import NUMBER_CONFLICTS, POINTS, TEXT_CONFLICTS, TEXTS, Batch, Place, stored_rows
from millmark.history.store import Parameter, Store
from millmark.history.time_span import EARLIEST_US, LATEST_US, within
from millmark.model import Period, PointBatch, TextBatch
from millmark.model.batch import I64, U32
from millmark.model.period import HOUR_US

_SINCE = "source_time >= fromUnixTimestamp64Micro({start:Int64}, 'UTC')"
_UNTIL = "source_time <= fromUnixTimestamp64Micro({last:Int64}, 'UTC')"
_KNOWN = "received_time <= fromUnixTimestamp64Micro({known_at:Int64}, 'UTC')"
_OF_SERIES = "series IN {series:Array(UInt32)}"

# How far back a value before a moment is searched, step by step: most series spoke within the last hour.
_LOOK_BACK_US = (HOUR_US, 24 * HOUR_US, 31 * 24 * HOUR_US, LATEST_US - EARLIEST_US)


@dataclass(frozen=True, slots=True)
class Table(Generic[Batch]):
    """One kind of points: where they stand, where their conflicts stand, and the batch they are read into."""

    home: Place
    beside: Place
    batch: type[Batch]


NUMBERS = Table(POINTS, NUMBER_CONFLICTS, PointBatch)
WORDS = Table(TEXTS, TEXT_CONFLICTS, TextBatch)


class Reader:
    """Reads on whichever connection of the store is free."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def raw(
        self, table: Table[Batch], series: Sequence[int], period: Period, known_at_us: int | None, limit: int | None
    ) -> Batch:
        if not len(series) or limit == 0:
            return table.batch.empty()
        conditions = [_OF_SERIES, _SINCE, _UNTIL]
        parameters = _span(period) | {"series": _ids(series)} | _known(known_at_us, conditions)
        sql = _select(table.home, conditions, "ORDER BY series, source_time", limit, parameters)
        return table.batch.from_arrow(self._store.query(sql, parameters))

    def last_before(
        self, table: Table[Batch], series: U32, newest_us: I64, time_us: int, known_at_us: int | None
    ) -> Batch:
        """`newest_us`: the time of each series' newest point, number or text; the answer if it is early enough.

        A series that turned from numbers to texts, or back, is looked for in the table that it left.
        """
        is_over = newest_us < (time_us if known_at_us is None else EARLIEST_US)
        newest = self.at(table, series[is_over], newest_us[is_over])
        found = [newest.to_arrow()]
        wanted, before = set(series.tolist()) - set(newest.series.tolist()), time_us
        for step in _LOOK_BACK_US:
            start = max(time_us - step, EARLIEST_US)
            if not wanted or before <= start:
                break
            rows = self._newest_of_each(table, sorted(wanted), Period(start, before), known_at_us)
            found.append(rows.to_arrow())
            wanted -= set(rows.series.tolist())
            before = start
        return table.batch.from_arrow(pa.concat_tables(found).sort_by("series"))

    def at(self, table: Table[Batch], series: U32, source_time_us: I64) -> Batch:
        """The points of these identities that stand in a table, ordered by series."""
        if not len(series):
            return table.batch.empty()
        with self._store.reading() as connection:
            rows = stored_rows(connection, table.home, series, source_time_us)
        return table.batch.from_arrow(rows.sort_by("series"))

    def conflicts(self, table: Table[Batch], period: Period | None, limit: int) -> Batch:
        conditions = [table.beside.condition.removesuffix(" AND")]
        parameters: dict[str, Parameter] = {}
        if period is not None:
            conditions += [_SINCE, _UNTIL]
            parameters |= _span(period)
        order = "ORDER BY received_time DESC, series, source_time"
        return table.batch.from_arrow(
            self._store.query(_select(table.beside, conditions, order, limit, parameters), parameters)
        )

    def extent(self, table: Table[Batch], series: int) -> Period | None:
        """From the first to just after the last source time of a series; None when it has no point."""
        sql = (
            "SELECT count() AS points, toUnixTimestamp64Micro(min(source_time)) AS first, "  # noqa: S608 - constants only
            f"toUnixTimestamp64Micro(max(source_time)) AS last FROM millmark.{table.home.table} "
            "WHERE series = {series:UInt32}"
        )
        row = self._store.query(sql, {"series": int(series)}).to_pylist()[0]
        return Period(row["first"], row["last"] + 1) if row["points"] else None

    def count(self, table: Table[Batch]) -> int:
        answer = self._store.query(f"SELECT count() AS points FROM millmark.{table.home.table}")  # noqa: S608 - constant
        return int(answer.column("points")[0].as_py())

    def _newest_of_each(self, table: Table[Batch], series: list[int], period: Period, known_at_us: int | None) -> Batch:
        conditions: list[str] = [_OF_SERIES, _SINCE, _UNTIL]
        parameters = _span(period) | {"series": series} | _known(known_at_us, conditions)
        where = " AND ".join(conditions)
        # Sorting a month of many machines would need memory for all of it; the newest times alone need next to none.
        newest = f"SELECT series, max(source_time) FROM millmark.{table.home.table} WHERE {where} GROUP BY series"  # noqa: S608 - values are bound
        sql = _select(
            table.home, [*conditions, f"(series, source_time) IN ({newest})"], "ORDER BY series", None, parameters
        )
        return table.batch.from_arrow(self._store.query(sql, parameters))


def _select(
    place: Place, conditions: list[str], order: str, limit: int | None, parameters: dict[str, Parameter]
) -> str:
    sql = f"SELECT {place.columns} FROM millmark.{place.table} WHERE {' AND '.join(conditions)} {order}"  # noqa: S608 - values are bound
    if limit is None:
        return sql
    parameters["limit"] = limit
    return sql + " LIMIT {limit:UInt64}"


def _span(period: Period) -> dict[str, Parameter]:
    return {"start": within(period.start_us), "last": within(period.end_us - 1)}


def _known(known_at_us: int | None, conditions: list[str]) -> dict[str, Parameter]:
    if known_at_us is None:
        return {}
    conditions.append(_KNOWN)
    return {"known_at": within(known_at_us)}


def _ids(series: Sequence[int]) -> list[int]:
    return [int(one) for one in series]
