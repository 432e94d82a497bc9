"""Folding contributions into what the rules of disclosure look at, each cell in one pass over its rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from millmark.model.compiled import compiled

TOTAL, CONTRIBUTORS, NEGATIVE, SIZE, LARGEST, LARGEST_ROW, SECOND, SECOND_ROW, TOP = range(9)
FIGURES = 9


@compiled
def fold(
    starts: NDArray[np.int64],
    cells: NDArray[np.int64],
    value: NDArray[np.int64],
    waived: NDArray[np.bool_],
    among: int,
    found: NDArray[np.int64],
) -> None:
    """Fills `found`, (figures, cells, periods), from rows of `value` that are sorted by cell.

    `starts` are the first rows of each cell of `cells`, with the number of rows at the end. `LARGEST` is the largest
    size that is not waived, `SECOND` the largest of the others, `TOP` the sum of the `among` largest, the first being
    `LARGEST`. Rows are -1 where there is none; of equal sizes the first row counts.
    """
    periods = value.shape[1]
    others = np.zeros((max(among - 1, 1), periods), np.int64)
    for group in range(len(cells)):
        cell = cells[group]
        first, last = starts[group], starts[group + 1]
        for row in range(first, last):
            for period in range(periods):
                one = value[row, period]
                if one == 0:
                    continue
                size = abs(one)
                found[TOTAL, cell, period] += one
                found[CONTRIBUTORS, cell, period] += 1
                found[SIZE, cell, period] += size
                if one < 0:
                    found[NEGATIVE, cell, period] += 1
                if not waived[row, period] and size > found[LARGEST, cell, period]:
                    found[LARGEST, cell, period] = size
                    found[LARGEST_ROW, cell, period] = row
        others[:] = 0
        for row in range(first, last):
            for period in range(periods):
                size = abs(value[row, period])
                if size == 0 or found[LARGEST_ROW, cell, period] == row:
                    continue
                if size > found[SECOND, cell, period]:
                    found[SECOND, cell, period] = size
                    found[SECOND_ROW, cell, period] = row
                _put(others[:, period], size)
        for period in range(periods):
            top = found[LARGEST, cell, period]
            for place in range(among - 1):
                top += others[place, period]
            found[TOP, cell, period] = top


@compiled
def _put(ordered: NDArray[np.int64], size: int) -> None:
    """Puts a size among the largest ones, which are in order."""
    place = len(ordered) - 1
    if size <= ordered[place]:
        return
    while place > 0 and ordered[place - 1] < size:
        ordered[place] = ordered[place - 1]
        place -= 1
    ordered[place] = size
