"""Months and the sums since January: attacked layer by layer nothing is missed that the whole system would tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.region.disclosure.tables import system_of
from tests.region.disclosure.test_attacks import filled

from millmark.region.disclosure import AttackSystem, Axis, Equations, Targets, audit, crossed
from millmark.region.disclosure.layers import cumulative_hidden
from millmark.region.disclosure.system import Insiders

LATTICE = crossed([Axis.total_and(["a", "b"]), Axis.total_and(["x", "y", "z"])])
MONTHS = 3
YEAR = [np.arange(MONTHS)]


def whole_system(months: np.ndarray) -> AttackSystem:
    """All months and all sums since January in one system, tied to each other."""
    cells = LATTICE.cells
    value = np.concatenate([*months, *np.cumsum(months, axis=0)]).astype(np.float64)
    rows = []
    equations = LATTICE.equations
    for layer in range(2 * MONTHS):
        for row in range(equations.rows):
            entries = slice(equations.start[row], equations.start[row + 1])
            rows.append((list(equations.cell[entries] + layer * cells), list(equations.coefficient[entries])))
    for month in range(MONTHS):
        for cell in range(cells):
            here, total = month * cells + cell, (MONTHS + month) * cells + cell
            before = ([total - cells], [1.0]) if month else ([], [])
            rows.append(([total, here, *before[0]], [-1.0, 1.0, *before[1]]))
    return AttackSystem(
        value=value,
        down=value.copy(),
        up=np.where(value > 0, np.inf, 0.0),
        decision=np.where(value > 0, np.arange(len(value)), -1),
        equations=Equations.of(rows),
        targets=Targets.none(),
        insiders=Insiders.none(),
    )


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_a_month_tells_no_more_among_all_months_than_by_itself(data: st.DataObject) -> None:
    leaves = st.lists(st.integers(1, 30), min_size=6, max_size=6)
    months = np.array([filled(LATTICE, data.draw(leaves)) for _ in range(MONTHS)])
    drawn = [data.draw(st.lists(st.booleans(), min_size=12, max_size=12)) for _ in range(MONTHS)]
    hidden = np.array(drawn).T
    sums_hidden = cumulative_hidden(hidden, YEAR)
    report = audit(whole_system(months), np.concatenate([*hidden.T, *sums_hidden.T]))
    low = dict(zip(report.cell, report.low, strict=True))
    high = dict(zip(report.cell, report.high, strict=True))
    widths = np.zeros((MONTHS, LATTICE.cells, 2))
    for month in range(MONTHS):
        value = [int(one) for one in months[month]]
        alone = audit(system_of(LATTICE, value, {}), hidden[:, month])
        for cell, least, most in zip(alone.cell, alone.low, alone.high, strict=True):
            place = month * LATTICE.cells + int(cell)
            assert low[place] == pytest.approx(least, abs=1e-3)
            if most < 100 * max(value):
                assert high[place] == pytest.approx(most, abs=1e-3)
            widths[month, cell] = value[cell] - least, most - value[cell]
    for month in range(MONTHS):
        for cell in np.flatnonzero(sums_hidden[:, month]):
            place = (MONTHS + month) * LATTICE.cells + int(cell)
            total = int(months[: month + 1, cell].sum())
            assert low[place] == pytest.approx(total - widths[: month + 1, cell, 0].sum(), abs=1e-3)
            if widths[: month + 1, cell, 1].max() < 100 * months.max():
                assert high[place] == pytest.approx(total + widths[: month + 1, cell, 1].sum(), abs=1e-3)
