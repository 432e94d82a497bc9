"""Tables that share cells: each safe alone is not enough. Attacked together, plainly, by all that both of them show."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.region.disclosure.plain_attack import Row, interval

from millmark.region.disclosure import SafetyRules, audit
from millmark.region.disclosure.layers import Needs
from millmark.region.statistics import Dimension, PublishedVersion, TableDefinition
from millmark.region.statistics.columns import Contributions
from millmark.region.statistics.document import document
from millmark.region.statistics.linked import Assessed, Beside, Key, Linked, closes_a_circle
from millmark.region.statistics.release import Part, Release, Told, release
from millmark.region.statistics.table import StatisticsTable, compute
from millmark.region.statistics.telling import told_by

RULES = SafetyRules(3, 12.5, insiders=False)
JANUARY = 2025 * 12
A1, A2 = "421202", "421221"
One = tuple[str, str, str, int]
"""Area, division, size and value of one enterprise."""


def enterprises(told: Sequence[One]) -> Contributions:
    count = len(told)
    value = np.array([[one[3]] for one in told], np.int64)
    return Contributions(
        enterprise=np.arange(1, count + 1),
        holding=-np.arange(1, count + 1),
        area=np.array([one[0] for one in told]),
        division=np.array([one[1] for one in told]),
        size=np.array([one[2] for one in told]),
        months=np.array([JANUARY]),
        value=value,
        there=value > 0,
    )


def table(told: Contributions, *dimensions: Dimension, also: Contributions | None = None) -> StatisticsTable:
    definition = TableDefinition(
        slug="-".join(dimensions),
        title_zh="营业收入",
        title_en="Revenue",
        measure="revenue_fen",
        dimensions=dimensions,
        first_year=2025,
        cumulative=False,
    )
    return compute(definition, told, areas=[A1, A2], section_of=lambda _: "C", also=also)


def version(one: StatisticsTable, found: Release) -> PublishedVersion:
    names = [{code: (code, code) for code in axis.codes} for axis in one.axes]
    content = document(one, found, definition_version=1, names=names, number=1)
    return PublishedVersion(1, one.definition.slug, 1, content, "", "director", 0, "")


def told(published: PublishedVersion, basis: Contributions, at_hand: StatisticsTable) -> Told:
    before = table(basis, *at_hand.definition.dimensions, also=at_hand.contributions)
    return told_by(published, before, table(basis, *published.definition.dimensions), at_hand)


def exposed(told: Sequence[tuple[Assessed, np.ndarray]]) -> list[Key]:
    """Unsafe cells that the plain attack bounds too closely by all tables together; each with what of it is hidden."""
    numbers: dict[Key, int] = {}
    value: dict[int, int] = {}
    shown: dict[int, bool] = {}
    for one, hidden in told:
        for cell, key in enumerate(one.keys):
            number = numbers.setdefault(key, len(numbers))
            value[number] = int(one.table.total[cell, 0])
            is_open = not hidden[cell] or one.findings.contributors[cell, 0] == 0
            shown[number] = shown.get(number, False) or is_open
    rows: list[Row] = []
    for one, _ in told:
        equations = one.table.lattice.equations
        for row in range(equations.rows):
            entries = range(equations.start[row], equations.start[row + 1])
            parts = [(numbers[one.keys[equations.cell[at]]], int(equations.coefficient[at])) for at in entries]
            unknown = {number: factor for number, factor in parts if not shown[number]}
            if unknown:
                rows.append((unknown, -sum(factor * value[number] for number, factor in parts if shown[number])))
    unknowns = [number for number, is_open in shown.items() if not is_open]
    found = []
    for one, _ in told:
        for cell in np.flatnonzero(one.findings.unsafe[:, 0]).tolist():
            number = numbers[one.keys[cell]]
            if shown[number]:
                found.append(one.keys[cell])
                continue
            least, most = interval(unknowns, rows, number)
            up, down = Fraction(float(one.needs.up[cell, 0])), Fraction(float(one.needs.down[cell, 0]))
            nearly = Fraction(99_999, 100_000)
            if (most is not None and most - value[number] < up * nearly) or value[number] - least < down * nearly:
                found.append(one.keys[cell])
    return found


PAIR: list[One] = [
    # One large mill with a small neighbour in the first county, three middling ones of the industry in the second.
    *((A1, "13", "large", value) for value in (100_000, 1_000)),
    *((A2, "13", "large", 4_000) for _ in range(3)),
    # Of another industry little is large, and much is small.
    *((A1, "30", "large", 2_000) for _ in range(3)),
    *((area, "30", "small", 20_000) for area in (A1, A2) for _ in range(5)),
]


def test_two_tables_safe_alone_tell_together_what_neither_tells() -> None:
    """By county and industry the mill hides behind the industry's hidden total; by industry and size the total may vary
    by what little is large of the other industry, which is less than the mill needs."""
    basis = enterprises(PAIR)
    first, second = table(basis, Dimension.AREA, Dimension.INDUSTRY), table(basis, Dimension.INDUSTRY, Dimension.SIZE)
    one, alone = release([Part(first)], RULES), release([Part(second)], RULES)
    by_county, by_size = Assessed.by(first, RULES), Assessed.by(second, RULES)
    assert exposed([(by_county, one.hidden[:, 0])]) == []
    assert exposed([(by_size, alone.hidden[:, 0])]) == []
    mill = frozenset({("area", A1), ("industry", "13")})
    assert mill in exposed([(by_county, one.hidden[:, 0]), (by_size, alone.hidden[:, 0])])
    beside = release([Part(second, [told(version(first, one), basis, second)])], RULES)
    assert exposed([(by_county, one.hidden[:, 0]), (by_size, beside.hidden[:, 0])]) == []
    assert beside.hidden.sum() > alone.hidden.sum()


few = st.lists(
    st.tuples(
        st.sampled_from([A1, A2]),
        st.sampled_from(["13", "30"]),
        st.sampled_from(["large", "small"]),
        st.integers(1, 60),
    ),
    min_size=4,
    max_size=14,
)
pairs = st.sampled_from(
    [
        ((Dimension.AREA, Dimension.INDUSTRY), (Dimension.INDUSTRY, Dimension.SIZE)),
        ((Dimension.AREA,), (Dimension.AREA, Dimension.SIZE)),
        ((Dimension.AREA, Dimension.SIZE), (Dimension.AREA, Dimension.SECTION)),
        ((Dimension.INDUSTRY, Dimension.SIZE), (Dimension.AREA, Dimension.SECTION)),
    ]
)


@given(few, pairs)
@settings(max_examples=25, deadline=None)
def test_random_pairs_withstand_the_plain_attack_on_both(
    found: list[One], dimensions: tuple[tuple[Dimension, ...], tuple[Dimension, ...]]
) -> None:
    basis = enterprises(found)
    first, second = (table(basis, *one) for one in dimensions)
    one = release([Part(first)], RULES)
    beside = release([Part(second, [told(version(first, one), basis, second)])], RULES)
    assert beside.exposed == 0
    both = [(Assessed.by(first, RULES), one.hidden[:, 0]), (Assessed.by(second, RULES), beside.hidden[:, 0])]
    assert exposed(both) == []


@given(few, pairs, st.data())
@settings(max_examples=25, deadline=None)
def test_the_joined_system_is_what_a_reader_of_both_can_solve(
    found: list[One], dimensions: tuple[tuple[Dimension, ...], tuple[Dimension, ...]], data: st.DataObject
) -> None:
    """Whatever the two tables hide: the audit of the joined system fails exactly when the plain attack gets in."""
    basis = enterprises(found)
    first, second = (Assessed.by(table(basis, *one), RULES) for one in dimensions)
    hidden = [
        one.findings.unsafe[:, 0]
        | np.array(data.draw(st.lists(st.booleans(), min_size=len(one.keys), max_size=len(one.keys))))
        for one in (first, second)
    ]
    linked = Linked(second, [Beside(first, ~hidden[0][:, None])])
    nothing = np.zeros(second.findings.total.shape)
    system = linked.system(0, np.arange(len(second.keys)), Needs(nothing, nothing), RULES)
    # What one of the two tells of the other's unsafe cells is told, and needs nothing any more.
    shared = {key for one, hides in ((first, hidden[0]), (second, hidden[1])) for key in _open(one, hides)}
    plain = [key for key in exposed([(first, hidden[0]), (second, hidden[1])]) if key not in shared]
    assert audit(system, hidden[1]).is_safe == (not plain)


def _open(one: Assessed, hidden: np.ndarray) -> list[Key]:
    return [key for cell, key in enumerate(one.keys) if not hidden[cell]]


def test_a_correction_does_not_show_through_another_tables_parts() -> None:
    """A county's total is public; one report of it is corrected. Its sizes must not add up to the total of now."""
    before: list[One] = [
        (area, "13", size, 10_000 + 10 * n) for area in (A1, A2) for size in ("large", "small") for n in range(5)
    ]
    now = [*before[:-1], (*before[-1][:3], 31_000)]
    old, new = enterprises(before), enterprises(now)
    first = table(old, Dimension.AREA)
    one = release([Part(first)], RULES)
    assert not one.hidden.any()
    second = table(new, Dimension.AREA, Dimension.SIZE)
    beside = release([Part(second, [told(version(first, one), old, second)])], RULES)
    parts = [second.cell_of((A2, size)) for size in ("large", "small")]
    assert beside.hidden[second.cell_of((A2, "*")), 0]
    assert any(beside.hidden[part, 0] for part in parts)


def test_what_is_told_already_is_told_no_more_plainly() -> None:
    """An earlier table shows what it should not have; a later one is published all the same, and adds nothing."""
    basis = enterprises(PAIR)
    first, second = table(basis, Dimension.AREA, Dimension.INDUSTRY), table(basis, Dimension.INDUSTRY, Dimension.SIZE)
    one = release([Part(first)], RULES)
    mill = first.cell_of((A1, "13"))
    kind = one.kind.copy()
    kind[:, 0] = 0
    kind[mill, 0] = one.kind[mill, 0]
    careless = Release(kind, kind, one.low, one.high, 0.0, 0.0, 0.0)
    beside = release([Part(second, [told(version(first, careless), basis, second)])], RULES)
    # The mill itself, and its industry's only size, which is the industry's total that was shown.
    assert beside.exposed == 2
    assert beside.hidden[second.cell_of(("13", "large")), 0]


@pytest.mark.parametrize(
    ("tables", "closes"),
    [
        ([("area", "industry"), ("industry", "size")], False),
        ([("area", "industry"), ("section", "size"), ("area",)], False),
        ([("area", "industry"), ("industry", "size"), ("area", "size")], True),
        ([("area", "section"), ("industry", "size"), ("size", "area")], True),
        ([("area", "industry"), ("industry", "size"), ("area", "size"), ("area", "industry", "size")], False),
    ],
)
def test_which_tables_close_a_circle(tables: list[tuple[str, ...]], closes: bool) -> None:
    assert closes_a_circle([[Dimension(one) for one in names] for names in tables]) is closes


def test_three_tables_in_a_circle_are_attacked_through_their_crossing() -> None:
    basis = enterprises(PAIR)
    by_county = table(basis, Dimension.AREA, Dimension.INDUSTRY)
    by_size = table(basis, Dimension.INDUSTRY, Dimension.SIZE)
    third = table(basis, Dimension.AREA, Dimension.SIZE)
    one = release([Part(by_county)], RULES)
    two = release([Part(by_size, [told(version(by_county, one), basis, by_size)])], RULES)
    crossing = table(basis, Dimension.AREA, Dimension.INDUSTRY, Dimension.SIZE)
    beside = [told(version(by_county, one), basis, third), told(version(by_size, two), basis, third)]
    without = release([Part(third, beside)], RULES)
    found = release([Part(third, beside, [crossing])], RULES)
    assert found.hidden.sum() >= without.hidden.sum()
    three = [(by_county, one), (by_size, two), (third, found)]
    assert exposed([(Assessed.by(each, RULES), it.hidden[:, 0]) for each, it in three]) == []
