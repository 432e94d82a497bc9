"""Looking through the quarantine, and noting what became of readings that were brought again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from millmark.history import quarantine
from millmark.history.block import QuarantinedReading
from millmark.history.store import Parameter, Store
from millmark.model.batch import TIME_TYPE

_REPLAYED = "SELECT identity FROM millmark.quarantine_replays"
_ROWS = f"""
SELECT lower(hex(q.identity)) AS id, {quarantine.COLUMNS}, r.replayed_us AS replayed_us, r.outcome AS outcome
FROM millmark.quarantine AS q
LEFT JOIN
(
    SELECT
        identity,
        toUnixTimestamp64Micro(max(replayed_time)) AS replayed_us,
        argMax(outcome, replayed_time) AS outcome
    FROM millmark.quarantine_replays GROUP BY identity
) AS r ON q.identity = r.identity
"""  # noqa: S608 - constants only


class ReplayOutcome(StrEnum):
    """What became of a reading that was brought again."""

    STORED = "stored"
    SET_ASIDE_AGAIN = "set_aside_again"
    """For another reason than before; it stands in the quarantine a second time, under that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineFilter:
    """Which readings are meant; what is None or empty does not narrow.

    `waiting` ones were not brought again yet. `ids` are those of `SetAside`.
    """

    reason: str | None = None
    gateways: Sequence[str] | None = None
    asset: str | None = None
    metric: str | None = None
    received_from_us: int | None = None
    received_until_us: int | None = None
    waiting: bool | None = None
    replayable: bool | None = None
    ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """A reading in the quarantine under its `id`; `replayed_us` and `outcome` tell of the last time it was replayed."""

    id: str
    reading: QuarantinedReading
    replayed_us: int | None
    outcome: ReplayOutcome | None


@dataclass(frozen=True, slots=True)
class QuarantineCount:
    """Distinct readings of a gateway set aside for a reason; `waiting` of them were not replayed yet."""

    gateway: str
    reason: str
    readings: int
    waiting: int


def find(store: Store, wanted: QuarantineFilter, limit: int) -> list[SetAside]:
    """The readings meant, the last received first."""
    where, parameters = _conditions(wanted)
    sql = f"{_ROWS} {where} ORDER BY received_time DESC, q.identity LIMIT {{limit:UInt64}}"
    rows = store.query(sql, parameters | {"limit": limit}).to_pylist()
    return [
        SetAside(
            row["id"],
            quarantine.from_row(row),
            row["replayed_us"] if row["outcome"] else None,
            ReplayOutcome(row["outcome"]) if row["outcome"] else None,
        )
        for row in rows
    ]


def counts(store: Store, wanted: QuarantineFilter) -> list[QuarantineCount]:
    """The readings meant, counted by gateway and reason."""
    where, parameters = _conditions(wanted)
    sql = (
        f"SELECT gateway, reason, count() AS readings, countIf(q.identity NOT IN ({_REPLAYED})) AS waiting "  # noqa: S608 - constants only
        f"FROM millmark.quarantine AS q {where} GROUP BY gateway, reason ORDER BY gateway, reason"
    )
    return [
        QuarantineCount(row["gateway"], row["reason"], row["readings"], row["waiting"])
        for row in store.query(sql, parameters).to_pylist()
    ]


def replay_rows(outcomes: Sequence[tuple[str, ReplayOutcome]], replayed_us: int) -> pa.Table:
    """(id, outcome) pairs as rows of `quarantine_replays`."""
    return pa.table(
        {
            "identity": pa.array([bytes.fromhex(identifier) for identifier, _ in outcomes], pa.binary(16)),
            "replayed_time": pa.array([replayed_us] * len(outcomes), pa.int64()).view(TIME_TYPE),
            "outcome": pa.array([outcome.value for _, outcome in outcomes], pa.string()),
        }
    )


def _conditions(wanted: QuarantineFilter) -> tuple[str, dict[str, Parameter]]:
    conditions: list[str] = []
    parameters: dict[str, Parameter] = {}

    def narrow(condition: str, name: str, value: Parameter | None) -> None:
        if value is not None:
            conditions.append(condition)
            parameters[name] = value

    narrow("reason = {reason:String}", "reason", wanted.reason)
    narrow("gateway IN {gateways:Array(String)}", "gateways", None if wanted.gateways is None else [*wanted.gateways])
    narrow("asset = {asset:String}", "asset", wanted.asset)
    narrow("metric = {metric:String}", "metric", wanted.metric)
    narrow("received_time >= fromUnixTimestamp64Micro({since:Int64})", "since", wanted.received_from_us)
    narrow("received_time < fromUnixTimestamp64Micro({until:Int64})", "until", wanted.received_until_us)
    narrow(
        "q.identity IN (SELECT CAST(unhex(arrayJoin({ids:Array(String)})), 'FixedString(16)'))",
        "ids",
        [*wanted.ids] or None,
    )
    if wanted.waiting is not None:
        conditions.append(f"q.identity {'NOT ' if wanted.waiting else ''}IN ({_REPLAYED})")
    if wanted.replayable is not None:
        conditions.append(f"form {'!=' if wanted.replayable else '='} ''")
    return f"WHERE {' AND '.join(conditions)}" if conditions else "", parameters
