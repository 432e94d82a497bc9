"""How long each kind of row is kept, and which whole months are past that.

A month of a table is a partition: dropping it is a rename, however many rows it holds. So rows are kept a little longer
than asked, until all of their month may go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
import pyarrow as pa

from millmark.history.cluster import Cluster
from millmark.history.rollup_reader import RollupReader
from millmark.history.rollup_rows import Resolution
from millmark.history.rollups import Rollups
from millmark.history.store import Connection, Store
from millmark.history.time_span import EARLIEST_US
from millmark.model import Period, utc_us
from millmark.model.batch import TIME_TYPE
from millmark.model.period import HOUR_US

DAY_US = 24 * HOUR_US
_MONTHS_A_YEAR = 12

_MONTHS = "SELECT DISTINCT toUInt32(_partition_id) AS month FROM millmark.{table} ORDER BY month"
# Every day of a series is stored, or about to be: its newest days wait in memory, and are not of an expired month.
_SERIES = """
SELECT DISTINCT series FROM millmark.rollup_day
WHERE start >= fromUnixTimestamp64Micro({start:Int64}, 'UTC') AND start <= fromUnixTimestamp64Micro({last:Int64}, 'UTC')
ORDER BY series
"""
_SERIES_AT_ONCE = 500
_BOUNDS = "SELECT kind, max(kept_from_us) AS kept_from_us FROM millmark.retention_bounds GROUP BY kind"


class Kind(StrEnum):
    """What is kept for a time of its own. Contradictions are kept as long as numbers or texts, whichever is longer."""

    RAW = "raw"
    TEXT = "text"
    CONFLICTS = "conflicts"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    QUARANTINE = "quarantine"

    @property
    def table(self) -> str:
        return _TABLES[self]


_TABLES = {
    Kind.RAW: "points",
    Kind.TEXT: "text_points",
    Kind.CONFLICTS: "conflicts",
    Kind.MINUTE: "rollup_minute",
    Kind.HOUR: "rollup_hour",
    Kind.DAY: "rollup_day",
    Kind.QUARANTINE: "quarantine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days for which rows are kept, counted from their source time (quarantine: receipt); None keeps for ever."""

    raw_days: int | None = None
    text_days: int | None = None
    minute_days: int | None = None
    hour_days: int | None = None
    day_days: int | None = None
    quarantine_days: int | None = None

    def __post_init__(self) -> None:
        finer = 0
        for name in ("raw_days", "minute_days", "hour_days", "day_days"):
            days = getattr(self, name)
            if days is not None and days < finer:
                raise ValueError(f"{name} ({days}) must not be shorter than what is finer is kept ({finer} days)")
            finer = days if days is not None else _FOR_EVER

    def days(self, kind: Kind) -> int | None:
        if kind is Kind.CONFLICTS:
            both = (self.raw_days, self.text_days)
            return None if None in both else max(days for days in both if days is not None)
        days: int | None = getattr(self, f"{kind}_days")
        return days

    @property
    def keeps_everything(self) -> bool:
        return all(self.days(kind) is None for kind in Kind)


_FOR_EVER = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class ExpiredMonth:
    """A month of one kind of row, UTC, of which nothing needs to be kept any more."""

    month: int
    kind: Kind
    period: Period = field(compare=False)

    @property
    def is_evidence(self) -> bool:
        """Whether seals and claims are made over such rows."""
        return self.kind in (Kind.RAW, Kind.TEXT, Kind.CONFLICTS)

    def __str__(self) -> str:
        return f"{self.kind} of {self.month // 100}-{self.month % 100:02}"


def expired(store: Store, retention: Retention, now_us: int) -> list[ExpiredMonth]:
    """Whole months past their time that still hold rows, the oldest first."""
    return sorted(_expired(store, retention, now_us))


def _expired(store: Store, retention: Retention, now_us: int) -> Iterator[ExpiredMonth]:
    for kind in Kind:
        days = retention.days(kind)
        if days is None:
            continue
        for row in store.query(_MONTHS.format(table=kind.table)).to_pylist():
            period = month_period(row["month"])
            if period.end_us <= now_us - days * DAY_US:
                yield ExpiredMonth(row["month"], kind, period)


def month_period(month: int) -> Period:
    """The month of a partition's number, such as 202603, from its first UTC midnight to the next month's."""
    year, of_year = divmod(month, 100)
    after = (year + 1, 1) if of_year == _MONTHS_A_YEAR else (year, of_year + 1)
    return Period(utc_us(datetime(year, of_year, 1, tzinfo=UTC)), utc_us(datetime(*after, 1, tzinfo=UTC)))


def kept_from_us(store: Store | Connection) -> dict[Kind, int]:
    """From when on each kind is kept; before anything was dropped, from the earliest time a store can hold."""
    decided = {Kind(row["kind"]): int(row["kept_from_us"]) for row in store.query(_BOUNDS).to_pylist()}
    return {kind: decided.get(kind, EARLIEST_US) for kind in Kind}


def keep_hours(store: Store, reader: RollupReader, rollups: Rollups, month: Period) -> None:
    """Write down the hours of a month that are not stored since their few points told them: these are about to go."""
    from millmark.history.rollup_kernel import DENSE

    found = store.query(_SERIES, {"start": month.start_us, "last": month.end_us - 1})
    series = found.column("series").to_numpy().tolist()
    for first in range(0, len(series), _SERIES_AT_ONCE):
        hours = reader.rows(series[first : first + _SERIES_AT_ONCE], month, Resolution.HOUR)
        rollups.store(Resolution.HOUR, hours.take(np.flatnonzero(hours.count < DENSE)))


def drop(connection: Connection, month: ExpiredMonth, decided_us: int, cluster: str | None) -> None:
    """Note from when on rows of this kind are kept, then give up the month's."""
    connection.insert("retention_bounds", _bound(month.kind, month.period.end_us, decided_us))
    statement = f"ALTER TABLE millmark.{month.kind.table} DROP PARTITION ID '{month.month}'"
    for one in [statement] if cluster is None else Cluster(cluster).said(statement):
        connection.command(one)


def _bound(kind: Kind, kept_from: int, decided_us: int) -> pa.Table:
    return pa.table(
        {
            "kind": pa.array([str(kind)], pa.string()),
            "kept_from_us": pa.array(np.array([kept_from], np.int64)),
            "decided_time": pa.array([decided_us], pa.int64()).view(TIME_TYPE),
        }
    )
