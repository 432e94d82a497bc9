"""What a published version tells of the cells of a table at hand: its own earlier version, or another one's sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from millmark.region.statistics.definition import Dimension
from millmark.region.statistics.document import PublishedVersion
from millmark.region.statistics.release import Told
from millmark.region.statistics.table import TOTAL, StatisticsTable

Key = frozenset[tuple[str, str]]
"""Classification and code of everything that a cell is narrowed down by; sums over all are left out."""


def told_by(version: PublishedVersion, before: StatisticsTable, table: StatisticsTable) -> Told:
    """Lays a version on the table: cells are the same where they are narrowed down by the same classes.

    `before` is the table at hand computed from what the version was made from.
    """
    theirs = {key_of(version.definition.dimensions, codes): cell for cell, codes in enumerate(_crossed(version.codes))}
    own = [key_of(table.definition.dimensions, table.key(cell)) for cell in range(table.lattice.cells)]
    place = np.array([theirs.get(key, -1) for key in own], np.int64)
    shape = (table.lattice.cells, len(table.months))
    shown, kept = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    has = place >= 0
    column = {int(month): number for number, month in enumerate(version.months)}
    for number, month in enumerate(table.months):
        there = column.get(int(month))
        if there is not None:
            shown[has, number] = version.shown[place[has], there]
            kept[has, number] = ~version.shown[place[has], there]
    return Told(before, shown, kept)


def key_of(dimensions: Sequence[Dimension], codes: Sequence[str]) -> Key:
    # A section is the same sum whether it stands in a table by section or above its divisions.
    names: Mapping[Dimension, str] = {Dimension.SECTION: "industry"}
    return frozenset(
        (names.get(dimension, str(dimension)), code)
        for dimension, code in zip(dimensions, codes, strict=True)
        if code != TOTAL
    )


def _crossed(codes: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for axis in codes:
        found = [(*before, code) for before in found for code in axis]
    return found
