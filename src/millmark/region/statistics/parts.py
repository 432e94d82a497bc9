"""What several publications of a month have in common, and what only some of them have.

Whoever keeps all of them can subtract one from another. So contributions are parted by what became of them: those that
are in all publications with the same value, those that only some have, those that were corrected in between, each
pattern a part of its own. A published sum is the sum of its parts, and every part, and every change of one, must stay
as uncertain as the rules want a cell to be. What is the same everywhere makes one part and tells nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from millmark.region.disclosure import CellContributions, Equations, SafetyRules, assess, grouped
from millmark.region.disclosure.cells import Ints
from millmark.region.disclosure.layers import needs_of
from millmark.region.statistics.columns import spread_over_64_bits
from millmark.region.statistics.table import StatisticsTable
from millmark.region.statistics.unknowns import Sums, Unknowns, gathered

ABSENT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A publication's table in a month, or the crossing of all classifications (`linked`): `column` is the month's,
    `place` where its cells are among the unknowns, `key` their classes' numbers."""

    table: StatisticsTable
    column: int
    key: Ints
    place: Ints

    @property
    def content(self) -> int:
        return int(self.table.content[self.column])

    @property
    def state(self) -> Ints:
        """By row of the contributions a number that stands for value and classes, 0 for no value."""
        value = self.table.contributions.value[:, self.column]
        found: Ints = np.where(value == 0, 0, spread_over_64_bits(self.table.row_mark + spread_over_64_bits(value)))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Parting:
    """`part` is by row of each content the number of its part, `state` by part and content a number that is the same
    where value and classes are; `ABSENT` where there is nothing."""

    part: Sequence[Ints]
    state: Ints


def parted(enterprises: Sequence[Ints], states: Sequence[Ints]) -> Parting:
    """From the enterprises of several contents with a number that stands for value and classes, 0 for no value."""
    names, place = np.unique(np.concatenate(enterprises), return_inverse=True)
    places = np.split(place, np.cumsum([len(one) for one in enterprises])[:-1])
    told = np.zeros((len(names), len(enterprises)), np.int64)
    for number, (where, state) in enumerate(zip(places, states, strict=True)):
        np.add.at(told[:, number], where, state)
    found = np.full(told.shape, ABSENT, np.int64)
    for number in range(len(enterprises)):
        same = (told[:, : number + 1] == told[:, [number]]).argmax(axis=1)
        found[:, number] = np.where(told[:, number] == 0, ABSENT, same)
    code = ((found + 2) * spread_over_64_bits(np.arange(len(enterprises)))).sum(axis=1)
    _, first, part = np.unique(code, return_index=True, return_inverse=True)
    return Parting([part[where] for where in places], found[first])


class Parts:
    """The parts of one month's publications, laid down behind their sums."""

    def __init__(self, unknowns: Unknowns, keys: int, rules: SafetyRules) -> None:
        """`keys` is how many classes there are; a change of a sum has the number of its class after these."""
        self._unknowns = unknowns
        self._keys = keys
        self._rules = rules
        self._rows: list[Equations] = []

    def lay(self, wholes: Sequence[Whole], changed: Sequence[tuple[Whole, Whole]]) -> Sequence[Equations]:
        """The equations that hold the parts together; none where all are made of the same. `changed` are pairs of
        tables of the same cells, the later one first, whose difference must stay uncertain."""
        every = [*wholes, *(before for _, before in changed)]
        contents = {one.content: one for one in every}
        if len(contents) < 2:
            return []
        numbers = {content: number for number, content in enumerate(contents)}
        parting = parted(
            [one.table.contributions.enterprise for one in contents.values()],
            [one.state for one in contents.values()],
        )
        laid = set()
        for one in wholes:
            if (key := (one.key.tobytes(), one.content)) not in laid:
                laid.add(key)
                self._whole(one, parting.part[numbers[one.content]], len(parting.state))
        for now, before in changed:
            first, second = numbers[now.content], numbers[before.content]
            here, there = parting.state[:, first], parting.state[:, second]
            other = (here != there) & (here != ABSENT) & (there != ABSENT)
            if other.any():
                self._changes(now, before, parting.part[first], parting.part[second], other)
        return self._rows

    def _whole(self, one: Whole, part: Ints, parts: int) -> None:
        cells = one.table.lattice.cells
        place = self._placed(self._of_parts(one, part, parts), np.tile(one.key, parts))
        there = np.flatnonzero(place >= 0)
        lattice = one.table.lattice.equations
        row = np.concatenate([lattice.row + number * lattice.rows for number in range(parts)])
        cell = place[np.concatenate([lattice.cell + number * cells for number in range(parts)])]
        kept = cell >= 0
        self._rows.append(gathered(row[kept], cell[kept], np.tile(lattice.coefficient, parts)[kept]))
        # A sum is the sum of its parts.
        of = there % cells
        sums = np.unique(of)
        self._rows.append(
            gathered(
                np.r_[sums, of], np.r_[one.place[sums], place[there]], np.r_[-np.ones(len(sums)), np.ones(len(of))]
            )
        )

    def _changes(self, now: Whole, before: Whole, part: Ints, part_before: Ints, other: Ints) -> None:
        """What the parts changed by that both have, as unknowns of their own."""
        parts, cells = len(other), now.table.lattice.cells
        new = self._of_parts(now, part, parts, other)
        old = self._of_parts(before, part_before, parts, other)
        keys = np.tile(now.key, parts)
        later, earlier = self._placed(new, keys), self._placed(old, keys)
        change = grouped(
            parts * cells,
            np.r_[new.cell, old.cell],
            np.r_[new.holding, old.holding],
            np.r_[new.value, -old.value],
            np.r_[new.waived, old.waived],
        )
        change_at = self._placed(change, keys + self._keys, signed=True)
        there = np.flatnonzero((later >= 0) & (earlier >= 0) & (change_at >= 0))
        one = np.ones(len(there))
        self._rows.append(
            gathered(np.tile(there, 3), np.r_[later[there], earlier[there], change_at[there]], np.r_[one, -one, -one])
        )

    def _of_parts(self, one: Whole, part: Ints, parts: int, chosen: Ints | None = None) -> CellContributions:
        row, cell = one.table.spread
        value = one.table.contributions.value[row, one.column]
        kept = value != 0 if chosen is None else (value != 0) & chosen[part[row]]
        row, cell, value = row[kept], cell[kept], value[kept]
        told = one.table.contributions
        waived = None if told.waived is None else told.waived[row, one.column]
        cells = one.table.lattice.cells
        return grouped(parts * cells, part[row] * cells + cell, told.holding[row], value, waived)

    def _placed(self, told: CellContributions, keys: Ints, *, signed: bool = False) -> Ints:
        """Lays down the sums that somebody adds to; -1 for the others."""
        findings = assess(told, self._rules)
        needs = needs_of(findings)
        mark = np.zeros(told.cells, np.int64)
        np.add.at(mark, told.cell, told.value[:, 0] * spread_over_64_bits(told.holding))
        there = findings.contributors[:, 0] > 0
        up, down, shown = needs.up[:, 0], needs.down[:, 0], np.zeros(told.cells, np.bool_)
        sums = Sums(keys, mark, findings, up, down, shown, of_outsiders=True, signed=signed)
        place = np.full(told.cells, -1, np.int64)
        place[there] = self._unknowns.lay(sums.only(there))
        return place
