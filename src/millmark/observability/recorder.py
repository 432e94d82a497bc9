"""What the door did over the last hour and the last day: rates, lags and latencies, of all and of each gateway."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from millmark.intake import GatewayCounters, IntakeStats
from millmark.model.period import SECOND_US
from millmark.observability.ring import Ring, Rows

FINE_STEP_S: Final = 5
FINE_ROWS: Final = 720
COARSE_ROWS: Final = 1_440
FINE_PER_COARSE: Final = 12
GATEWAYS_RECORDED: Final = 256
"""Each takes about 60 kB; of more, those that were heard last are recorded."""

ACTIVE_WITHIN_US: Final = 5 * 60 * SECOND_US
"""A gateway that was silent for longer does not count into the platform's lag: it is off, not late."""

PLATFORM_COLUMNS: Final = (
    "points_per_s",
    "duplicates_per_s",
    "quarantined_per_s",
    "bytes_per_s",
    "packets_per_s",
    "blocks_per_s",
    "latency_p50_s",
    "latency_p99_s",
    "lag_s",
    "pending_points",
    "oldest_pending_s",
    "connections",
    "memory_bytes",
    "rollup_lag_s",
)
GATEWAY_COLUMNS: Final = ("points_per_s", "quarantined_per_s", "bytes_per_s", "lag_s", "latency_s")

Reducer = Callable[[NDArray[np.float64]], float]
_WORST: Final = {
    "latency_p99_s",
    "latency_s",
    "lag_s",
    "pending_points",
    "oldest_pending_s",
    "memory_bytes",
    "rollup_lag_s",
}


class Span(StrEnum):
    """How far back: an hour in steps of 5 s, or a day in steps of a minute."""

    HOUR = "hour"
    DAY = "day"

    @property
    def step_s(self) -> int:
        return FINE_STEP_S if self is Span.HOUR else FINE_STEP_S * FINE_PER_COARSE


@dataclass(frozen=True, slots=True)
class GatewayActivity:
    """How a gateway fares now. Rates and latency are over the last step of the recording, `lag_us` is from the newest
    time it gave to a reading until now; None where nothing is known yet."""

    gateway: str
    points_per_s: float = 0.0
    quarantined_per_s: float = 0.0
    bytes_per_s: float = 0.0
    lag_us: int | None = None
    latency_us: int | None = None
    points: int = 0
    quarantined: int = 0
    bytes_in: int = 0
    packets_in: int = 0
    connections: int = 0
    last_heard_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """A gateway's counts at the last step."""

    points: int
    quarantined: int
    bytes_in: int


class _Rings:
    """The same rows twice: every step for an hour, and one a minute for a day."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._fine = Ring(names, FINE_ROWS)
        self._coarse = Ring(names, COARSE_ROWS)

    def add(self, time_us: int, values: Mapping[str, float], *, ends_minute: bool) -> None:
        self._fine.add(time_us, values)
        if ends_minute:
            minute = self._fine.rows(FINE_PER_COARSE)
            self._coarse.add(time_us, {name: _reduced(name, minute.columns[name]) for name in self._names})

    def rows(self, span: Span) -> Rows:
        return (self._fine if span is Span.HOUR else self._coarse).rows()


class IntakeRecorder:
    """Takes the door's counts every few seconds and keeps what happened in between. No clock and no thread of its own.

    `record` and the questions are called from one event loop.
    """

    def __init__(self) -> None:
        self._platform = _Rings(PLATFORM_COLUMNS)
        self._gateways: dict[str, _Rings] = {}
        self._activity: dict[str, GatewayActivity] = {}
        self._before: dict[str, _Before] = {}
        self._last: tuple[int, IntakeStats] | None = None
        self._steps = 0

    def record(
        self,
        now_us: int,
        stats: IntakeStats,
        gateways: Mapping[str, GatewayCounters],
        *,
        memory_bytes: int,
        rollup_lag_s: float = 0.0,
    ) -> None:
        """One step: what was counted since the last call becomes a row. The first call only begins."""
        last, self._last = self._last, (now_us, stats)
        # A clock that was set back makes no step; the next one counts from the new time.
        elapsed_s = 0.0 if last is None else (now_us - last[0]) / SECOND_US
        self._steps += elapsed_s > 0
        self._look_at_gateways(now_us, elapsed_s, gateways)
        if last is None or elapsed_s <= 0:
            return
        row = _platform_row(last[1], stats, elapsed_s)
        row["lag_s"] = self._lag_s(now_us)
        row["memory_bytes"] = memory_bytes
        row["rollup_lag_s"] = rollup_lag_s
        self._platform.add(now_us, row, ends_minute=self._ends_minute)

    def platform(self, span: Span) -> Rows:
        """Rows of `PLATFORM_COLUMNS`."""
        return self._platform.rows(span)

    def gateway(self, name: str, span: Span) -> Rows:
        """Rows of `GATEWAY_COLUMNS`; none for a gateway that was not heard, or not lately."""
        found = self._gateways.get(name)
        return Ring(GATEWAY_COLUMNS, 1).rows() if found is None else found.rows(span)

    def is_recorded(self, gateway: str) -> bool:
        return gateway in self._gateways

    def activity(self) -> Mapping[str, GatewayActivity]:
        """How each gateway that was heard since the start fares, as of the last step."""
        return self._activity

    @property
    def _ends_minute(self) -> bool:
        """All minutes end at the same steps, whenever a gateway was first heard, so that their rows can be added."""
        return self._steps % FINE_PER_COARSE == 0

    def _look_at_gateways(self, now_us: int, elapsed_s: float, gateways: Mapping[str, GatewayCounters]) -> None:
        for name, counters in list(gateways.items()):
            found = self._activity_of(name, counters, now_us, elapsed_s)
            self._activity[name] = found
            self._before[name] = _Before(counters.points, counters.quarantined, counters.bytes_in)
            if elapsed_s > 0 and (rings := self._rings_of(name)) is not None:
                rings.add(now_us, _gateway_row(found), ends_minute=self._ends_minute)

    def _activity_of(self, name: str, now: GatewayCounters, now_us: int, elapsed_s: float) -> GatewayActivity:
        before = self._before.get(name, _Before(0, 0, 0))
        longest_us = now.take_longest_us()
        return GatewayActivity(
            gateway=name,
            points_per_s=_rate(now.points - before.points, elapsed_s),
            quarantined_per_s=_rate(now.quarantined - before.quarantined, elapsed_s),
            bytes_per_s=_rate(now.bytes_in - before.bytes_in, elapsed_s),
            lag_us=None if now.newest_source_us is None else max(0, now_us - now.newest_source_us),
            latency_us=longest_us or self._last_latency_us(name),
            points=now.points,
            quarantined=now.quarantined,
            bytes_in=now.bytes_in,
            packets_in=now.packets_in,
            connections=now.connections,
            last_heard_us=now.last_heard_us,
        )

    def _last_latency_us(self, name: str) -> int | None:
        known = self._activity.get(name)
        return None if known is None else known.latency_us

    def _rings_of(self, name: str) -> _Rings | None:
        """The gateway's rings; when all are taken, those of the gateway that was silent for longest are given up."""
        if (found := self._gateways.get(name)) is not None:
            return found
        if len(self._gateways) >= GATEWAYS_RECORDED:
            quietest = min(self._gateways, key=self._heard_us)
            if self._heard_us(quietest) >= self._heard_us(name):
                return None
            del self._gateways[quietest]
        created = self._gateways[name] = _Rings(GATEWAY_COLUMNS)
        return created

    def _heard_us(self, name: str) -> int:
        known = self._activity.get(name)
        return 0 if known is None else known.last_heard_us or 0

    def _lag_s(self, now_us: int) -> float:
        lags = [
            one.lag_us / SECOND_US
            for one in self._activity.values()
            if one.lag_us is not None and now_us - (one.last_heard_us or 0) <= ACTIVE_WITHIN_US
        ]
        return max(lags, default=np.nan)


def _platform_row(before: IntakeStats, now: IntakeStats, elapsed_s: float) -> dict[str, float]:
    latency = now.commit_latency.since(before.commit_latency)
    set_aside = sum(now.quarantined.values()) - sum(before.quarantined.values())
    return {
        "points_per_s": _rate(now.points_stored - before.points_stored, elapsed_s),
        "duplicates_per_s": _rate(now.duplicates - before.duplicates, elapsed_s),
        "quarantined_per_s": _rate(set_aside, elapsed_s),
        "bytes_per_s": _rate(now.bytes_in - before.bytes_in, elapsed_s),
        "packets_per_s": _rate(now.packets_in - before.packets_in, elapsed_s),
        "blocks_per_s": _rate(now.blocks - before.blocks, elapsed_s),
        "latency_p50_s": _seconds(latency.quantile(0.5)),
        "latency_p99_s": _seconds(latency.quantile(0.99)),
        "pending_points": now.pending_points,
        "oldest_pending_s": now.oldest_pending_us / SECOND_US,
        "connections": now.connections,
    }


def _gateway_row(activity: GatewayActivity) -> dict[str, float]:
    return {
        "points_per_s": activity.points_per_s,
        "quarantined_per_s": activity.quarantined_per_s,
        "bytes_per_s": activity.bytes_per_s,
        "lag_s": _seconds(activity.lag_us),
        # A latency belongs to the steps in which something was acknowledged.
        "latency_s": _seconds(activity.latency_us) if activity.points_per_s > 0 else np.nan,
    }


def _rate(added: int, elapsed_s: float) -> float:
    return added / elapsed_s if elapsed_s > 0 else 0.0


def _seconds(us: float | None) -> float:
    return np.nan if us is None else us / SECOND_US


def _reduced(name: str, values: NDArray[np.float64]) -> float:
    """A minute's value: the worst of what hurts when it is high, the mean of everything else."""
    with warnings.catch_warnings():
        # A minute in which nothing was known is NaN, and NumPy warns about that.
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(np.nanmax(values) if name in _WORST else np.nanmean(values))
