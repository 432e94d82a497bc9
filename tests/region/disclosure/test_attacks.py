"""What an outsider can conclude, and the patterns that keep it from them: published examples and plain attacks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.region.disclosure.plain_attack import interval, whole_tables
from tests.region.disclosure.tables import plainly_safe, rows_of, system_of

from millmark.region.disclosure import AttackSystem, Axis, Lattice, audit, crossed, protect
from millmark.region.disclosure.system import Insiders, Targets

TWO_BY_THREE = crossed([Axis.total_and(["1", "2", "3"]), Axis.total_and(["1", "2"])])


def filled(lattice: Lattice, leaves: list[int]) -> list[int]:
    """All cells of a table by its innermost ones."""
    nodes = list(product(*([node for node, leaf in enumerate(axis.is_leaf) if leaf] for axis in lattice.axes)))
    unit, cell = lattice.spread([np.array([one[place] for one in nodes]) for place in range(len(lattice.axes))])
    value = np.zeros(lattice.cells, np.int64)
    np.add.at(value, cell, np.array(leaves)[unit])
    return [int(one) for one in value]


def test_example_3_the_interval_of_a_cell() -> None:
    """Handbook 4.2.2, example 3 (Geurts 1992): cell (1,1) lies between 3 and 6."""
    value = filled(TWO_BY_THREE, [4, 3, 2, 1, 3, 3])
    inner = [TWO_BY_THREE.cell((row, column)) for row in (1, 2) for column in (1, 2)]
    pattern = np.isin(np.arange(TWO_BY_THREE.cells), inner)
    report = audit(system_of(TWO_BY_THREE, value, dict.fromkeys(inner, 1.0)), pattern)
    low, high = dict(zip(report.cell, report.low, strict=True)), dict(zip(report.cell, report.high, strict=True))
    assert (low[inner[0]], high[inner[0]]) == pytest.approx((3, 6))
    hidden = [bool(one) for one in pattern]
    assert interval(inner, rows_of(TWO_BY_THREE, value, hidden), inner[0]) == (Fraction(3), Fraction(6))


def test_example_1a_a_single_suppressed_part_is_a_difference() -> None:
    """Handbook 4.1, example 1a: 56,600 - 47,600 - 8,002 = 998; one of the others must be hidden too."""
    line = crossed([Axis.total_and(["I", "II", "III"])])
    value = [56_600, 998, 47_600, 8_002]
    system = system_of(line, value, {1: 100.0})
    alone = audit(system, np.array([False, True, False, False]))
    assert not alone.is_safe
    assert (alone.low[0], alone.high[0]) == pytest.approx((998, 998))
    by_value = protect(system, np.array(value, np.float64))
    assert by_value.is_safe
    assert [int(one) for one in np.flatnonzero(by_value.pattern)] == [1, 3]
    assert by_value.gap == 0


def test_the_table_of_fischetti_and_salazar() -> None:
    """Models and Algorithms for Optimizing Cell Suppression, the table of investments: (II, C) = 22 is to be protected;
    with (II, A), (III, A) and (III, C) an outsider knows 5 to 30."""
    lattice = crossed([Axis.total_and(["I", "II", "III"]), Axis.total_and(["A", "B", "C"])])
    value = filled(lattice, [20, 50, 10, 8, 19, 22, 17, 32, 12])
    cells = [lattice.cell(at) for at in ((2, 3), (2, 1), (3, 1), (3, 3))]
    pattern = np.isin(np.arange(lattice.cells), cells)
    report = audit(system_of(lattice, value, {cells[0]: 8.0}), pattern)
    place = int(np.flatnonzero(report.cell == cells[0])[0])
    assert (report.low[place], report.high[place]) == pytest.approx((5, 30))
    assert report.is_safe
    cheapest = protect(system_of(lattice, value, {cells[0]: 8.0}), np.array(value, np.float64))
    assert cheapest.is_safe
    assert cheapest.gap == 0
    assert cheapest.cost <= 8 + 17 + 12


def test_singletons_in_one_row_see_each_other() -> None:
    """Handbook 4.3.2, PS2: two suppressed cells of one contributor each in a row are not protected by each other."""
    line = crossed([Axis.total_and(["I", "II", "III", "IV"])])
    value = [1_000, 300, 400, 200, 100]
    plain = system_of(line, value, {1: 30.0, 2: 40.0})
    both = np.array([False, True, True, False, False])
    assert audit(plain, both).is_safe
    knowing = AttackSystem(
        value=plain.value,
        down=plain.down,
        up=plain.up,
        decision=plain.decision,
        equations=plain.equations,
        targets=plain.targets,
        insiders=Insiders(
            attacker=np.array([0, 1]),
            cell=np.array([1, 2]),
            own=np.array([300.0, 400.0]),
            alone=np.array([True, True]),
            targets=Targets(np.array([2, 1]), np.array([40.0, 30.0]), np.zeros(2)),
            target_attacker=np.array([0, 1]),
            target_equation=np.array([0, 0]),
        ),
    )
    assert not audit(knowing, both).is_safe
    mended = protect(knowing, np.array(value, np.float64))
    assert mended.is_safe
    assert [int(one) for one in np.flatnonzero(mended.pattern)] == [1, 2, 4]


def test_what_nothing_can_protect_is_said_to_be_unprotected() -> None:
    """A sum of two parts of which one is known already."""
    line = crossed([Axis.total_and(["I", "II"])])
    system = system_of(line, [300, 300, 0], {1: 30.0})
    # The other part is empty, and everybody knows: hiding the total is all that helps.
    found = protect(system, np.ones(3))
    assert found.is_safe
    assert found.pattern[0]
    known = AttackSystem(
        value=system.value,
        down=system.down,
        up=system.up,
        decision=np.array([-1, 1, -1]),
        equations=system.equations,
        targets=system.targets,
        insiders=Insiders.none(),
    )
    assert not protect(known, np.ones(3)).is_safe


def shapes() -> st.SearchStrategy[Lattice]:
    deep = Axis(("*", "A", "A1", "A2", "B"), (-1, 0, 1, 1, 0))
    two, three = Axis.total_and(["a", "b"]), Axis.total_and(["x", "y", "z"])
    return st.sampled_from([crossed([two, three]), crossed([two, two, two]), crossed([deep]), crossed([two, deep])])


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[Lattice, list[int], dict[int, float], dict[int, float]]:
    lattice = draw(shapes())
    leaves = 1
    for axis in lattice.axes:
        leaves *= sum(axis.is_leaf)
    value = filled(lattice, draw(st.lists(st.integers(0, 40), min_size=leaves, max_size=leaves)))
    cells = draw(st.lists(st.sampled_from(range(lattice.cells)), min_size=1, max_size=3, unique=True))
    up = {cell: float(draw(st.integers(1, 12))) for cell in cells if value[cell] > 0}
    return lattice, value, up, {cell: min(need, float(value[cell])) for cell, need in up.items()}


@given(small_tables())
@settings(max_examples=8, deadline=None)
def test_a_protected_table_withstands_the_plain_attack(
    table: tuple[Lattice, list[int], dict[int, float], dict[int, float]],
) -> None:
    lattice, value, up, down = table
    if not up:
        return
    system = system_of(lattice, value, up, down)
    found = protect(system, np.array(value, np.float64) + 1, budget_s=2.0)
    hidden = [bool(one) for one in found.pattern]
    if found.is_safe:
        assert plainly_safe(lattice, value, hidden, up, down)
        assert audit(system, found.pattern).is_safe
    else:
        assert not plainly_safe(lattice, value, [True] * lattice.cells, up, down)


@given(small_tables(), st.data())
@settings(max_examples=8, deadline=None)
def test_the_audit_says_what_the_plain_attack_says(
    table: tuple[Lattice, list[int], dict[int, float], dict[int, float]], data: st.DataObject
) -> None:
    """Every interval, of any pattern, safe or not."""
    lattice, value, up, down = table
    drawn = data.draw(st.lists(st.booleans(), min_size=lattice.cells, max_size=lattice.cells))
    hidden = [one and value[cell] > 0 for cell, one in enumerate(drawn)]
    report = audit(system_of(lattice, value, up, down), np.array(hidden))
    names = [cell for cell, one in enumerate(hidden) if one]
    rows = rows_of(lattice, value, hidden)
    assert [int(cell) for cell in report.cell] == names
    for cell, low, high in zip(names, report.low, report.high, strict=True):
        least, most = interval(names, rows, cell)
        assert low == pytest.approx(float(least), abs=1e-4)
        if most is None:
            assert high > 100 * max(value)
        else:
            assert high == pytest.approx(float(most), abs=1e-4)
    if all(hidden[cell] for cell in up):
        assert report.is_safe == plainly_safe(lattice, value, hidden, up, down)


@given(st.lists(st.integers(1, 6), min_size=4, max_size=4), st.data())
@settings(max_examples=8, deadline=None)
def test_every_whole_numbered_table_that_fits_lies_within_the_intervals(leaves: list[int], data: st.DataObject) -> None:
    """The exhaustive attack: all tables of whole numbers that agree with what is shown."""
    lattice = crossed([Axis.total_and(["a", "b"]), Axis.total_and(["x", "y"])])
    value = filled(lattice, leaves)
    inner = [lattice.cell((row, column)) for row in (1, 2) for column in (1, 2)]
    hidden_cells = data.draw(st.lists(st.sampled_from(inner), min_size=2, max_size=4, unique=True))
    hidden = [cell in hidden_cells for cell in range(lattice.cells)]
    report = audit(system_of(lattice, value, {}), np.array(hidden))
    tables = list(whole_tables(sorted(hidden_cells), rows_of(lattice, value, hidden), 12))
    for cell, low, high in zip(report.cell, report.low, report.high, strict=True):
        seen = [table[int(cell)] for table in tables]
        # Of a two-way table with whole margins the corners are whole, so that the search meets both ends.
        assert (min(seen), max(seen)) == pytest.approx((low, high), abs=1e-6)


@given(st.lists(st.integers(1, 20), min_size=4, max_size=4), st.integers(1, 8), st.integers(0, 3))
@settings(max_examples=8, deadline=None)
def test_no_cheaper_pattern_is_safe(leaves: list[int], need: int, which: int) -> None:
    """All patterns of a small table, each attacked plainly: none below the cost that was proven least."""
    lattice = crossed([Axis.total_and(["a", "b"]), Axis.total_and(["x", "y"])])
    value = filled(lattice, leaves)
    cell = [lattice.cell((row, column)) for row in (1, 2) for column in (1, 2)][which]
    up, down = {cell: float(need)}, {cell: min(float(need), float(value[cell]))}
    found = protect(system_of(lattice, value, up, down), np.array(value, np.float64))
    cheaper = [
        pattern
        for pattern in product([False, True], repeat=lattice.cells)
        if pattern[cell]
        and sum(value[one] for one, hidden in enumerate(pattern) if hidden and one != cell) < found.cost
    ]
    assert not [one for one in cheaper if plainly_safe(lattice, value, list(one), up, down)]
    assert plainly_safe(lattice, value, [bool(one) for one in found.pattern], up, down)
    assert found.is_safe
    assert found.gap == 0


@given(small_tables(), st.data())
@settings(max_examples=25, deadline=None)
def test_what_insiders_conclude_is_what_the_plain_attack_says(
    table: tuple[Lattice, list[int], dict[int, float], dict[int, float]], data: st.DataObject
) -> None:
    """Whoever knows a hidden cell exactly, as the only one in it: every need is judged as by solving without it."""
    lattice, value, up, _ = table
    drawn = data.draw(st.lists(st.booleans(), min_size=lattice.cells, max_size=lattice.cells))
    hidden = [(one or cell in up) and value[cell] > 0 for cell, one in enumerate(drawn)]
    names = [cell for cell, one in enumerate(hidden) if one]
    equations = lattice.equations
    asked = []
    for row in range(equations.rows):
        cells = [int(cell) for cell in equations.cell[equations.start[row] : equations.start[row + 1]]]
        inside = [cell for cell in cells if cell in names]
        if len(inside) <= 4:
            asked += [(own, cell, row) for own in inside for cell in up if cell in inside and cell != own]
    if not asked:
        return
    knowers = sorted({own for own, _, _ in asked})
    needs = np.array([up[cell] for _, cell, _ in asked])
    insiders = Insiders(
        attacker=np.arange(len(knowers)),
        cell=np.array(knowers),
        own=np.array([float(value[cell]) for cell in knowers]),
        alone=np.ones(len(knowers), np.bool_),
        targets=Targets(np.array([cell for _, cell, _ in asked]), needs, np.zeros(len(asked))),
        target_attacker=np.array([knowers.index(own) for own, _, _ in asked]),
        target_equation=np.array([row for _, _, row in asked]),
    )
    system = replace(system_of(lattice, value, {}), insiders=insiders)
    rows = rows_of(lattice, value, hidden)
    plain = True
    for own, cell, _ in asked:
        known = [({one: factor for one, factor in left.items() if one != own}, total) for left, total in rows]
        known = [
            (left, total - sum(factor * value[one] for one, factor in before.items() if one == own))
            for (left, total), (before, _) in zip(known, rows, strict=True)
        ]
        most = interval([one for one in names if one != own], [one for one in known if one[0]], cell)[1]
        plain &= most is None or most - value[cell] >= up[cell] * (1 - 1e-6)
    assert audit(system, np.array(hidden)).is_safe == plain
