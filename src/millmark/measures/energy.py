"""Energy per period, from meters' counters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

import msgspec

from millmark.measures.counter import CounterSteps, counter_steps
from millmark.measures.demand import Demand
from millmark.measures.errors import InvalidParameters
from millmark.measures.result import Coverage, MeasureResult, Question
from millmark.measures.rows import NO_ROWS, Rows
from millmark.measures.specs import FormulaParameters, Name, Positive, SeriesSpec, as_json, read_parameters
from millmark.model import UnitSystem, UnknownUnit

MEASURE = "energy_consumption"
VERSION = "1"
UNIT = "kW.h"

# Releases of a unit library may differ in the last digits of a factor; no two units differ by so little.
_SAME_FACTOR = Decimal("1e-12")


class Meter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meter's register; `factor` is what its readings are multiplied by to be kW.h, as a decimal number."""

    series: SeriesSpec
    rollover: Positive | None
    factor: Name


class EnergyParameters(FormulaParameters, frozen=True, forbid_unknown_fields=True):
    meters: tuple[Meter, ...]


def demands(question: Question) -> tuple[Demand, ...]:
    parameters = read_parameters(EnergyParameters, question.parameters)
    return tuple(Demand(meter.series.key) for meter in parameters.meters)


def energy_consumption(question: Question, rows: Rows, units: UnitSystem) -> MeasureResult:
    """Active energy that the subject's meters counted in a period, in kW.h.

    Source: the "measured value" kind of energy performance indicator (ISO 50006). Each meter's register is read as
    `counter_steps` says, rollovers and restarts included, converted by its UCUM unit and summed (exactly rounded, in
    any order). The numerator is the energy, the denominator 1, so that periods and subjects add. `value` is None when
    no meter said anything. The coverage is the share of the period that lies between readings: a counter misses
    nothing between two of them, but nothing is known after the last.
    """
    parameters = read_parameters(EnergyParameters, question.parameters)
    _check(parameters)
    period = question.period
    read = [(meter, rows.get(meter.series.key, NO_ROWS)) for meter in parameters.meters]
    counted = [(meter, counter_steps(found, period, meter.rollover)) for meter, found in read]
    energy = math.fsum(steps.increment * float(factor_of(meter, units)) for meter, steps in counted)
    coverage = sum((Coverage(steps.covered_us, period.duration_us) for _, steps in counted), Coverage(0, 0))
    return MeasureResult(
        MEASURE,
        VERSION,
        question.subject,
        period,
        energy if coverage.covered_us else None,
        energy,
        1.0,
        UNIT,
        coverage,
        tuple(meter.series.input(found) for meter, found in read),
        (),
        as_json(parameters),
        tuple(f"{name}:{meter.series.key}" for meter, steps in counted for name in _flags(steps)),
    )


def factor_of(meter: Meter, units: UnitSystem) -> Decimal:
    """The meter's factor; raises `InvalidParameters` when it is not the one of its unit."""
    try:
        stated, true = Decimal(meter.factor), units.factor(meter.series.unit, UNIT)
    except (InvalidOperation, UnknownUnit) as error:
        raise InvalidParameters(f"meter {meter.series.key} has no factor from {meter.series.unit} to {UNIT}") from error
    if not stated.is_finite() or abs(stated - true) > true * _SAME_FACTOR:
        raise InvalidParameters(
            f"meter {meter.series.key} states {meter.factor} {UNIT} for one {meter.series.unit}; it is {true}"
        )
    return stated


def _flags(steps: CounterSteps) -> Iterable[str]:
    if not steps.readings:
        yield "no_readings"
    if steps.restarts:
        yield "counter_restarted"
    if steps.corrections:
        yield "counter_corrected"
    if steps.out_of_range:
        yield "counter_out_of_range"


def _check(parameters: EnergyParameters) -> None:
    if not parameters.meters:
        raise InvalidParameters("energy needs at least one meter")
    keys = [meter.series.key for meter in parameters.meters]
    if len(set(keys)) < len(keys):
        raise InvalidParameters("a meter is named twice, and would count twice")
