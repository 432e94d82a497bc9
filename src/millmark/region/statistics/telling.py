"""What published versions and figures tell of the cells of a table at hand: its own earlier versions, others' sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from millmark.region.disclosure.cells import Flags, Ints
from millmark.region.statistics.definition import TableDefinition
from millmark.region.statistics.linked import key_of
from millmark.region.statistics.release import Told
from millmark.region.statistics.table import StatisticsTable


class Tells(Protocol):
    """A published version, or what is remembered of one."""

    @property
    def definition(self) -> TableDefinition: ...
    @property
    def codes(self) -> Sequence[Sequence[str]]: ...
    @property
    def months(self) -> Ints: ...
    @property
    def shown(self) -> Flags: ...


def told_by(
    version: Tells,
    before: StatisticsTable,
    theirs: StatisticsTable,
    table: StatisticsTable,
) -> Told:
    """Lays a version on the table: cells are the same where they are narrowed down by the same classes.

    Of what the version was made from `before` is the table at hand, `theirs` the version's own table.
    """
    return told_by_editions([(version, np.ones(len(version.months), np.bool_))], before, theirs, table)


def told_by_editions(
    editions: Sequence[tuple[Tells, Flags]], before: StatisticsTable, theirs: StatisticsTable, table: StatisticsTable
) -> Told:
    """As `told_by`, of several versions of one table with the months that each is asked for, no month twice."""
    shown, kept = _laid(editions, table)
    return Told(before, shown, kept, theirs, _laid(editions, theirs)[0])


def told_by_figure(before: StatisticsTable, table: StatisticsTable) -> Told:
    """A figure as the sum of whoever is in it: `before` is the table at hand made of these alone."""
    total = np.zeros((before.lattice.cells, 1), np.bool_)
    # The sum over everything is the first cell of every table.
    total[0] = True
    months = np.isin(table.months, before.months)
    shown = total & months
    return Told(before, shown, np.zeros_like(shown), before, np.repeat(total, len(before.months), axis=1), True)


def _laid(editions: Sequence[tuple[Tells, Flags]], table: StatisticsTable) -> tuple[Flags, Flags]:
    """By cell and month of a table whether a version shows it, and whether one keeps it back."""
    own = [key_of(table.definition.dimensions, table.key(cell)) for cell in range(table.lattice.cells)]
    shape = (table.lattice.cells, len(table.months))
    shown, kept = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for version, months in editions:
        crossed = _crossed(version.codes)
        places = {key_of(version.definition.dimensions, codes): cell for cell, codes in enumerate(crossed)}
        place = np.array([places.get(key, -1) for key in own], np.int64)
        has = np.flatnonzero(place >= 0)
        both, here, there = np.intersect1d(table.months, version.months[months], return_indices=True)
        if len(both):
            told = version.shown[:, months][np.ix_(place[has], there)]
            shown[np.ix_(has, here)], kept[np.ix_(has, here)] = told, ~told
    return shown, kept


def _crossed(codes: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for axis in codes:
        found = [(*before, code) for before in found for code in axis]
    return found
