"""Tables of one measure laid into one system: what a reader of all of them can solve, month by month.

Cells are the same where they are narrowed down by the same classes and made of the same contributions. A cell that was
corrected since is another one, so that a version and the one before it are two tables that share what did not change;
what is in some of them and not in others, or was corrected, is laid in as parts of its own (`parts`).

Tables whose classifications close a circle (areas by industries, industries by sizes, sizes by areas) bound each other
through what they have in common and none of them shows: the crossing of all classifications. It is laid in, too. Where
they close none, sums that agree can always be made of some crossing (Vorob'ev), and it would tell nothing more; but for
months in which publications differ: who is in which of them leaves cells of the crossing empty, so that it is laid in
whenever no table has all classifications.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from millmark.region.disclosure import AttackSystem, CellFindings, Equations, SafetyRules, assess
from millmark.region.disclosure.cells import Flags, Ints
from millmark.region.disclosure.layers import Needs, needs_of, with_cumulative
from millmark.region.statistics.definition import Dimension
from millmark.region.statistics.parts import Parts, Whole
from millmark.region.statistics.table import TOTAL, StatisticsTable
from millmark.region.statistics.unknowns import Sums, Unknowns, together

Key = frozenset[tuple[str, str]]
"""Classification and code of everything that a cell is narrowed down by; sums over all are left out."""


@dataclass(frozen=True, eq=False)
class Assessed:
    """A table with what the rules find of it, and how far each cell must stay uncertain, its sums since January too."""

    table: StatisticsTable
    findings: CellFindings
    needs: Needs
    cumulative: CellFindings | None

    @classmethod
    def by(cls, table: StatisticsTable, rules: SafetyRules) -> Assessed:
        findings = assess(table.by_cell, rules)
        needs, cumulative = needs_of(findings), None
        if table.definition.cumulative:
            cumulative = assess(table.cumulative_by_cell, rules)
            needs = with_cumulative(needs, findings.total, cumulative, table.years)
        return cls(table, findings, needs, cumulative)

    @cached_property
    def keys(self) -> list[Key]:
        table = self.table
        return [key_of(table.definition.dimensions, table.key(cell)) for cell in range(table.lattice.cells)]


@dataclass(frozen=True, eq=False)
class Beside:
    """What else is public of the measure: `shown` are the cells and months that everybody reads, `before` what it was
    made of as cells of the table at hand.

    `is_crossing` marks the crossing of all classifications, which nobody publishes and in which nothing is protected
    for itself; `is_figure` a figure, of which the sum alone is told.
    """

    told: Assessed
    shown: Flags
    is_crossing: bool = False
    is_figure: bool = False
    before: StatisticsTable | None = None

    @property
    def is_table(self) -> bool:
        return not (self.is_crossing or self.is_figure)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A month with all that is public of it."""

    unknowns: Unknowns
    rows: Equations


class Linked:
    """The table at hand beside others, as one system for each month."""

    def __init__(self, own: Assessed, beside: Sequence[Beside], *, is_figure: bool = False) -> None:
        """With `is_figure` the table at hand is what a figure is made of."""
        self._own = own
        self._beside = beside
        self._is_figure = is_figure
        self._numbers: dict[Key, int] = {}
        self._keys = [
            np.array([self._numbers.setdefault(key, len(self._numbers)) for key in one.keys], np.int64)
            for one in (own, *(other.told for other in beside))
        ]

    @cached_property
    def classes(self) -> list[Key]:
        """What the numbers in `Unknowns.key` stand for; those of changes come once more behind them."""
        return [*self._numbers, *self._numbers]

    def system(self, month: int, decision: Ints, also: Needs, rules: SafetyRules) -> AttackSystem:
        """Of one month, by its place in the table at hand. The cells of the table come first, in their order, and hang
        on `decision`; what others show is known, what they keep back is never told. `also` are needs of the table's
        cells besides those of the rules, as (cells, months)."""
        laid = self.laid(month, also, rules)
        return laid.unknowns.system(laid.rows, decision, rules)

    def laid(self, month: int, also: Needs, rules: SafetyRules) -> Laid:
        own = self._own
        needs = Needs(np.maximum(own.needs.up, also.up), np.maximum(own.needs.down, also.down))
        nothing = np.zeros(own.table.lattice.cells, np.bool_)
        first = _sums(own, needs, self._keys[0], month, nothing, of_outsiders=self._is_figure)
        # Twice as many: a change of a sum has a number of its own.
        unknowns = Unknowns(first, 2 * len(self._numbers))
        everywhere = np.arange(own.table.lattice.cells, dtype=np.int64)
        whole = Whole(own.table, month, self._keys[0], everywhere)
        rows, wholes, changed = [own.table.lattice.equations], [whole], []
        number = int(own.table.months[month])
        for keys, other in zip(self._keys[1:], self._beside, strict=True):
            there = np.flatnonzero(other.told.table.months == number)
            if not len(there):
                continue
            column = int(there[0])
            asked = None if other.is_crossing else other.told.needs
            sums = _sums(other.told, asked, keys, column, other.shown[:, column], of_outsiders=not other.is_table)
            place = unknowns.lay(sums)
            equations = other.told.table.lattice.equations
            rows.append(replace(equations, cell=place[equations.cell]))
            wholes.append(Whole(other.told.table, column, keys, place))
            if other.before is not None:
                changed.append((whole, Whole(other.before, column, self._keys[0], everywhere)))
        rows += Parts(unknowns, len(self._numbers), rules).lay(wholes, changed)
        return Laid(unknowns, together(rows))


def _sums(told: Assessed, needs: Needs | None, keys: Ints, column: int, shown: Flags, *, of_outsiders: bool) -> Sums:
    findings = {name: getattr(told.findings, name)[:, [column]] for name in CellFindings.__dataclass_fields__}
    nothing = np.zeros(len(keys))
    return Sums(
        keys,
        told.table.fingerprint[:, column],
        CellFindings(**findings),
        nothing if needs is None else needs.up[:, column],
        nothing if needs is None else needs.down[:, column],
        shown,
        of_outsiders=of_outsiders,
    )


def key_of(dimensions: Sequence[Dimension], codes: Sequence[str]) -> Key:
    # A section is the same sum whether it stands in a table by section or above its divisions.
    return frozenset(
        (_SAME.get(dimension, str(dimension)), code)
        for dimension, code in zip(dimensions, codes, strict=True)
        if code != TOTAL
    )


def crossing_of(tables: Iterable[Sequence[Dimension]]) -> tuple[Dimension, ...]:
    """The classifications of all tables together; none where one of the tables has all of them already."""
    told = [frozenset(one) for one in tables]
    every = frozenset().union(*told)
    if Dimension.INDUSTRY in every:
        every -= {Dimension.SECTION}
    return () if every in told else tuple(one for one in Dimension if one in every)


def closes_a_circle(tables: Iterable[Sequence[Dimension]]) -> bool:
    """Whether sums by these classifications can agree two by two without any crossing that they all are sums of
    (Graham's reduction leaves something)."""
    left = {frozenset(_SAME.get(one, str(one)) for one in table) for table in tables}
    while True:
        before = set(left)
        left = {one for one in left if not any(one < other for other in left)}
        left = {frozenset(name for name in one if any(name in other for other in left - {one})) for one in left}
        left -= {frozenset()}
        if left == before:
            return len(left) > 1


_SAME: Final = {Dimension.SECTION: "industry"}
