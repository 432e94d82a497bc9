"""Whether everything that was acknowledged is in the history, once and with its value, and once in every rollup."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from millmark.bench.plan import LoadPlan, Sensors
from millmark.bench.platform import history_folder, opened_registry
from millmark.history import History, HistorySettings, Resolution, RollupRows
from millmark.model import Period, PointBatch
from millmark.model.period import HOUR_US

_DAY_US = 24 * HOUR_US
_POINTS_AT_ONCE = 4_000_000
# Whatever else the path of the messages made of a sensor's name.
_SENSOR = re.compile(r"machine-(\d{5})/(?:.*[/.])?sensor-(\d{2})$")


@dataclass(frozen=True, slots=True)
class ReadBack:
    """`lost` points were acknowledged and are not in the history, or not with their value; `double` are there again.

    Each is the worst of the points themselves and the rollups of minutes, hours and days, which count them.
    """

    points: int
    lost: int
    double: int


def read_back(folder: Path, plan: LoadPlan, messages: Sequence[int]) -> ReadBack:
    """Compares the history of an ended platform with what its gateways had acknowledged, point by point.

    `messages` are those of each gateway, in turn over its devices. Runs in a process of its own, since the history's
    engine serves one folder a process.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        return apart.submit(_read_back, folder, plan, messages).result()


def _read_back(folder: Path, plan: LoadPlan, messages: Sequence[int]) -> ReadBack:
    settings = HistorySettings(path=history_folder(folder))
    history = History.open(settings, now_us=lambda: time.time_ns() // 1_000)
    points = 0
    # A row for the points and one for each resolution: lost, double.
    wrong = np.zeros((1 + len(Resolution), 2), np.int64)
    try:
        with opened_registry(folder) as registry:
            for gateway, count in enumerate(messages):
                bindings = registry.bindings(plan.gateway(gateway))
                series = {
                    int(found[1]) * plan.values_each + int(found[2]): one.id
                    for tag, one in bindings.items()
                    if (found := _SENSOR.search("/".join(tag)))
                }
                sent = _Sent(plan, Sensors.of(plan, gateway), [_steps(plan, count, n) for n in range(plan.series_each)])
                points += sum(sent.steps)
                wrong[:, 0] += sum(steps for sensor, steps in enumerate(sent.steps) if sensor not in series)
                for portion in _portions(sent, series):
                    wrong[0] += _compared(sent, portion, history.raw(sorted(portion.values()), sent.period))
                    for place, resolution in enumerate(Resolution, start=1):
                        rows = history.rollup(sorted(portion.values()), sent.days, resolution)
                        wrong[place] += _compared_counts(sent, portion, rows)
        lost, double = wrong.max(axis=0).tolist()
        return ReadBack(points, lost, double)
    finally:
        history.close()


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one gateway had acknowledged: the first `steps` values of each of its sensors."""

    plan: LoadPlan
    sensors: Sensors
    steps: Sequence[int]

    @property
    def period(self) -> Period:
        start_us = self.plan.start_ms * 1000
        return Period(start_us, start_us + (max(self.steps) + 1) * self.plan.period_ms * 1000)

    @property
    def days(self) -> Period:
        """The whole days with points; the first one begins with the first point."""
        first, last = self.period.start_us, self.period.end_us
        return Period(first, first + -(-(last - first) // _DAY_US) * _DAY_US)


def _compared(sent: _Sent, series: Mapping[int, int], stored: PointBatch) -> tuple[int, int]:
    """(lost, double) of some sensors; `series` are their ids."""
    lost = double = 0
    starts = np.searchsorted(stored.series, list(series.values()), "left").tolist()
    ends = np.searchsorted(stored.series, list(series.values()), "right").tolist()
    step_us = sent.plan.period_ms * 1000
    for sensor, start, end in zip(series, starts, ends, strict=True):
        expected = sent.sensors.values(sensor, sent.steps[sensor])
        step, rest = np.divmod(stored.source_time_us[start:end] - sent.plan.start_ms * 1000, step_us)
        ours = (rest == 0) & (step < len(expected))
        step, value = step[ours], stored.value[start:end][ours]
        lost += len(expected) - len(np.unique(step[value == expected[step]]))
        double += len(step) - len(np.unique(step))
    return lost, double


def _compared_counts(sent: _Sent, series: Mapping[int, int], rows: RollupRows) -> tuple[int, int]:
    """(lost, double) of what the buckets of some sensors count."""
    sensors = np.array(list(series))
    ids = np.array(list(series.values()))
    order = np.argsort(ids)
    at = order[np.searchsorted(ids[order], rows.series)]
    counted = np.bincount(at, weights=rows.count, minlength=len(ids)).astype(np.int64)
    missing = np.array(sent.steps)[sensors] - counted
    return int(missing[missing > 0].sum()), -int(missing[missing < 0].sum())


def _portions(sent: _Sent, series: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """The sensors in portions small enough to be read at once."""
    at_once = max(1, _POINTS_AT_ONCE // (max(sent.steps) + 1))
    sensors = sorted(series)
    for start in range(0, len(sensors), at_once):
        yield {sensor: series[sensor] for sensor in sensors[start : start + at_once]}


def _steps(plan: LoadPlan, messages: int, sensor: int) -> int:
    """How many messages were of this sensor's device."""
    device = sensor // plan.values_each
    return (messages - device + plan.devices_each - 1) // plan.devices_each
