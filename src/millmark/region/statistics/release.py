"""From a computed table to what of it may be published: rules, complements, months, earlier versions, and the judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from millmark.region.disclosure import (
    CellFindings,
    PublicationRefused,
    SafetyRules,
    Unsafe,
    assess,
    audit,
    joined,
    no_worse_than,
    protect,
)
from millmark.region.disclosure.cells import Flags, Floats, Ints
from millmark.region.disclosure.layers import Needs, cumulative_hidden
from millmark.region.statistics.definition import Cost
from millmark.region.statistics.linked import Assessed, Beside, Linked
from millmark.region.statistics.table import StatisticsTable, change

KINDS: Final = ("", Unsafe.COMPLEMENT, Unsafe.DIFFERENCE, Unsafe.DOMINANT, Unsafe.FEW)
"""What the numbers in `Release.kind` stand for; of two reasons the later one is told."""
_TOTALS_COUNT: Final = 4.0
"""How many times as dear a cell is for each classification of which it is a total: margins are kept if possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What is public already, as cells and months of the table at hand: an earlier version of it, or another table of
    the same measure where both have the same sum.

    `before` is the table at hand computed from what that publication was made from, with the same classes. `shown` are
    the cells whose value it tells, `kept` those it kept back; a cell that it does not have is neither. `theirs` is that
    publication's own table, `theirs_shown` its cells and months that it tells. `is_figure` says that it is no table
    but a figure: the sum of whoever is in it, and nothing else of them.
    """

    before: StatisticsTable
    shown: Flags
    kept: Flags
    theirs: StatisticsTable
    theirs_shown: Flags
    is_figure: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """Arrays by cell and month. `kind` says why a month's cell is hidden, as a place in `KINDS`, `cumulative_kind` the
    same of the sums since January. `low` and `high` bound what a reader can conclude of a hidden month, NaN elsewhere.

    `cost` and `gap` are those of the complements, `seconds` how long all of it took. `exposed` counts cells and months
    that can be concluded more closely than the rules want from what is public already; of those this tells no more.
    """

    kind: NDArray[np.int8]
    cumulative_kind: NDArray[np.int8]
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    cost: float
    gap: float
    seconds: float
    exposed: int = 0

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


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of the sums that a table is made of, a ratio of two, with what of it is public already.

    `crossings` are tables by all classifications of those that are laid together here, where these close a circle
    (`linked`).
    """

    table: StatisticsTable
    told: Sequence[Told] = ()
    crossings: Sequence[StatisticsTable] = ()


def release(
    parts: Sequence[Part],
    rules: SafetyRules,
    *,
    budget_s: float = 0.5,
    clock: Callable[[], float] = time.monotonic,
) -> Release:
    """What must be hidden of a table, at least cost, so that nobody learns of one enterprise from it, from the months,
    or from it together with what was told already. Of a ratio, what is told of a cell is taken for both of its sums.
    Raises `PublicationRefused` when nothing protects it, or when the audit of the result finds a way in."""
    begin = clock()
    works = [_Work.of(part, rules) for part in parts]
    table = works[0].table
    kind = np.zeros(works[0].findings.total.shape, np.int8)
    low = np.full(kind.shape, np.nan)
    high = low.copy()
    cost, least, exposed = 0.0, 0.0, 0
    for year in table.years:
        found = _protect_year(works, year, kind, low, high, budget_s / len(table.years), clock)
        cost, least, exposed = cost + found.cost, least + found.least_cost, exposed + found.exposed
    return Release(
        kind=kind,
        cumulative_kind=_cumulative_kinds(works, kind > 0),
        low=low,
        high=high,
        cost=cost,
        gap=0.0 if cost <= 0 else max(0.0, 1 - least / cost),
        seconds=clock() - begin,
        exposed=exposed,
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
    own: Assessed
    rules: SafetyRules
    linked: Linked
    told: Sequence[tuple[Told, _Changes]]

    @classmethod
    def of(cls, part: Part, rules: SafetyRules) -> _Work:
        own = Assessed.by(part.table, rules)
        beside = [
            Beside(Assessed.by(one.theirs, rules), one.theirs_shown, is_figure=one.is_figure, before=one.before)
            for one in part.told
        ]
        beside += [Beside(Assessed.by(one, rules), np.zeros(one.total.shape, np.bool_), True) for one in part.crossings]
        return cls(own, rules, Linked(own, beside), [(one, _changes(part.table, one, rules)) for one in part.told])

    @property
    def table(self) -> StatisticsTable:
        return self.own.table

    @property
    def findings(self) -> CellFindings:
        return self.own.findings

    @cached_property
    def known(self) -> Flags:
        """Cells that are told already and in which nothing changed: there is nothing left to hide."""
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, changed in self.told:
            found |= told.shown & ~changed.any_
        return found

    @cached_property
    def stays_hidden(self) -> Flags:
        """What was kept back once is kept back ever after, but for what is safe to tell since somebody agreed to it:
        what hangs on it besides is looked at with all that is public."""
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, changed in self.told:
            freed = self.table.told_by_consent & ~self.findings.unsafe & ~changed.any_
            found |= told.kept & ~freed
        return found & ~self.known & (self.findings.contributors > 0)

    @cached_property
    def differences(self) -> Needs:
        """How far what changed must stay uncertain: of a value that was told before, as far as the value itself."""
        up = np.zeros(self.findings.total.shape)
        for told, changed in self.told:
            up = np.maximum(up, np.where(told.shown & changed.unsafe, changed.need, 0.0))
        up[self.findings.contributors == 0] = 0.0
        room = np.where(self.findings.mixed, np.inf, self.findings.total.astype(np.float64))
        return Needs(up, np.minimum(up, room))

    @cached_property
    def differing(self) -> Flags:
        found = np.zeros(self.findings.total.shape, np.bool_)
        for told, changed in self.told:
            found |= told.shown & changed.unsafe
        return found


@dataclass(frozen=True, slots=True)
class _Year:
    cost: float
    least_cost: float
    exposed: int


def _protect_year(
    works: Sequence[_Work],
    year: Ints,
    kind: NDArray[np.int8],
    low: Floats,
    high: Floats,
    budget_s: float,
    clock: Callable[[], float],
) -> _Year:
    """Fills in what is hidden of a year and what can be concluded of it; of a ratio, of what stands above the line."""
    table = works[0].table
    cells = table.lattice.cells
    decision = np.arange(cells, dtype=np.int64)
    forced: Flags = np.logical_or.reduce([work.stays_hidden[:, year].any(axis=1) for work in works])
    pairs = [(work, int(month)) for work in works for month in year]
    months = [work.linked.system(month, decision, work.differences, work.rules) for work, month in pairs]
    own = np.r_[0, np.cumsum([one.cells for one in months])]
    system, weight, exposed = joined(months), _weights(works[0], year), 0
    found = protect(system, weight, budget_s=budget_s, also_forced=forced, clock=clock)
    if not found.is_safe and any(work.told for work in works):
        # With everything kept back this fails by what is public already. It cannot be undone, but made no worse.
        system, exposed = no_worse_than(system, found.failures), len({one.cell for one in found.failures})
        found = protect(system, weight, budget_s=budget_s, also_forced=forced, clock=clock)
    report = audit(system, found.pattern) if found.is_safe else None
    if report is None or not report.is_safe:
        raise _refusal(table)
    hidden = system.hidden(found.pattern)
    for shift, (work, month) in zip(own, pairs, strict=False):
        np.maximum(kind[:, month], _kinds(work, hidden[shift : shift + cells], month), out=kind[:, month])
        if work is works[0]:
            here = (report.cell >= shift) & (report.cell < shift + cells)
            low[report.cell[here] - shift, month] = report.low[here]
            high[report.cell[here] - shift, month] = report.high[here]
    return _Year(found.cost, found.least_cost, exposed)


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


def _cumulative_kinds(works: Sequence[_Work], hidden: Flags) -> NDArray[np.int8]:
    found = cumulative_hidden(hidden, works[0].table.years)
    kind = np.where(found, KINDS.index(Unsafe.COMPLEMENT), 0).astype(np.int8)
    for cumulative in (work.own.cumulative for work in works):
        if cumulative is not None:
            kind[found & cumulative.dominant] = KINDS.index(Unsafe.DOMINANT)
    for cumulative in (work.own.cumulative for work in works):
        if cumulative is not None:
            kind[found & cumulative.few] = KINDS.index(Unsafe.FEW)
    return kind


def _refusal(table: StatisticsTable) -> PublicationRefused:
    return PublicationRefused(
        f"the table {table.definition.slug!r} cannot be published so that no enterprise can be concluded from it and "
        "from what is public already; use fewer or coarser classifications",
        f"统计表{table.definition.slug}无法在保护每家企业的前提下公布:与已公布的数据对照,总能推算出单个企业的数值;"
        "请减少分类或改用更粗的分类",
    )
