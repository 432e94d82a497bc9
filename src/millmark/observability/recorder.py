"""What the door did over the last hour and the last day: rates, lags and latencies, of all and of each gateway."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(slots=True)
class _Step:
    """A gateway's counts at the last step, and what came of them against the step before."""

    points: int = 0
    quarantined: int = 0
    bytes_in: int = 0
    points_per_s: float = 0.0
    quarantined_per_s: float = 0.0
    bytes_per_s: float = 0.0
    latency_us: int | None = None

    def take(self, now: GatewayCounters, per_s: float) -> None:
        """`per_s` is one over the seconds since the last step, or 0 when none have passed."""
        self.points_per_s = (now.points - self.points) * per_s
        self.quarantined_per_s = (now.quarantined - self.quarantined) * per_s
        self.bytes_per_s = (now.bytes_in - self.bytes_in) * per_s
        self.points, self.quarantined, self.bytes_in = now.points, now.quarantined, now.bytes_in
        self.latency_us = now.take_longest_us() or self.latency_us


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

    `record` is called on one event loop, the questions from any thread. A step takes some microseconds a gateway.
    """

    def __init__(self) -> None:
        self._platform = _Rings(PLATFORM_COLUMNS)
        self._rings: dict[str, _Rings] = {}
        self._steps: dict[str, _Step] = {}
        self._counters: Mapping[str, GatewayCounters] = {}
        self._last: tuple[int, IntakeStats] | None = None
        self._steps_taken = 0

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
        self._counters = gateways
        # A clock that was set back makes no step; the next one counts from the new time.
        elapsed_s = 0.0 if last is None else max(0.0, (now_us - last[0]) / SECOND_US)
        newcomers, lag_us = self._look_at_gateways(now_us, 1 / elapsed_s if elapsed_s else 0.0)
        if last is None or not elapsed_s:
            return
        self._steps_taken += 1
        self._make_room_for(newcomers, now_us)
        for name, rings in self._rings.items():
            rings.add(now_us, _gateway_row(self._activity_of(name, now_us)), ends_minute=self._ends_minute)
        row = _platform_row(last[1], stats, elapsed_s)
        row["lag_s"] = _seconds(lag_us)
        row["memory_bytes"] = memory_bytes
        row["rollup_lag_s"] = rollup_lag_s
        self._platform.add(now_us, row, ends_minute=self._ends_minute)

    def platform(self, span: Span) -> Rows:
        """Rows of `PLATFORM_COLUMNS`."""
        return self._platform.rows(span)

    def gateway(self, name: str, span: Span) -> Rows:
        """Rows of `GATEWAY_COLUMNS`; none for a gateway that was not heard, or not lately."""
        found = self._rings.get(name)
        return Ring(GATEWAY_COLUMNS, 1).rows() if found is None else found.rows(span)

    def is_recorded(self, gateway: str) -> bool:
        return gateway in self._rings

    def activity(self, gateways: Iterable[str] | None = None) -> dict[str, GatewayActivity]:
        """How some or all of the gateways fare that were heard since the start, as of the last step."""
        now_us = 0 if self._last is None else self._last[0]
        wanted = list(self._steps) if gateways is None else [name for name in gateways if name in self._steps]
        return {name: self._activity_of(name, now_us) for name in wanted}

    @property
    def _ends_minute(self) -> bool:
        """All minutes end at the same steps, whenever a gateway was first heard, so that their rows can be added."""
        return self._steps_taken % FINE_PER_COARSE == 0

    def _look_at_gateways(self, now_us: int, per_s: float) -> tuple[list[str], int | None]:
        """Takes every gateway's counts; returns those heard lately that are not recorded, and the longest lag among
        all heard lately."""
        newcomers: list[str] = []
        lively_us, worst_us = now_us - ACTIVE_WITHIN_US, None
        for name, counters in list(self._counters.items()):
            step = self._steps.get(name)
            if step is None:
                step = self._steps[name] = _Step()
            step.take(counters, per_s)
            if (counters.last_heard_us or 0) < lively_us:
                continue
            newest_us = counters.newest_source_us
            if newest_us is not None and (worst_us is None or now_us - newest_us > worst_us):
                worst_us = max(0, now_us - newest_us)
            if name not in self._rings:
                newcomers.append(name)
        return newcomers, worst_us

    def _make_room_for(self, newcomers: Sequence[str], now_us: int) -> None:
        """Newcomers are recorded where there is room, or where one that is recorded has been silent for long."""
        if not newcomers:
            return
        free = GATEWAYS_RECORDED - len(self._rings)
        if free < len(newcomers):
            silent = [name for name in self._rings if self._heard_us(name) < now_us - ACTIVE_WITHIN_US]
            silent.sort(key=self._heard_us)
            for name in silent[: len(newcomers) - free]:
                del self._rings[name]
        for name in newcomers[: GATEWAYS_RECORDED - len(self._rings)]:
            self._rings[name] = _Rings(GATEWAY_COLUMNS)

    def _activity_of(self, name: str, now_us: int) -> GatewayActivity:
        step, now = self._steps[name], self._counters[name]
        return GatewayActivity(
            gateway=name,
            points_per_s=step.points_per_s,
            quarantined_per_s=step.quarantined_per_s,
            bytes_per_s=step.bytes_per_s,
            lag_us=None if now.newest_source_us is None else max(0, now_us - now.newest_source_us),
            latency_us=step.latency_us,
            points=step.points,
            quarantined=step.quarantined,
            bytes_in=step.bytes_in,
            packets_in=now.packets_in,
            connections=now.connections,
            last_heard_us=now.last_heard_us,
        )

    def _heard_us(self, name: str) -> int:
        return self._counters[name].last_heard_us or 0


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
