"""What a counter counted: differences of readings, across rollovers, restarts and corrections."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from millmark.measures.demand import LEAD_US
from millmark.measures.rows import SeriesRows
from millmark.model import Period
from millmark.model.batch import F64

# A step back is taken for a rollover only where the way round is short against the counter's range.
_ROLLOVER_SHARE = 0.25
# A counter that lost less than half of its reading did not begin anew; its reading was corrected.
_RESTART_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class CounterSteps:
    """`increment` is the exactly rounded sum of the steps that arrived in the period; `covered_us` the time between
    the readings they lie between, cut to the period.

    `readings` counts usable rows, the one before the period's start included. `out_of_range` readings lay outside
    [0, rollover) and were left out.
    """

    increment: float
    readings: int
    covered_us: int
    rollovers: int
    restarts: int
    corrections: int
    out_of_range: int


def counter_steps(rows: SeriesRows, period: Period, rollover: float | None) -> CounterSteps:
    """The steps of a cumulative counter (IEC 62056-21 register, OPC UA or PLC count) within a period.

    A step belongs to the period that its later reading lies in, and the last reading before the period (at most
    `LEAD_US` before) is where the first step begins; so the steps of two adjoining periods are those of both together.
    Readings of bad quality, without a finite value or out of range are left out.

    A reading below the one before is
    - a rollover when the counter has a `rollover` value and going on through it is a step of less than a quarter of
      that value: reading + rollover - previous;
    - else a restart from 0 when it is less than half of the previous one: the reading itself, which is what was
      counted since the restart, and so never more than the truth;
    - else a correction downwards, counted as it is: the difference, which is negative.
    """
    near = rows.between(period.start_us - LEAD_US, period.end_us)
    if not isinstance(near.values, np.ndarray):
        return CounterSteps(0.0, 0, 0, 0, 0, 0, out_of_range=len(near))
    usable = near.usable
    in_range = (near.values >= 0) & (near.values < (rollover or np.inf))
    times, values = near.source_time_us[usable & in_range], near.values[usable & in_range]
    entry = max(int(np.searchsorted(times, period.start_us)) - 1, 0)
    times, values = times[entry:], values[entry:]
    arrived = len(times) > 0 and times[-1] >= period.start_us
    covered = int(times[-1]) - max(int(times[0]), period.start_us) if arrived else 0
    steps, rollovers, restarts, corrections = _steps(values, rollover)
    out_of_range = int((usable & ~in_range).sum())
    return CounterSteps(math.fsum(steps), len(times), covered, rollovers, restarts, corrections, out_of_range)


def _steps(values: F64, rollover: float | None) -> tuple[F64, int, int, int]:
    before, after = values[:-1], values[1:]
    steps = after - before
    back = steps < 0
    rolled = np.zeros_like(back)
    if rollover:
        # The remainder is added to the new reading, never the modulus to the difference: no digit is lost on the way.
        round_trip = after + (rollover - before)
        rolled = back & (round_trip < rollover * _ROLLOVER_SHARE)
        steps = np.where(rolled, round_trip, steps)
    restarted = back & ~rolled & (after < before * _RESTART_SHARE)
    steps = np.where(restarted, after, steps)
    corrected = back & ~rolled & ~restarted
    return steps, int(rolled.sum()), int(restarted.sum()), int(corrected.sum())
