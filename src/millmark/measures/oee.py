"""Overall equipment effectiveness with its three factors, after ISO 22400-2."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from millmark.measures.counter import CounterSteps, counter_steps
from millmark.measures.demand import LEAD_US, Demand
from millmark.measures.errors import InvalidParameters
from millmark.measures.result import Coverage, InputRef, MeasureResult, Question, ratio
from millmark.measures.rows import NO_ROWS, Rows
from millmark.measures.specs import FormulaParameters, Name, Positive, SeriesSpec, as_json, read_parameters
from millmark.measures.state_time import StateTimes, state_times
from millmark.model import Period
from millmark.model.period import SECOND_US
from millmark.registry import StateTime

MEASURE = "oee"
VERSION = "1"


class Counter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    series: SeriesSpec
    rollover: Positive | None


class WorkUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A work unit of ISO 22400, with what its states mean and how long one item is planned to take (PRI).

    A state holds for `hold_us` at most when nothing confirms it.
    """

    asset: Name
    planned_run_time_per_item_s: Positive
    state_times: dict[str, StateTime]
    hold_us: Annotated[int, msgspec.Meta(gt=0, le=LEAD_US)]
    state: SeriesSpec
    total: Counter
    good: Counter

    @property
    def series(self) -> tuple[SeriesSpec, SeriesSpec, SeriesSpec]:
        return self.state, self.total.series, self.good.series


class OeeParameters(FormulaParameters, frozen=True, forbid_unknown_fields=True):
    work_units: tuple[WorkUnit, ...]


@dataclass(frozen=True, slots=True)
class _Observed:
    """What was seen of one work unit: times in microseconds, quantities in items, flags naming the unit."""

    production_us: int
    busy_us: int
    produced: float
    good: float
    planned_run_time_s: float
    coverage: Coverage
    inputs: tuple[InputRef, ...]
    flags: tuple[str, ...]


def demands(question: Question) -> tuple[Demand, ...]:
    parameters = read_parameters(OeeParameters, question.parameters)
    return tuple(Demand(series.key) for unit in parameters.work_units for series in unit.series)


def oee(question: Question, rows: Rows) -> MeasureResult:
    """OEE index of one or several work units (ISO 22400-2:2014, KPI "overall equipment effectiveness index").

    Availability = APT / PBT, effectiveness = PRI * PQ / APT, quality ratio = GQ / PQ, and
    OEE = availability * effectiveness * quality ratio, which is PRI * GQ / PBT: that fraction is computed, so nothing
    is rounded on the way and no intermediate zero spoils it. Times come from the state (`state_time`), PQ and GQ from
    counters (`counter`). Over several work units, as over periods, numerators and denominators are added: each factor
    and the index is a sum over a sum, never a mean of ratios.

    PBT counts observed time alone; the coverage says which share of the calendar time that is. A unit that was seen
    producing but whose counters said nothing is left out whole, with its time as uncovered: without counts, nothing is
    known of its yield. An effectiveness over 1, a sign of a wrong PRI, is shown and flagged, not capped.
    Times are in seconds.
    """
    parameters = read_parameters(OeeParameters, question.parameters)
    _check(parameters)
    period = question.period
    units = [_observe(unit, period, rows) for unit in parameters.work_units]
    production_s = sum(unit.production_us for unit in units) / SECOND_US
    busy_s = sum(unit.busy_us for unit in units) / SECOND_US
    produced, good = math.fsum(unit.produced for unit in units), math.fsum(unit.good for unit in units)
    earned_s = math.fsum(unit.planned_run_time_s * unit.produced for unit in units)
    earned_good_s = math.fsum(unit.planned_run_time_s * unit.good for unit in units)
    coverage = sum((unit.coverage for unit in units), Coverage(0, 0))

    def result(measure: str, numerator: float, denominator: float, unit: str) -> MeasureResult:
        value = ratio(numerator, denominator)
        return MeasureResult(
            measure, VERSION, question.subject, period, value, numerator, denominator, unit, coverage, (), (), {}
        )

    parts = (
        result("availability", production_s, busy_s, "1"),
        result("effectiveness", earned_s, production_s, "1"),
        result("quality_ratio", good, produced, "1"),
    )
    return MeasureResult(
        MEASURE,
        VERSION,
        question.subject,
        period,
        ratio(earned_good_s, busy_s),
        earned_good_s,
        busy_s,
        "1",
        coverage,
        tuple(one for unit in units for one in unit.inputs),
        parts,
        as_json(parameters),
        (*(flag for unit in units for flag in unit.flags), *_over_one(parts[1:])),
    )


def _observe(unit: WorkUnit, period: Period, rows: Rows) -> _Observed:
    state = rows.get(unit.state.key, NO_ROWS)
    times = state_times(state, period, unit.state_times, unit.hold_us)
    total = counter_steps(rows.get(unit.total.series.key, NO_ROWS), period, unit.total.rollover)
    good = counter_steps(rows.get(unit.good.series.key, NO_ROWS), period, unit.good.rollover)
    inputs = tuple(series.input(rows.get(series.key, NO_ROWS)) for series in unit.series)
    flags = tuple(f"{name}:{unit.asset}" for name in _flags(times, total, good))
    production = times.of(StateTime.APT)
    blind = production > 0 and not (total.readings and good.readings)
    if blind:
        nothing = Coverage(0, period.duration_us)
        return _Observed(0, 0, 0.0, 0.0, 0.0, nothing, inputs, (f"counts_missing:{unit.asset}", *flags))
    return _Observed(
        production,
        times.busy_us,
        total.increment,
        good.increment,
        unit.planned_run_time_per_item_s,
        Coverage(times.covered_us, period.duration_us),
        inputs,
        flags,
    )


def _flags(times: StateTimes, *counters: CounterSteps) -> Iterable[str]:
    if times.unmapped:
        yield "unmapped_states"
    if any(counter.restarts for counter in counters):
        yield "counter_restarted"
    if any(counter.corrections for counter in counters):
        yield "counter_corrected"
    if any(counter.out_of_range for counter in counters):
        yield "counter_out_of_range"


def _over_one(factors: Sequence[MeasureResult]) -> Iterable[str]:
    return (f"{one.measure}_over_one" for one in factors if one.value is not None and one.value > 1)


def _check(parameters: OeeParameters) -> None:
    if not parameters.work_units:
        raise InvalidParameters("OEE needs at least one work unit")
    keys = [series.key for unit in parameters.work_units for series in unit.series]
    if len(set(keys)) < len(keys):
        raise InvalidParameters("one series serves two purposes in the same OEE")
