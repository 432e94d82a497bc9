"""Random versions of tables and figures, subtracted from each other by somebody who kept them all."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.region.statistics.kept_sums import Sum, Unit, known_of
from tests.region.statistics.test_linked import A1, A2, JANUARY, RULES, table, told, version

from millmark.region.disclosure import assess, grouped
from millmark.region.statistics import Dimension
from millmark.region.statistics.columns import Contributions
from millmark.region.statistics.linked import crossing_of
from millmark.region.statistics.parts import ABSENT, parted
from millmark.region.statistics.release import Part, Release, release
from millmark.region.statistics.table import StatisticsTable
from millmark.region.statistics.telling import told_by_figure

One = tuple[str, str, str, int]
"""Area, division, size and value of one enterprise."""
NEARLY = Fraction(9_999, 10_000)


def reports(those: Sequence[tuple[int, One]]) -> Contributions:
    value = np.array([[one[3]] for _, one in those], np.int64).reshape(-1, 1)
    return Contributions(
        enterprise=np.array([who for who, _ in those], np.int64),
        holding=-np.array([who for who, _ in those], np.int64),
        area=np.array([one[0] for _, one in those], "<U6"),
        division=np.array([one[1] for _, one in those], "<U2"),
        size=np.array([one[2] for _, one in those], "<U16"),
        months=np.array([JANUARY]),
        value=value,
        there=value > 0,
    )


def units(contributions: Contributions, rows: Sequence[int]) -> set[Unit]:
    return {(str(contributions.enterprise[row]), int(contributions.value[row, 0])) for row in rows}


def shown_by(one: StatisticsTable, found: Release) -> list[Sum]:
    row, cell = one.spread
    shown = []
    for each in np.flatnonzero(~found.hidden[:, 0]).tolist():
        members = units(one.contributions, row[cell == each].tolist())
        if members:
            shown.append((members, int(one.total[each, 0])))
    return shown


def too_close(public: Sequence[Sum], whose: set[Unit]) -> set[Unit]:
    """Whose reports can be bounded more closely than the p % rule wants."""
    found = set()
    for unit in whose:
        least, most = known_of({unit}, public)
        need = Fraction(unit[1]) * Fraction(RULES.p_percent or 0) / 100 * NEARLY
        if (most is not None and most - unit[1] < need) or unit[1] - least < need:
            found.add(unit)
    return found


enterprise = st.tuples(
    st.sampled_from([A1, A2]), st.sampled_from(["13", "30"]), st.sampled_from(["large", "small"]), st.integers(1, 60)
)
dimensions = st.sampled_from([(Dimension.AREA,), (Dimension.AREA, Dimension.INDUSTRY), (Dimension.INDUSTRY,)])


@given(st.lists(enterprise, min_size=6, max_size=11), dimensions, dimensions, st.data())
@settings(max_examples=25, deadline=None)
def test_what_comes_later_brings_nobody_nearer_to_a_report(
    first: list[One], earlier: tuple[Dimension, ...], later: tuple[Dimension, ...], data: st.DataObject
) -> None:
    """A table, a figure of some of its enterprises, corrections and late reports, another table: each report stays as
    uncertain as the rule wants, but for one that was told too closely before the last table came."""
    old = reports(list(enumerate(first, 1)))
    changed = data.draw(st.dictionaries(st.integers(1, len(first)), st.integers(0, 60), max_size=5))
    now = [(who, (*one[:3], changed.get(who, one[3]))) for who, one in enumerate(first, 1)]
    now += list(enumerate(data.draw(st.lists(enterprise, max_size=4)), len(first) + 1))
    new = reports([(who, one) for who, one in now if one[3] > 0])
    members = data.draw(st.lists(st.sampled_from(range(len(first))), min_size=3, max_size=len(first), unique=True))
    figure = old.only(np.array(sorted(members)))

    one = table(old, *earlier)
    one_found = release([Part(one)], RULES)
    public = shown_by(one, one_found)
    at_hand = table(new, *later, also=both(old, new))
    beside = [told(version(one, one_found), old, table(new, *later, also=both(old, new)))]
    findings = assess(grouped(1, np.zeros(len(figure.holding), np.int64), figure.holding, figure.value[:, 0]), RULES)
    if not findings.unsafe.any():
        beside.append(told_by_figure(table(figure, *later, also=both(old, new)), at_hand))
        public.append((units(figure, range(len(figure.holding))), int(figure.value.sum())))
    crossed = crossing_of([earlier, later])
    found = release([Part(at_hand, beside, [table(one, *crossed) for one in (new, old) if crossed])], RULES)
    whose = {unit for told_sum, _ in public for unit in told_sum} | units(new, range(len(new.holding)))
    assert too_close([*public, *shown_by(at_hand, found)], whose) <= too_close(public, whose)


def both(one: Contributions, other: Contributions) -> Contributions:
    from millmark.region.statistics.columns import together

    found = together([one, other])
    assert found is not None
    return found


def test_contributions_are_parted_by_what_became_of_them() -> None:
    """Of four enterprises one stays, one is corrected, one leaves, one comes."""
    who = [np.array([1, 2, 3]), np.array([1, 2, 4])]
    found = parted(who, [np.array([10, 20, 30]), np.array([10, 21, 40])])
    state = {
        int(enterprise): found.state[part].tolist()
        for enterprises, parts in zip(who, found.part, strict=True)
        for enterprise, part in zip(enterprises, parts, strict=True)
    }
    assert state == {1: [0, 0], 2: [0, 1], 3: [0, ABSENT], 4: [ABSENT, 1]}
