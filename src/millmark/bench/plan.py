"""What is sent: which series, when and with which values. Every path of a benchmark is brought the same points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.model.batch import F64, I64, U8

_SEED = 20_260_923


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """`series` sensors spread evenly over `gateways`, in devices of `values_each` sensors that are read together.

    Every sensor is read each `period_ms` of the time that the points carry, from `start_ms` on; sent as fast as they
    are taken, so that time runs faster than the clock. Raises `ValueError` when the series do not divide evenly.
    """

    series: int
    gateways: int
    values_each: int
    start_ms: int
    period_ms: int = 100

    def __post_init__(self) -> None:
        if self.series % (self.gateways * self.values_each):
            raise ValueError(
                f"{self.series} series cannot be spread evenly over {self.gateways} connections with "
                f"{self.values_each} values a message; take a multiple of {self.gateways * self.values_each}"
            )

    @property
    def series_each(self) -> int:
        """Series of one gateway."""
        return self.series // self.gateways

    @property
    def devices_each(self) -> int:
        """Devices of one gateway."""
        return self.series_each // self.values_each

    def gateway(self, number: int) -> str:
        return f"gateway-{number:02}"

    def device(self, number: int) -> str:
        return f"machine-{number:05}"

    def metric(self, number: int) -> str:
        return f"sensor-{number:02}"


Patch: TypeAlias = tuple[int, int, int]
"""Position in the template, kind (see `sensors_kernel`), which of the message's values."""


@dataclass(frozen=True, slots=True)
class Template:
    """One message with places to be patched."""

    content: bytes
    patches: Sequence[Patch]


@dataclass(slots=True, eq=False)
class Sensors:
    """The walks of one gateway's sensors, from the start."""

    levels: I64
    states: NDArray[np.uint64]

    @classmethod
    def of(cls, plan: LoadPlan, gateway: int) -> Sensors:
        """A sensor is the same whatever the devices' size: its number counts over all gateways."""
        random = np.random.default_rng(_SEED)
        levels = random.integers(20_000, 90_000, plan.series)
        states = random.integers(1, 2**63, plan.series, np.uint64)
        own = slice(gateway * plan.series_each, (gateway + 1) * plan.series_each)
        return cls(levels[own].copy(), states[own].copy())

    def values(self, sensor: int, count: int) -> F64:
        """The first values of one sensor; only right for sensors that have not walked yet."""
        from millmark.bench.sensors_kernel import walked

        values = np.empty(count, np.float64)
        walked(self.levels, self.states, sensor, values)
        return values


@dataclass(slots=True, eq=False)
class MessageSource:
    """The endless sequence of one gateway's messages, made at several hundred megabytes a second."""

    plan: LoadPlan
    sensors: Sensors
    templates: Sequence[Template]
    variants: int = 1
    births: int = 0
    """Sequence numbers already used when the first message goes out."""
    _pool: U8 = field(init=False)
    _bounds: I64 = field(init=False)
    _patches: I64 = field(init=False)
    _patch_bounds: I64 = field(init=False)
    _counters: I64 = field(init=False)

    def __post_init__(self) -> None:
        self._pool = np.frombuffer(b"".join(one.content for one in self.templates), np.uint8)
        self._bounds = _bounds([len(one.content) for one in self.templates])
        self._patches = np.array([patch for one in self.templates for patch in one.patches], np.int64).reshape(-1, 3)
        self._patch_bounds = _bounds([len(one.patches) for one in self.templates])
        self._counters = np.array([0, self.births], np.int64)

    @property
    def made(self) -> int:
        return int(self._counters[0])

    @property
    def longest(self) -> int:
        """Bytes of the longest message."""
        return int(np.diff(self._bounds).max())

    def fill(self, out: U8, count: int) -> int:
        """Writes the next messages; returns their bytes. `out` has room for `count` of the longest."""
        from millmark.bench.sensors_kernel import fill

        return int(
            fill(
                out,
                count,
                self._pool,
                self._bounds,
                self._patches,
                self._patch_bounds,
                self.variants,
                self.plan.values_each,
                self.sensors.levels,
                self.sensors.states,
                self.plan.start_ms,
                self.plan.period_ms,
                self._counters,
            )
        )


def _bounds(sizes: Sequence[int]) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])
