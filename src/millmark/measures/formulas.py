"""The formulas by name and version: what a stranger with the rows computes a claimed value with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from millmark.measures import connection, energy, oee
from millmark.measures.demand import Demand
from millmark.measures.errors import InvalidParameters, UnknownMeasure
from millmark.measures.result import MeasureResult, Question
from millmark.measures.rows import Rows
from millmark.model import AssetPath, UnitSystem


@dataclass(frozen=True, slots=True)
class Formula:
    """`demands` tells which rows `compute` needs. A formula never changes: a new version stands beside it."""

    measure: str
    version: str
    demands: Callable[[Question], tuple[Demand, ...]]
    compute: Callable[[Question, Rows, UnitSystem], MeasureResult]


def _without_units(
    compute: Callable[[Question, Rows], MeasureResult],
) -> Callable[[Question, Rows, UnitSystem], MeasureResult]:
    return lambda question, rows, _units: compute(question, rows)


_FORMULAS: Mapping[tuple[str, str], Formula] = {
    (formula.measure, formula.version): formula
    for formula in (
        Formula(
            connection.MEASURE,
            connection.VERSION,
            connection.demands,
            _without_units(connection.equipment_connection_rate),
        ),
        Formula(oee.MEASURE, oee.VERSION, oee.demands, _without_units(oee.oee)),
        Formula(energy.MEASURE, energy.VERSION, energy.demands, energy.energy_consumption),
    )
}

NAMES: Mapping[str, tuple[str, str]] = {
    connection.MEASURE: ("设备联网率", "equipment connection rate"),
    oee.MEASURE: ("设备综合效率(OEE)", "overall equipment effectiveness (OEE)"),
    energy.MEASURE: ("能耗", "energy consumption"),
}
"""What people call each measure, in Chinese and English (see the glossary)."""

FORMULAS: tuple[tuple[str, str], ...] = tuple(_FORMULAS)
"""Every formula known here, by measure and version."""

MEASURES: tuple[str, ...] = tuple(dict.fromkeys(measure for measure, _ in _FORMULAS))


def formula(measure: str, version: str) -> Formula:
    """Raises `UnknownMeasure`."""
    found = _FORMULAS.get((measure, version))
    if found is None:
        known = ", ".join(f"{name} {number}" for name, number in _FORMULAS)
        raise UnknownMeasure(f"there is no formula {measure!r} in version {version!r}; there are: {known}")
    return found


def demands(question: Question) -> tuple[Demand, ...]:
    found = formula(question.measure, question.formula_version).demands(question)
    for demand in found:
        _demand_under(question.subject, demand.series.rpartition(":")[0])
    return found


def _demand_under(subject: AssetPath, asset: str) -> None:
    """A value is made of the subject's own series; what a neighbour did is none of its merits."""
    if not AssetPath.parse(asset).is_under(subject):
        raise InvalidParameters(f"a series of {asset} cannot speak for {subject}, which it does not belong to")


def compute(question: Question, rows: Rows, units: UnitSystem) -> MeasureResult:
    """The value of a question from rows alone. Raises `MeasureError`."""
    demands(question)
    return formula(question.measure, question.formula_version).compute(question, rows, units)
