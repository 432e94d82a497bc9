"""A machine's day as a documented random process: state log, item counts and rejects for any time. Pure.

This is a model, not a machine: every series made from it is marked `process_model`.

The machine is staffed from `shift_start_h` to `shift_end_h` (24 is midnight) of each working day; outside it is OFF.
Within that time it alternates between running and stopping (a semi-Markov process):

- a run (RUN) lasts Weibull(shape 1.5) with mean `mean_run_s`;
- a stop follows: with probability 0.62 a minor stop (MINOR_STOP, log-normal, median 75 s, sigma 0.6), with 0.22 a
  set-up (SETUP, normal 14 min +- 3 min, at least 3 min), with 0.16 a breakdown (DOWN, log-normal, median 9 min,
  sigma 0.8);
- in the middle of that time the crew has a break of 45 min (BREAK), which ends whatever was going on.

While running, items leave one after another; the actual cycle is the planned one divided by the run's speed,
normal 0.94 +- 0.03, kept within 0.8 and 1. Each item is rejected with probability `reject_rate`.

Every day is drawn by itself from (seed, day), so the log of any time follows from the time alone and a restarted
simulator goes on exactly where it would have been. Counters run on from `EPOCH` and start again at `COUNTER_END`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from millmark.model import utc_us
from millmark.model.batch import F64, I64
from millmark.model.period import SECOND_US, utc_datetime

EPOCH: Final = date(2025, 1, 1)
COUNTER_END: Final = 1_000_000
CHINA: Final = ZoneInfo("Asia/Shanghai")

_BREAK_S: Final = 45 * 60
_SHORTEST_RUN_S: Final = 30.0


class MachineState(StrEnum):
    """What the machine's state tag says."""

    OFF = "OFF"
    RUN = "RUN"
    SETUP = "SETUP"
    MINOR_STOP = "MINOR_STOP"
    DOWN = "DOWN"
    BREAK = "BREAK"


@dataclass(frozen=True, slots=True)
class MachineModel:
    """The parameters of one machine. `workdays` are ISO weekdays (1 is Monday)."""

    seed: int
    planned_run_time_per_item_s: float = 24.0
    mean_run_s: float = 1_500.0
    reject_rate: float = 0.018
    shift_start_h: int = 7
    shift_end_h: int = 23
    workdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    zone: ZoneInfo = CHINA


@dataclass(frozen=True, slots=True, eq=False)
class ModelledDay:
    """State changes and items of one local day, in UTC microseconds, each in the order of time.

    `cycle_s` is how long each item took, `good` whether it passed.
    """

    change_us: I64
    state: tuple[MachineState, ...]
    item_us: I64
    cycle_s: F64
    good: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Items finished in a span: when, how long each took, and the counters right after it."""

    time_us: I64
    cycle_s: F64
    total_count: F64
    good_count: F64


class ModelledMachine:
    """Answers for any span what the machine did. Days once drawn are kept, as their counts are needed again."""

    def __init__(self, model: MachineModel) -> None:
        self.model = model
        self._counted = [(0, 0)]  # items and good items before each day since EPOCH
        self._recent: dict[date, ModelledDay] = {}

    def states_between(self, start_us: int, end_us: int) -> tuple[I64, list[MachineState]]:
        """State changes within [start, end)."""
        days = [self._day(day) for day in self._days(start_us, end_us)]
        change_us = np.concatenate([day.change_us for day in days])
        states = [state for day in days for state in day.state]
        inside = (change_us >= start_us) & (change_us < end_us)
        return change_us[inside], [state for state, kept in zip(states, inside, strict=True) if kept]

    def state_at(self, time_us: int) -> MachineState:
        """The state at a time."""
        day = self._day(self._local_day(time_us))
        return day.state[int(np.searchsorted(day.change_us, time_us, side="right")) - 1]

    def items_between(self, start_us: int, end_us: int) -> Items:
        """Items finished within [start, end)."""
        parts = []
        for name in self._days(start_us, end_us):
            day, (total, good) = self._day(name), self._counts_before(name)
            inside = (day.item_us >= start_us) & (day.item_us < end_us)
            totals = (total + np.arange(1, len(day.item_us) + 1)) % COUNTER_END
            goods = (good + np.cumsum(day.good)) % COUNTER_END
            parts.append((day.item_us[inside], day.cycle_s[inside], totals[inside], goods[inside]))
        time_us, cycle_s, totals, goods = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Items(time_us, cycle_s, totals.astype(np.float64), goods.astype(np.float64))

    def counts_at(self, time_us: int) -> tuple[int, int]:
        """Total and good count at a time."""
        name = self._local_day(time_us)
        day, (total, good) = self._day(name), self._counts_before(name)
        done = int(np.searchsorted(day.item_us, time_us, side="right"))
        return (total + done) % COUNTER_END, (good + int(day.good[:done].sum())) % COUNTER_END

    def _days(self, start_us: int, end_us: int) -> list[date]:
        first, last = self._local_day(start_us), self._local_day(max(start_us, end_us - 1))
        return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]

    def _local_day(self, time_us: int) -> date:
        day = utc_datetime(time_us).astimezone(self.model.zone).date()
        if day < EPOCH:
            raise ValueError(f"the process model begins on {EPOCH}; {day} lies before it (is the clock right?)")
        return day

    def _day(self, day: date) -> ModelledDay:
        if day not in self._recent:
            while len(self._recent) >= 64:
                self._recent.pop(next(iter(self._recent)))
            self._recent[day] = draw_day(self.model, day)
        return self._recent[day]

    def _counts_before(self, day: date) -> tuple[int, int]:
        position = (day - EPOCH).days
        while len(self._counted) <= position:
            good = draw_day(self.model, EPOCH + timedelta(days=len(self._counted) - 1)).good
            total_before, good_before = self._counted[-1]
            self._counted.append((total_before + len(good), good_before + int(good.sum())))
        return self._counted[position]


def draw_day(model: MachineModel, day: date) -> ModelledDay:
    """The day as the process makes it; the same for the same model and day, for ever."""
    random = np.random.default_rng([model.seed, day.toordinal()])
    midnight_us, next_midnight_us = _local_us(model, day, 0), _local_us(model, day, 24)
    if day.isoweekday() not in model.workdays:
        return _assemble(model, random, [midnight_us], [MachineState.OFF], next_midnight_us)
    start_us, end_us = _local_us(model, day, model.shift_start_h), _local_us(model, day, model.shift_end_h)
    break_us = start_us + (end_us - start_us) // 2
    changes: list[int] = []
    states: list[MachineState] = []
    if start_us > midnight_us:
        changes.append(midnight_us)
        states.append(MachineState.OFF)
    _alternate(model, random, start_us, break_us, changes, states)
    changes.append(break_us)
    states.append(MachineState.BREAK)
    _alternate(model, random, break_us + _BREAK_S * SECOND_US, end_us, changes, states)
    if end_us < next_midnight_us:
        changes.append(end_us)
        states.append(MachineState.OFF)
    return _assemble(model, random, changes, states, next_midnight_us)


def _alternate(
    model: MachineModel,
    random: Generator,
    from_us: int,
    until_us: int,
    changes: list[int],
    states: list[MachineState],
) -> None:
    """Runs and stops in turn over one half of the shift."""
    now_us = from_us
    running = True
    while now_us < until_us:
        state, lasts_s = (MachineState.RUN, _run_s(model, random)) if running else _stop(random)
        changes.append(now_us)
        states.append(state)
        # Whole milliseconds: Sparkplug carries no finer time, and one machine must tell one time on every wire.
        now_us += round(lasts_s * 1_000) * 1_000
        running = not running


def _run_s(model: MachineModel, random: Generator) -> float:
    shape = 1.5
    scale = model.mean_run_s / 0.9027452929509336  # gamma(1 + 1 / 1.5): the mean of a unit Weibull of this shape
    return max(_SHORTEST_RUN_S, scale * float(random.weibull(shape)))


def _stop(random: Generator) -> tuple[MachineState, float]:
    draw = random.random()
    if draw < 0.62:
        return MachineState.MINOR_STOP, 75.0 * float(np.exp(0.6 * random.standard_normal()))
    if draw < 0.84:
        return MachineState.SETUP, max(180.0, 840.0 + 180.0 * float(random.standard_normal()))
    return MachineState.DOWN, 540.0 * float(np.exp(0.8 * random.standard_normal()))


def _assemble(
    model: MachineModel, random: Generator, changes: list[int], states: list[MachineState], day_end_us: int
) -> ModelledDay:
    """Put the items into the runs of a finished state log."""
    item_us: list[I64] = []
    cycle_s: list[F64] = []
    for begins_us, ends_us, state in zip(changes, [*changes[1:], day_end_us], states, strict=True):
        if state is not MachineState.RUN:
            continue
        speed = min(1.0, max(0.8, 0.94 + 0.03 * float(random.standard_normal())))
        cycle_ms = round(model.planned_run_time_per_item_s / speed * 1_000)
        count = (ends_us - begins_us - 1) // (cycle_ms * 1_000)
        item_us.append(begins_us + np.arange(1, count + 1, dtype=np.int64) * cycle_ms * 1_000)
        cycle_s.append(np.full(count, cycle_ms / 1_000))
    items = np.concatenate(item_us) if item_us else np.empty(0, np.int64)
    return ModelledDay(
        change_us=np.array(changes, np.int64),
        state=tuple(states),
        item_us=items,
        cycle_s=np.concatenate(cycle_s) if cycle_s else np.empty(0),
        good=random.random(len(items)) >= model.reject_rate,
    )


def _local_us(model: MachineModel, day: date, hour: int) -> int:
    # 24 is midnight at the day's end.
    midnight = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), tzinfo=model.zone)
    return utc_us(midnight.astimezone(ZoneInfo("UTC")))
