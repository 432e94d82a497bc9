"""The unknowns of one month: the cells of the table at hand, in their order, and behind them those of all that is laid
beside it. Sums of the same class that are made of the same contributions are one unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from millmark.region.disclosure import AttackSystem, CellFindings, Equations, SafetyRules
from millmark.region.disclosure.cells import Flags, Floats, Ints
from millmark.region.disclosure.layers import Needs, layer
from millmark.region.disclosure.system import KNOWN, NEVER_TOLD
from millmark.region.statistics.columns import spread_over_64_bits


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Some sums of one month: `key` is the number of each one's class, `mark` stands for what it is made of.

    `findings` has one period. Of sums that are `of_outsiders`, no contributor knows or asks anything for itself; those
    that are `signed` are differences and may be less than nothing.
    """

    key: Ints
    mark: Ints
    findings: CellFindings
    up: Floats
    down: Floats
    shown: Flags
    of_outsiders: bool = False
    signed: bool = False

    def only(self, chosen: Flags) -> Sums:
        findings = {name: getattr(self.findings, name)[chosen] for name in CellFindings.__dataclass_fields__}
        return Sums(
            self.key[chosen],
            self.mark[chosen],
            CellFindings(**findings),
            self.up[chosen],
            self.down[chosen],
            self.shown[chosen],
            self.of_outsiders,
            self.signed,
        )


class Unknowns:
    """Filled sum by sum; the first ones laid down keep their order."""

    def __init__(self, own: Sums, keys: int) -> None:
        """`keys` is how many classes there are."""
        self.own = len(own.key)
        self._place = np.full(keys, -1, np.int64)
        self._place[own.key] = np.arange(self.own)
        self._mark = own.mark
        self._numbers: dict[tuple[int, int], int] = {}
        self._told = {name: getattr(own.findings, name)[:, 0] for name in CellFindings.__dataclass_fields__}
        self._up, self._down, self.shown = own.up.copy(), own.down.copy(), own.shown.copy()
        self._of_outsiders = np.full(self.own, own.of_outsiders)
        self._signed = np.zeros(self.own, np.bool_)
        self.key = own.key

    def lay(self, sums: Sums) -> Ints:
        """The place of each sum among the unknowns, new ones at the end; what is shown once is known."""
        here = self._place[sums.key]
        is_own = (here >= 0) & (self._mark[here] == sums.mark)
        place = here.copy()
        before = len(self.shown)
        place[~is_own] = self._numbered(sums.key[~is_own], sums.mark[~is_own])
        self._grow(sums, place, before)
        self.shown[place[sums.shown]] = True
        np.maximum.at(self._up, place[~sums.shown], sums.up[~sums.shown])
        np.maximum.at(self._down, place[~sums.shown], sums.down[~sums.shown])
        if not sums.of_outsiders:
            self._of_outsiders[place] = False
        return place

    def system(self, rows: Equations, decision: Ints, rules: SafetyRules) -> AttackSystem:
        """`decision` is by own cell; of the others nothing is left to decide."""
        # What is told already is told; nothing brings it back.
        needs = Needs(np.where(self.shown, 0.0, self._up)[:, None], np.where(self.shown, 0.0, self._down)[:, None])
        others = np.full(len(self.shown) - self.own, NEVER_TOLD)
        return layer(
            rows,
            CellFindings(**{name: told[:, None] for name, told in self._told.items()}),
            needs,
            0,
            np.where(self.shown, KNOWN, np.append(decision, others)),
            rules,
            signed=self._signed,
            of_outsiders=self._of_outsiders,
        )

    def _numbered(self, keys: Ints, marks: Ints) -> Ints:
        first, numbers = self.own, self._numbers
        return np.array(
            [
                first + numbers.setdefault(pair, len(numbers))
                for pair in zip(keys.tolist(), marks.tolist(), strict=True)
            ],
            np.int64,
        )

    def _grow(self, sums: Sums, place: Ints, before: int) -> None:
        room = self.own + len(self._numbers) - before
        new = place >= before
        for name, told in self._told.items():
            wide = np.append(told, np.zeros(room, told.dtype))
            wide[place[new]] = getattr(sums.findings, name)[new, 0]
            self._told[name] = wide
        self._up, self._down = np.append(self._up, np.zeros(room)), np.append(self._down, np.zeros(room))
        self.shown = np.append(self.shown, np.zeros(room, np.bool_))
        self._of_outsiders = np.append(self._of_outsiders, np.ones(room, np.bool_))
        self._signed = np.append(self._signed, np.full(room, sums.signed))
        self.key = np.append(self.key, np.zeros(room, np.int64))
        self.key[place[new]] = sums.key[new]


def gathered(row: Ints, cell: Ints, factor: Floats) -> Equations:
    """Equations from entries in any order: those of a cell in a row are added up, rows that say nothing left out."""
    order = np.lexsort((cell, row))
    row, cell, factor = row[order], cell[order], factor[order]
    if not len(row):
        return Equations(np.zeros(1, np.int64), cell, factor)
    starts = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (cell[1:] != cell[:-1])])
    row, cell, factor = row[starts], cell[starts], np.add.reduceat(factor, starts)
    kept = factor != 0
    row, cell, factor = row[kept], cell[kept], factor[kept]
    length = np.unique(row, return_counts=True)[1]
    return Equations(np.r_[0, np.cumsum(length)].astype(np.int64), cell, factor)


def together(several: Sequence[Equations]) -> Equations:
    """The rows of several, each row once."""
    if len(several) == 1:
        return several[0]
    length = np.concatenate([np.diff(one.start) for one in several])
    cell = np.concatenate([one.cell for one in several])
    factor = np.concatenate([one.coefficient for one in several])
    start = np.r_[0, np.cumsum(length)].astype(np.int64)
    # Rows of the same sum have the same mark; all rows have entries.
    mark = np.add.reduceat(spread_over_64_bits(cell) * factor.astype(np.int64), start[:-1])
    row = np.sort(np.unique(mark, return_index=True)[1])
    entry = np.repeat(start[row] - np.r_[0, np.cumsum(length[row])[:-1]], length[row]) + np.arange(length[row].sum())
    return Equations(np.r_[0, np.cumsum(length[row])].astype(np.int64), cell[entry], factor[entry])
