"""From a computed table to what of it may be published: rules, complements, months, earlier versions, and the judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from millmark.region.disclosure import (
    AttackSystem,
    CellFindings,
    PublicationRefused,
    SafetyRules,
    Targets,
    Unsafe,
    assess,
    audit,
    joined,
    protect,
)
from millmark.region.disclosure.cells import Flags, Floats, Ints
from millmark.region.disclosure.layers import Needs, cumulative_hidden, layer, needs_of, with_cumulative
from millmark.region.disclosure.system import KNOWN, NEVER_TOLD, Insiders
from millmark.region.statistics.definition import Cost
from millmark.region.statistics.table import StatisticsTable, change

KINDS: Final = ("", Unsafe.FEW, Unsafe.DOMINANT, Unsafe.DIFFERENCE, Unsafe.COMPLEMENT)
"""What the numbers in `Release.kind` stand for."""
_TOTALS_COUNT: Final = 4.0
"""How many times as dear a cell is for each classification of which it is a total: margins are kept if possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is public already, as cells and months of the table at hand: an earlier version of it, or another table of
    the same measure where both have the same sum.

    `before` is the table at hand computed from what that publication was made from, with the same classes. `shown` are
    the cells whose value it tells, `kept` those it kept back; a cell that it does not have is neither.
    """

    before: StatisticsTable
    shown: Flags
    kept: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """Arrays by cell and month. `kind` says why a month's cell is hidden, as a place in `KINDS`, `cumulative_kind` the
    same of the sums since January. `low` and `high` bound what a reader can conclude of a hidden month, NaN elsewhere.

    `cost` and `gap` are those of the complements, `seconds` how long all of it took.
    """

    kind: NDArray[np.int8]
    cumulative_kind: NDArray[np.int8]
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    cost: float
    gap: float
    seconds: float

    @property
    def hidden(self) -> Flags:
        return self.kind > 0

    @property
    def cumulative_hidden(self) -> Flags:
        return self.cumulative_kind > 0

    def counts(self) -> Mapping[str, int]:
        """How many cells of all months are hidden, by kind."""
        kinds = self.kind.ravel()
        return {str(name): int((kinds == number).sum()) for number, name in enumerate(KINDS) if name}


def release(
    table: StatisticsTable,
    rules: SafetyRules,
    *,
    told: Sequence[Told] = (),
    budget_s: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
) -> Release:
    """What must be hidden of a table, at least cost, so that nobody learns of one enterprise from it, from the months,
    or from what was told already. Raises `PublicationRefused` when nothing protects it, or when the
    audit of the result finds a way in."""
    begin = clock()
    findings = assess(table.by_cell, rules)
    cumulative = assess(table.cumulative_by_cell, rules) if table.definition.cumulative else None
    needs = needs_of(findings)
    if cumulative is not None:
        needs = with_cumulative(needs, findings.total, cumulative, table.years)
    work = _Work(table, rules, findings, needs, [(one, _changes(table, one, rules)) for one in told])
    kind = np.zeros(findings.total.shape, np.int8)
    low = np.full(kind.shape, np.nan)
    high = low.copy()
    cost, least = 0.0, 0.0
    for year in table.years:
        spent, bound = _protect_year(work, year, kind, low, high, budget_s / len(table.years), clock)
        cost, least = cost + spent, least + bound
    hidden = kind > 0
    return Release(
        kind=kind,
        cumulative_kind=_cumulative_kinds(table, hidden, cumulative),
        low=low,
        high=high,
        cost=cost,
        gap=0.0 if cost <= 0 else max(0.0, 1 - least / cost),
        seconds=clock() - begin,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Changes:
    """Of the months that were told before: what changed (cells, months of the table), and what of it is unsafe."""

    findings: CellFindings
    any_: Flags
    unsafe: Flags
    need: Floats


@dataclass(frozen=True, eq=False)
class _Work:
    table: StatisticsTable
    rules: SafetyRules
    findings: CellFindings
    needs: Needs
    told: Sequence[tuple[Told, _Changes]]

    @cached_property
    def known(self) -> Flags:
        """Cells that are told already and in which nothing changed: there is nothing left to hide."""
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, changed in self.told:
            found |= told.shown & ~changed.any_
        return found

    @cached_property
    def stays_hidden(self) -> Flags:
        """What was kept back once is kept back ever after."""
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, _ in self.told:
            found |= told.kept
        return found & ~self.known & (self.findings.contributors > 0)

    @cached_property
    def differing(self) -> Flags:
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, changed in self.told:
            found |= told.shown & changed.unsafe
        return found


def _protect_year(
    work: _Work,
    year: Ints,
    kind: NDArray[np.int8],
    low: Floats,
    high: Floats,
    budget_s: float,
    clock: Callable[[], float],
) -> tuple[float, float]:
    cells = work.table.lattice.cells
    decision = np.arange(cells, dtype=np.int64)
    forced: Flags = np.asarray(work.stays_hidden[:, year].any(axis=1))
    systems: list[AttackSystem] = []
    own: list[int] = []
    for month in year:
        known = work.known[:, month]
        one = layer(work.table.lattice, work.findings, _without(work.needs, known, month), month, decision, work.rules)
        own.append(sum(before.cells for before in systems))
        # What is told already is known to everybody, whatever is decided here.
        systems.append(replace(one, decision=np.where(known & (one.decision >= 0), KNOWN, one.decision)))
        systems += _change_layer(work, int(month), decision)
    system = joined(systems)
    found = protect(system, _weights(work, year), budget_s=budget_s, also_forced=forced, clock=clock)
    report = audit(system, found.pattern) if found.is_safe else None
    if report is None or not report.is_safe:
        raise _refusal(work.table)
    hidden = system.hidden(found.pattern)
    for shift, month in zip(own, year, strict=True):
        kind[:, month] = _kinds(work, hidden[shift : shift + cells], int(month))
        here = (report.cell >= shift) & (report.cell < shift + cells)
        low[report.cell[here] - shift, month] = report.low[here]
        high[report.cell[here] - shift, month] = report.high[here]
    return found.cost, found.least_cost


def _without(needs: Needs, known: Flags, month: int) -> Needs:
    """No need for what is public already; nothing brings it back."""
    if not known.any():
        return needs
    up, down = needs.up.copy(), needs.down.copy()
    up[known, month], down[known, month] = 0.0, 0.0
    return Needs(up, down)


def _change_layer(work: _Work, month: int, decision: Ints) -> list[AttackSystem]:
    """The differences against what was told before, as layers of their own: they add up as the table does.

    A difference can be anything, so there is no lower end; where nothing changed, the reader is taken to know it.
    """
    layers = []
    for told, changed in work.told:
        moved = changed.any_[:, month]
        if not (moved & told.shown[:, month]).any():
            continue
        far = np.where(moved, np.inf, 0.0)
        place = np.where(told.shown[:, month], decision, NEVER_TOLD)
        targets = np.flatnonzero(changed.unsafe[:, month] & told.shown[:, month])
        need = changed.need[targets, month]
        layers.append(
            AttackSystem(
                value=changed.findings.total[:, month].astype(np.float64),
                down=far,
                up=far,
                decision=np.where(moved, place, KNOWN),
                equations=work.table.lattice.equations,
                targets=Targets(targets, need, need),
                insiders=Insiders.none(),
            )
        )
    return layers


def _changes(table: StatisticsTable, told: Told, rules: SafetyRules) -> _Changes:
    shape = (table.lattice.cells, len(table.months))
    both = np.isin(table.months, told.before.months)
    found = assess(change(table, told.before), rules)
    wide = {name: np.zeros(shape, getattr(found, name).dtype) for name in CellFindings.__dataclass_fields__}
    for name, array in wide.items():
        array[:, both] = getattr(found, name)
    findings = CellFindings(**wide)
    # A change among few is theirs to tell; by dominance alone it is too, for a late report is a whole contribution.
    return _Changes(findings, findings.contributors > 0, findings.unsafe, findings.protection)


def _weights(work: _Work, year: Ints) -> Floats:
    table, cost = work.table, work.table.definition.cost
    value = np.abs(work.findings.total[:, year]).mean(axis=1).astype(np.float64)
    if cost is Cost.NUMBER:
        weight = np.ones(len(value))
    elif cost is Cost.CONTRIBUTORS:
        weight = work.findings.contributors[:, year].mean(axis=1) + 1.0
    else:
        # Handbook 4.3.1, Cell costs: by value itself one large cell outweighs any number of small ones.
        weight = np.sqrt(value) + 1.0
    totals = np.zeros(len(value))
    for place, axis in enumerate(table.axes):
        is_leaf = np.array(axis.is_leaf)
        totals += ~is_leaf[np.unravel_index(np.arange(len(value)), table.lattice.shape)[place]]
    return np.asarray(weight * _TOTALS_COUNT**totals, np.float64)


def _kinds(work: _Work, hidden: Flags, month: int) -> NDArray[np.int8]:
    kind = np.where(hidden, KINDS.index(Unsafe.COMPLEMENT), 0).astype(np.int8)
    kind[hidden & work.differing[:, month]] = KINDS.index(Unsafe.DIFFERENCE)
    kind[hidden & work.findings.dominant[:, month]] = KINDS.index(Unsafe.DOMINANT)
    kind[hidden & work.findings.few[:, month]] = KINDS.index(Unsafe.FEW)
    return kind


def _cumulative_kinds(table: StatisticsTable, hidden: Flags, cumulative: CellFindings | None) -> NDArray[np.int8]:
    found = cumulative_hidden(hidden, table.years)
    kind = np.where(found, KINDS.index(Unsafe.COMPLEMENT), 0).astype(np.int8)
    if cumulative is not None:
        kind[found & cumulative.dominant] = KINDS.index(Unsafe.DOMINANT)
        kind[found & cumulative.few] = KINDS.index(Unsafe.FEW)
    return kind


def _refusal(table: StatisticsTable) -> PublicationRefused:
    return PublicationRefused(
        f"the table {table.definition.slug!r} cannot be published so that no enterprise can be concluded from it and "
        "from what is public already; use fewer or coarser classifications"
    )
