"""A demonstration machine: its signals, and what each of them said in any span of time. Pure.

State, counts and cycle time come from the process model, temperature and energy from recordings; each signal says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from millmark.demo.process_model import COUNTER_END, MachineModel, ModelledMachine
from millmark.demo.recordings import EnergyRecording, TemperatureRecording, read_energy, read_temperature
from millmark.drivers.config import TagDeclaration
from millmark.model import DataType, Origin, SeriesRole
from millmark.model.batch import I64
from millmark.model.period import SECOND_US

DAY_US: Final = 86_400 * SECOND_US
ENERGY_END_KWH: Final = 100_000.0
_ENERGY_STEP_US: Final = 60 * SECOND_US
_STATE_STEP_US: Final = 600 * SECOND_US
_LONGEST_QUIET_US: Final = 20 * DAY_US

Samples: TypeAlias = tuple[I64, list[float | str]]

STATE: Final = TagDeclaration(
    metric="state", data_type=DataType.TEXT, role=SeriesRole.STATE, origin=Origin.PROCESS_MODEL
)
TOTAL_COUNT: Final = TagDeclaration(
    metric="total_count",
    unit="{item}",
    data_type=DataType.INTEGER,
    role=SeriesRole.TOTAL_COUNT,
    origin=Origin.PROCESS_MODEL,
    rollover=COUNTER_END,
)
GOOD_COUNT: Final = TagDeclaration(
    metric="good_count",
    unit="{item}",
    data_type=DataType.INTEGER,
    role=SeriesRole.GOOD_COUNT,
    origin=Origin.PROCESS_MODEL,
    rollover=COUNTER_END,
)
CYCLE_TIME: Final = TagDeclaration(metric="cycle_time", unit="s", origin=Origin.PROCESS_MODEL)
TEMPERATURE: Final = TagDeclaration(metric="temperature", unit="[degF]", origin=Origin.RECORDING)
ENERGY: Final = TagDeclaration(
    metric="active_energy",
    unit="kW.h",
    role=SeriesRole.ENERGY_COUNTER,
    origin=Origin.RECORDING,
    rollover=ENERGY_END_KWH,
)


@dataclass(frozen=True, slots=True)
class MachineDesign:
    """What makes a demonstration machine: its process, its stretch of the temperature, its part of the electricity."""

    asset: str
    model: MachineModel
    temperature_shift_days: int
    energy_share: float | None = None


class DemoMachine:
    """Answers what its signals said; `asset` is its place relative to the gateway's root."""

    def __init__(
        self, design: MachineDesign, temperature: TemperatureRecording, energy: EnergyRecording | None
    ) -> None:
        self.asset = design.asset
        self._process = ModelledMachine(design.model)
        self._temperature = temperature
        self._energy = energy
        self._share = design.energy_share or 0.0
        self.signals = (STATE, TOTAL_COUNT, GOOD_COUNT, CYCLE_TIME, TEMPERATURE, *((ENERGY,) if energy else ()))

    def between(self, start_us: int, end_us: int) -> Mapping[str, Samples]:
        """Samples of each metric within [start, end), in the order of time."""
        items = self._process.items_between(start_us, end_us)
        temperature_us, temperatures = self._temperature.between(start_us, end_us)
        samples: dict[str, Samples] = {
            STATE.metric: self._states(start_us, end_us),
            TOTAL_COUNT.metric: (items.time_us, items.total_count.tolist()),
            GOOD_COUNT.metric: (items.time_us, items.good_count.tolist()),
            CYCLE_TIME.metric: (items.time_us, items.cycle_s.tolist()),
            TEMPERATURE.metric: (temperature_us, temperatures.tolist()),
        }
        if self._energy is not None:
            grid_us = _grid(start_us, end_us, _ENERGY_STEP_US)
            samples[ENERGY.metric] = (grid_us, [self._energy_at(int(time_us)) for time_us in grid_us])
        return samples

    def last_at(self, time_us: int) -> Mapping[str, tuple[int, float | str]]:
        """The newest sample of each metric at a time."""
        last: dict[str, tuple[int, float | str]] = {}
        span_us = 600 * SECOND_US
        while len(last) < len(self.signals) and span_us <= _LONGEST_QUIET_US:
            for metric, (times, values) in self.between(time_us - span_us, time_us + 1).items():
                if len(times):
                    last[metric] = (int(times[-1]), values[-1])
            span_us *= 4
        return last

    def _states(self, start_us: int, end_us: int) -> Samples:
        """Changes of state, and the state said again on a grid, so that silence never has to mean "unchanged"."""
        change_us, states = self._process.states_between(start_us, end_us)
        said = dict(zip(change_us.tolist(), states, strict=True))
        for time_us in _grid(start_us, end_us, _STATE_STEP_US).tolist():
            said.setdefault(time_us, self._process.state_at(time_us))
        times = sorted(said)
        return np.array(times, np.int64), [said[time_us].value for time_us in times]

    def _energy_at(self, time_us: int) -> float:
        if self._energy is None:
            raise ValueError(f"{self.asset} has no electricity meter")
        return round(self._energy.counted_kwh(time_us) * self._share, 1) % ENERGY_END_KWH


def build_machines(designs: tuple[MachineDesign, ...], recordings: Path) -> tuple[DemoMachine, ...]:
    """Machines over the recordings in a folder."""
    energy = read_energy(recordings) if any(design.energy_share for design in designs) else None
    return tuple(
        DemoMachine(
            design,
            read_temperature(recordings, shift_days=design.temperature_shift_days),
            energy if design.energy_share else None,
        )
        for design in designs
    )


def _grid(start_us: int, end_us: int, step_us: int) -> I64:
    """Multiples of the step within [start, end)."""
    return np.arange(-(-start_us // step_us), -(-end_us // step_us), dtype=np.int64) * step_us
