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

    `cell` lies within 0..`cells`-1; `value` has the shape (rows, periods) and counts whole units; `waived`, of the same
    shape, says that the holding consented to its part being told.
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
    order = np.lexsort((holding, cell))
    cell, holding = cell[order], holding[order]
    new = np.ones(len(cell), np.bool_)
    new[1:] = (cell[1:] != cell[:-1]) | (holding[1:] != holding[:-1])
    starts = np.flatnonzero(new)
    added = value[order[starts]]
    # Few are of a holding; adding up them alone is quicker than going over all rows again.
    place, others = (np.cumsum(new) - 1)[~new], order[~new]
    np.add.at(added, place, value[others])
    if waived is None:
        all_waive = np.zeros(added.shape, np.bool_)
    else:
        waived = waived.reshape(value.shape)
        # Whoever adds nothing has nothing to agree to.
        waived = waived | (value == 0)
        all_waive = waived[order[starts]]
        np.logical_and.at(all_waive, place, waived[others])
    return CellContributions(cells, cell[starts], holding[starts], added, all_waive)


def assess(told: CellContributions, rules: SafetyRules) -> CellFindings:
    """Applies every rule to every cell and period.

    With s the largest contribution that is not waived and r the largest other one: unsafe if X - s - r < p/100 * s.
    Where a contribution is negative, sizes are compared and the rules weakened by `negative_factor`.
    """
    from millmark.region.disclosure import cells_kernel as kernel

    figures = _folded(told, 1 if rules.dominance is None else rules.dominance.largest)
    total, contributors = figures[kernel.TOTAL], figures[kernel.CONTRIBUTORS]
    mixed = figures[kernel.NEGATIVE] > 0
    whole = figures[kernel.SIZE].astype(np.float64)
    largest, largest_row = figures[kernel.LARGEST], figures[kernel.LARGEST_ROW]
    second, second_row = figures[kernel.SECOND], figures[kernel.SECOND_ROW]
    protects = largest_row >= 0

    few = (contributors < rules.least_contributors) & protects
    protection = np.full(total.shape, -np.inf)
    for percent in rules.estimate_percents:
        weakened = np.where(mixed, percent / rules.negative_factor, percent) / 100
        protection = np.maximum(protection, weakened * largest - (whole - largest - second))
    if rules.dominance is not None:
        open_share = 100 - rules.dominance.percent
        weakened = 100 - np.where(mixed, open_share / rules.negative_factor, open_share)
        protection = np.maximum(protection, 100 / weakened * figures[kernel.TOP] - whole)
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


def _folded(told: CellContributions, among: int) -> Ints:
    from millmark.model.compiled import kernel_array
    from millmark.region.disclosure import cells_kernel as kernel

    found = np.zeros((kernel.FIGURES, told.cells, told.periods), np.int64)
    found[[kernel.LARGEST_ROW, kernel.SECOND_ROW]] = NOBODY
    new = np.ones(len(told.cell), np.bool_)
    new[1:] = told.cell[1:] != told.cell[:-1]
    starts = np.flatnonzero(new)
    kernel.fold(
        np.append(starts, len(told.cell)),
        told.cell[starts],
        kernel_array(told.value),
        kernel_array(told.waived),
        among,
        found,
    )
    return found


def _whose(holding: Ints, row: Ints) -> Ints:
    if not len(holding):
        return np.full(row.shape, NOBODY, np.int64)
    return np.where(row >= 0, holding[np.maximum(row, 0)], NOBODY)
