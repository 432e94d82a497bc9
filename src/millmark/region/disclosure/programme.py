"""The linear programme of somebody who wants to know a hidden cell, solved by HiGHS for many cells in turn."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from millmark.region.disclosure.system import AttackSystem, Flags, Floats, Ints

FAR: Final = 1e3
"""How many times the largest number around it a cell without an upper bound may grow: farther than any need."""

FITS: Final = 1e-6
"""How far off, as a share of the largest number around, a solution may be: the solver's own tolerance, and a little."""


class HiddenCells:
    """The cells that a pattern hides, the sums in which they stand, and which of them hang together.

    Everything is told as the difference from the true value, so that nothing-differs is always a solution. Differences
    of one component are scaled by its largest number; solvers compare with absolute tolerances.
    """

    def __init__(self, system: AttackSystem, hidden: Flags) -> None:
        self.system = system
        self.cell: Ints = np.flatnonzero(hidden)
        self.position: Ints = np.full(system.cells, -1, np.int64)
        self.position[self.cell] = np.arange(len(self.cell))
        equations = system.equations
        shown = hidden[equations.cell]
        rows = equations.row[shown]
        self.equation, self._row = np.unique(rows, return_inverse=True)
        self._column: Ints = self.position[equations.cell[shown]]
        self._coefficient = equations.coefficient[shown]
        self.component = self._components()
        self.components = int(self.component.max(initial=-1)) + 1
        largest = np.ones(self.components)
        np.maximum.at(largest, self.component, np.abs(system.value[self.cell]))
        self.scale: Floats = largest[self.component]
        far = FAR * self.scale
        self.down: Floats = np.minimum(system.down[self.cell], far)
        self.up: Floats = np.minimum(system.up[self.cell], far)

    def __len__(self) -> int:
        return len(self.cell)

    def rows_of_component(self) -> Ints:
        """The component of each row of this programme."""
        found = np.zeros(len(self.equation), np.int64)
        found[self._row] = self.component[self._column]
        return found

    def admits(self, difference: Floats) -> bool:
        """Whether differences of the hidden cells add up to nothing in every sum and stay within their bounds."""
        slack = FITS * self.scale
        off = np.bincount(self._row, self._coefficient * difference[self._column], len(self.equation))
        widest = np.zeros(len(self.equation))
        np.maximum.at(widest, self._row, slack[self._column])
        within = (difference >= -self.down - slack) & (difference <= self.up + slack)
        return bool(within.all() and (np.abs(off) <= widest).all())

    def outer(self, rounds: int = 12) -> tuple[Floats, Floats]:
        """Bounds (least, most) that no solution exceeds, by passing bounds along the sums; quick and often exact."""
        least, most = -self.down, self.up.copy()
        row, column, factor = self._row, self._column, self._coefficient
        positive = factor > 0
        for _ in range(rounds):
            before = least, most
            low = factor * np.where(positive, least[column], most[column])
            high = factor * np.where(positive, most[column], least[column])
            others_low = np.bincount(row, low, len(self.equation))[row] - low
            others_high = np.bincount(row, high, len(self.equation))[row] - high
            one = -others_high / factor
            other = -others_low / factor
            least, most = least.copy(), most.copy()
            np.maximum.at(least, column, np.minimum(one, other))
            np.minimum.at(most, column, np.maximum(one, other))
            if np.allclose(before[0], least, rtol=1e-9) and np.allclose(before[1], most, rtol=1e-9):
                break
        return np.minimum(least, 0), np.maximum(most, 0)

    def _components(self) -> Ints:
        """Of each hidden cell the number of its component, from 0 on."""
        label = np.arange(len(self.cell))
        while len(self._column):
            least = np.full(len(self.equation), len(self.cell))
            np.minimum.at(least, self._row, label[self._column])
            found = label.copy()
            np.minimum.at(found, self._column, least[self._row])
            # A label is a cell of the same component; what that cell is called by now holds for this one too.
            found = found[found]
            if np.array_equal(found, label):
                break
            label = found
        return np.unique(label, return_inverse=True)[1].astype(np.int64)

    def matrix(self) -> tuple[Ints, Ints, Floats]:
        """Row starts, columns and coefficients."""
        order = np.argsort(self._row, kind="stable")
        start = np.r_[0, np.cumsum(np.bincount(self._row, minlength=len(self.equation)))]
        return start, self._column[order], self._coefficient[order]


class Solver:
    """One programme kept warm: objectives and bounds change, the basis stays."""

    def __init__(self, hidden: HiddenCells) -> None:
        import highspy

        self._hidden = hidden
        self._lower = -hidden.down / hidden.scale
        self._upper = hidden.up / hidden.scale
        start, column, coefficient = hidden.matrix()
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(hidden), len(hidden.equation)
        programme.col_cost_ = np.zeros(len(hidden))
        programme.col_lower_, programme.col_upper_ = self._lower, self._upper
        programme.row_lower_ = programme.row_upper_ = np.zeros(len(hidden.equation))
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_ = start.astype(np.int32)
        programme.a_matrix_.index_ = column.astype(np.int32)
        programme.a_matrix_.value_ = coefficient
        programme.sense_ = highspy.ObjSense.kMaximize
        solver: Any = highspy.Highs
        self._highs: Any = solver()
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        self._highs.passModel(programme)
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._asked: Ints = np.zeros(0, np.int64)

    def most(self, column: Ints, weight: Floats) -> tuple[Floats, Floats]:
        """The differences that make `sum(weight * difference)` largest, and the price of each row."""
        changed = np.union1d(self._asked, column)
        cost = np.zeros(len(self._hidden))
        cost[column] = weight
        self._highs.changeColsCost(len(changed), changed.astype(np.int32), cost[changed])
        self._asked = column
        self._highs.run()
        if self._highs.getModelStatus() != self._optimal:
            # A warm basis can lead the simplex astray; from nothing it ends.
            self._highs.clearSolver()
            self._highs.run()
        found = self._highs.getSolution()
        return np.asarray(found.col_value) * self._hidden.scale, np.asarray(found.row_dual)

    def bound(self, column: Ints, lower: Floats, upper: Floats) -> None:
        """Other bounds for some columns, as differences; `release` takes them back."""
        scale = self._hidden.scale[column]
        self._highs.changeColsBounds(len(column), column.astype(np.int32), lower / scale, upper / scale)

    def release(self, column: Ints) -> None:
        self._highs.changeColsBounds(len(column), column.astype(np.int32), self._lower[column], self._upper[column])


_OPTIONS: Final[dict[str, Any]] = {
    "output_flag": False,
    "presolve": "off",
    "solver": "simplex",
    # Primal: a solution stays feasible when the objective changes.
    "simplex_strategy": 4,
    "threads": 1,
    "random_seed": 1,
}
