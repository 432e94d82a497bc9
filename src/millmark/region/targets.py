"""Targets of a year beside what stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from millmark.region.entry import LedgerEntry
from millmark.region.figure import Figure
from millmark.region.indicators import Indicator
from millmark.region.ledger import Ledger
from millmark.region.ledger_rows import At, LedgerFilter

TARGET_KIND: Final = "yearly-target"

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Target:
    """A target and how far it is reached; `progress` in percent, to a tenth. `figure` or `indicator` is what it
    measures itself by, neither where the measure is not known."""

    entry: LedgerEntry
    measure: str
    value: Decimal | None
    progress: Decimal | None
    figure: Figure | None
    indicator: Indicator | None

    @property
    def goal(self) -> Decimal:
        return self.entry.quantity or Decimal(0)

    @property
    def due(self) -> date:
        return self.entry.span.last

    @property
    def reached(self) -> bool | None:
        return None if self.value is None else self.value >= self.goal


def targets_of(
    ledger: Ledger, at: At, figures: list[Figure], indicators: list[Indicator], area_code: str | None = None
) -> list[Target]:
    """The targets that stand, the latest due first."""
    prefix, names = ledger.filter_area(area_code or ledger.pack.city.area_code)
    wanted = LedgerFilter(kind=TARGET_KIND, area_prefix=prefix, area_names=names)
    by_figure = {one.id.casefold(): one for one in figures}
    by_indicator = {one.text.id: one for one in indicators}
    found = []
    for entry in ledger.found(wanted, at):
        measure = str(entry.fields.get("measure", ""))
        figure, indicator = by_figure.get(measure.casefold()), by_indicator.get(measure)
        value = figure.value if figure is not None else indicator.value if indicator is not None else None
        found.append(Target(entry, measure, value, progress(value, entry.quantity), figure, indicator))
    return sorted(found, key=lambda one: (one.due, one.entry.id), reverse=True)


def progress(value: Decimal | None, goal: Decimal | None) -> Decimal | None:
    """How much of a goal is reached, in percent; None without a value, or for a goal of nothing."""
    return (100 * value / goal).quantize(_TENTH) if value is not None and goal else None
