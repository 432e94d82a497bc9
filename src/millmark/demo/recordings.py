"""The shipped recordings as machines: temperature and electricity at any time of the wall clock. Pure but for reading.

Each recording stands at a fixed anchor and repeats (`millmark.drivers.recording`), so a value follows from its time
alone. Where they come from and under which licence: `data/recordings/README.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from millmark.drivers.recording import RecordedTime, read_recording
from millmark.model.batch import F64, I64
from millmark.model.period import SECOND_US

TEMPERATURE_FILE: Final = "machine_temperature_system_failure.csv"
ENERGY_FILE: Final = "steel_industry_energy_2018.parquet"

# 2025-01-05T16:00Z, a Monday's midnight in China: where every recording's first row stands.
_ANCHOR_US: Final = 1_736_092_800 * SECOND_US
_QUARTER_US: Final = 900 * SECOND_US


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureRecording:
    """The temperature of one machine: the recording, begun `shift_us` later than the others' so that no two agree."""

    times: RecordedTime
    value: F64

    def between(self, start_us: int, end_us: int) -> tuple[I64, F64]:
        """Recorded rows within [start, end): times and degrees Fahrenheit."""
        time_us, rows = self.times.rows_between(start_us, end_us)
        return time_us, self.value[rows]

    def last_at(self, time_us: int) -> tuple[int, float]:
        """The newest row at a time: its own time and value."""
        times, values = self.between(time_us - self.times.length_us, time_us + 1)
        return int(times[-1]), float(values[-1])


@dataclass(frozen=True, slots=True, eq=False)
class EnergyRecording:
    """The steel works' electricity: energy counted since the anchor, mean power and power factor of the interval."""

    energy_kwh: F64
    power_factor: F64

    @property
    def year_kwh(self) -> float:
        return float(self.energy_kwh.sum())

    def counted_kwh(self, time_us: int) -> float:
        """Energy since the anchor, growing evenly within each interval of 15 minutes."""
        intervals, within_us = divmod(time_us - _ANCHOR_US, _QUARTER_US)
        years, interval = divmod(intervals, len(self.energy_kwh))
        part = within_us / _QUARTER_US
        return years * self.year_kwh + float(self.energy_kwh[:interval].sum() + part * self.energy_kwh[interval])

    def power_kw(self, time_us: int) -> float:
        """Mean power of the interval."""
        return float(self.energy_kwh[self._interval(time_us)]) * 4

    def power_factor_at(self, time_us: int) -> float:
        """Power factor of the interval, 0 to 1."""
        return float(self.power_factor[self._interval(time_us)]) / 100

    def _interval(self, time_us: int) -> int:
        return ((time_us - _ANCHOR_US) // _QUARTER_US) % len(self.energy_kwh)


def read_temperature(folder: Path, *, shift_days: int = 0) -> TemperatureRecording:
    """The machine temperature; `shift_days` puts another stretch of the recording at the same time of the clock."""
    time_us, table = read_recording(folder / TEMPERATURE_FILE, "timestamp", ["value"], "UTC")
    anchor_us = _ANCHOR_US - shift_days * 86_400 * SECOND_US
    times = RecordedTime.of(time_us, anchor_us=anchor_us)
    return TemperatureRecording(times, _column(table.column("value")))


def read_energy(folder: Path) -> EnergyRecording:
    columns = ["Usage_kWh", "Lagging_Current_Power_Factor"]
    _, table = read_recording(folder / ENERGY_FILE, "interval_end", columns, "UTC")
    return EnergyRecording(_column(table.column(columns[0])), _column(table.column(columns[1])))


def recordings_folder() -> Path:
    """Where the shipped recordings lie. The package is always installed as plain files."""
    with as_file(files("millmark.demo") / "data" / "recordings") as folder:
        return folder


def _column(column: object) -> NDArray[np.float64]:
    return np.asarray(column, np.float64)
