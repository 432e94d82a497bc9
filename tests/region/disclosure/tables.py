"""Small tables for the tests of disclosure control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from tests.region.disclosure.plain_attack import Row, interval

from millmark.region.disclosure import (
    AttackSystem,
    CellContributions,
    CellFindings,
    Lattice,
    SafetyRules,
    Targets,
    assess,
    grouped,
)
from millmark.region.disclosure.system import KNOWN, Insiders


def contributions(
    cells: Sequence[Sequence[int]], waived: Mapping[tuple[int, int], bool] | None = None
) -> CellContributions:
    """One list of contributions for each cell, each of a holding of its own."""
    pairs = [(cell, number, value) for cell, values in enumerate(cells) for number, value in enumerate(values)]
    return grouped(
        len(cells),
        np.array([cell for cell, _, _ in pairs], np.int64),
        np.arange(len(pairs), dtype=np.int64),
        np.array([value for _, _, value in pairs], np.int64),
        np.array([bool((waived or {}).get((cell, number))) for cell, number, _ in pairs]),
    )


def one_cell(values: Sequence[int], rules: SafetyRules, waived: Iterable[int] = ()) -> CellFindings:
    return assess(contributions([values], {(0, one): True for one in waived}), rules)


def system_of(
    lattice: Lattice, value: Sequence[int], up: Mapping[int, float], down: Mapping[int, float] | None = None
) -> AttackSystem:
    """A table of its own, each cell its own decision; cells of value 0 are known to be empty."""
    values = np.array(value, np.float64)
    empty = values == 0
    cells = np.array(sorted(up), np.int64)
    return AttackSystem(
        value=values,
        down=np.where(empty, 0.0, values),
        up=np.where(empty, 0.0, np.inf),
        decision=np.where(empty, KNOWN, np.arange(len(values))),
        equations=lattice.equations,
        targets=Targets(
            cells,
            np.array([up[int(cell)] for cell in cells]),
            np.array([(up if down is None else down)[int(cell)] for cell in cells]),
        ),
        insiders=Insiders.none(),
    )


def rows_of(lattice: Lattice, value: Sequence[int], hidden: Sequence[bool]) -> list[Row]:
    """The sums of a table as a reader of its shown cells has them."""
    rows: list[Row] = []
    equations = lattice.equations
    for number in range(equations.rows):
        entries = range(equations.start[number], equations.start[number + 1])
        told = [(int(equations.cell[one]), int(equations.coefficient[one])) for one in entries]
        unknown = {cell: factor for cell, factor in told if hidden[cell]}
        if unknown:
            rows.append((unknown, -sum(factor * int(value[cell]) for cell, factor in told if not hidden[cell])))
    return rows


def plainly_safe(
    lattice: Lattice, value: Sequence[int], hidden: Sequence[bool], up: Mapping[int, float], down: Mapping[int, float]
) -> bool:
    """Whether the plain attack leaves every need."""
    if any(not hidden[cell] for cell in up):
        return False
    # A cell known to be empty is no unknown, hidden or not.
    unknown = [bool(one) and value[cell] != 0 for cell, one in enumerate(hidden)]
    rows = rows_of(lattice, value, unknown)
    names = [cell for cell, one in enumerate(unknown) if one]
    for cell in up:
        least, most = interval(names, rows, cell)
        if most is not None and most - value[cell] < Fraction(up[cell]):
            return False
        if value[cell] - least < Fraction(down[cell]):
            return False
    return True
