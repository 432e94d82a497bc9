"""Primary disclosure control: which cells are unsafe by themselves, all of a table at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.region.disclosure.rules import SafetyRules

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class CellContributions:
    """What each holding adds to each cell in each period: a row for each pair of cell and holding, sorted by cell.

    `cell` lies within 0..`cells`-1; `value` has the shape (rows, periods) and counts whole units; `waived` says by row
    that the holding consented to its part being told.
    """

    cells: int
    cell: Ints
    holding: Ints
    value: Ints
    waived: Flags

    @property
    def periods(self) -> int:
        return int(self.value.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class CellFindings:
    """Arrays of the shape (cells, periods). `contributors` counts holdings that add something other than nothing.

    `few` and `dominant` say which rule finds the cell unsafe. `protection` is by how much an outsider's upper bound
    must exceed the cell's value (handbook, table of upper protection levels); 0 for safe cells. `largest` and `second`
    are the two contributions that the p % rule looks at, `largest_holding` and `second_holding` whose they are, -1 for
    none. `mixed` marks cells with a negative contribution.
    """

    total: Ints
    contributors: Ints
    few: Flags
    dominant: Flags
    protection: Floats
    largest: Ints
    second: Ints
    largest_holding: Ints
    second_holding: Ints
    mixed: Flags

    @property
    def unsafe(self) -> Flags:
        return self.few | self.dominant


def grouped(cells: int, cell: Ints, holding: Ints, value: Ints, waived: Flags | None = None) -> CellContributions:
    """Adds up what the members of one holding contribute to one cell, before any rule is applied (handbook: Holdings).

    `value` has a row for each member, of one number or of one for each period. A holding waives its protection where
    all its members in the cell do.
    """
    value = value.reshape(len(cell), -1)
    waived = np.zeros(len(cell), np.bool_) if waived is None else waived
    order = np.lexsort((holding, cell))
    cell, holding, value, waived = cell[order], holding[order], value[order], waived[order]
    new = np.ones(len(cell), np.bool_)
    new[1:] = (cell[1:] != cell[:-1]) | (holding[1:] != holding[:-1])
    if new.all():
        return CellContributions(cells, cell, holding, value, waived)
    starts = np.flatnonzero(new)
    return CellContributions(
        cells,
        cell[starts],
        holding[starts],
        np.add.reduceat(value, starts, axis=0),
        np.logical_and.reduceat(waived, starts),
    )


def assess(told: CellContributions, rules: SafetyRules) -> CellFindings:
    """Applies every rule to every cell and period.

    With s the largest contribution that is not waived and r the largest other one: unsafe if X - s - r < p/100 * s.
    Where a contribution is negative, sizes are compared and the rules weakened by `negative_factor`.
    """
    by = _ByCell(told)
    adds = told.value != 0
    size = np.abs(told.value)
    total = by.added(told.value)
    contributors = by.added(adds.astype(np.int64))
    mixed = by.added((told.value < 0).astype(np.int64)) > 0
    whole = np.where(mixed, by.added(size), total).astype(np.float64)

    largest, largest_row = by.largest(np.where(told.waived[:, None], 0, size))
    rest = by.without(size, largest_row)
    second, second_row = by.largest(rest)
    protects = largest_row >= 0

    few = (contributors < rules.least_contributors) & protects
    protection = np.full(total.shape, -np.inf)
    for percent in rules.estimate_percents:
        weakened = np.where(mixed, percent / rules.negative_factor, percent) / 100
        protection = np.maximum(protection, weakened * largest - (whole - largest - second))
    if rules.dominance is not None:
        open_share = 100 - rules.dominance.percent
        weakened = 100 - np.where(mixed, open_share / rules.negative_factor, open_share)
        top = largest.copy()
        for number in range(rules.dominance.largest - 1):
            row = second_row if number == 0 else by.largest(rest)[1]
            top += by.taken(size, row)
            rest = by.without(rest, row)
        protection = np.maximum(protection, 100 / weakened * top - whole)
    # Rounding of the last digit must not turn a cell that is exactly on the edge unsafe.
    dominant = protects & (protection > 1e-9 * np.maximum(whole, 1))
    least = rules.least_width_percent / 100 * np.maximum(np.abs(total), largest)
    return CellFindings(
        total=total,
        contributors=contributors,
        few=few,
        dominant=dominant,
        protection=np.where(few | dominant, np.maximum(np.maximum(protection, least), 1.0), 0.0),
        largest=largest,
        second=second,
        largest_holding=_whose(told.holding, largest_row),
        second_holding=_whose(told.holding, second_row),
        mixed=mixed,
    )


class _ByCell:
    """Folds rows that are sorted by cell."""

    def __init__(self, told: CellContributions) -> None:
        self._told = told
        new = np.ones(len(told.cell), np.bool_)
        new[1:] = told.cell[1:] != told.cell[:-1]
        self._starts = np.flatnonzero(new)
        self._cells = told.cell[self._starts]
        self._place = np.cumsum(new) - 1
        self._rows = np.arange(len(told.cell), dtype=np.int64)[:, None]

    def added(self, value: Ints) -> Ints:
        found = np.zeros((self._told.cells, self._told.periods), np.int64)
        if len(self._starts):
            found[self._cells] = np.add.reduceat(value, self._starts, axis=0)
        return found

    def largest(self, size: Ints) -> tuple[Ints, Ints]:
        """Of each cell the largest size above 0 and its row; 0 and -1 where there is none."""
        best = np.zeros((self._told.cells, self._told.periods), np.int64)
        row = np.full(best.shape, -1, np.int64)
        if len(self._starts):
            most = np.maximum.reduceat(size, self._starts, axis=0)
            hit = np.where(size == most[self._place], self._rows, len(self._rows))
            first = np.minimum.reduceat(hit, self._starts, axis=0)
            best[self._cells] = most
            row[self._cells] = np.where(most > 0, first, -1)
        return best, row

    @staticmethod
    def taken(size: Ints, rows: Ints) -> Ints:
        """The sizes of some rows, 0 where there is none."""
        if not len(size):
            return np.zeros(rows.shape, np.int64)
        return np.where(rows >= 0, np.take_along_axis(size, np.maximum(rows, 0), axis=0), 0)

    @staticmethod
    def without(size: Ints, rows: Ints) -> Ints:
        """The sizes with some rows' taken away; `rows` is by cell and period, -1 for none."""
        size = size.copy()
        cell, period = np.nonzero(rows >= 0)
        size[rows[cell, period], period] = 0
        return size


def _whose(holding: Ints, row: Ints) -> Ints:
    if not len(holding):
        return np.full(row.shape, NOBODY, np.int64)
    return np.where(row >= 0, holding[np.maximum(row, 0)], NOBODY)
