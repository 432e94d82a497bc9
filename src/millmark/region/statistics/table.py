"""A table computed from contributions: its classifications, its cells, and the sums in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from millmark.region.disclosure import Axis, CellContributions, Lattice, crossed, grouped
from millmark.region.disclosure.cells import Flags, Ints
from millmark.region.statistics.columns import Contributions, Texts, spread_over_64_bits
from millmark.region.statistics.definition import Dimension, TableDefinition

TOTAL: Final = "*"
UNKNOWN: Final = "?"
SIZES: Final = ("large", "medium", "small", "micro")
Shown = list[list[int | None]]
SectionOf = Callable[[str], str]
"""The section's letter of a division of two digits; empty for an unknown one."""


@dataclass(frozen=True)
class StatisticsTable:
    """Arrays by cell have the shape (cells, months). Of a ratio this is the table of what stands above the line, and
    `below` that of what stands below it."""

    definition: TableDefinition
    axes: tuple[Axis, ...]
    lattice: Lattice
    contributions: Contributions
    leaves: tuple[Ints, ...]
    below: StatisticsTable | None = None

    @property
    def sums(self) -> tuple[StatisticsTable, ...]:
        """What is protected when the table is told: itself, or both sides of the line."""
        return (self,) if self.below is None else (self, self.below)

    @cached_property
    def monthly(self) -> Shown:
        """What is read in each cell: its sum, or the ratio."""
        return self._told(self.total, None if self.below is None else self.below.total)

    @cached_property
    def since_january(self) -> Shown:
        return self._told(self.cumulative, None if self.below is None else self.below.cumulative)

    def _told(self, above: Ints, below: Ints | None) -> Shown:
        """By month and cell; None for a ratio to nothing."""
        if below is None:
            return above.T.tolist()  # type: ignore[no-any-return]
        per = self.definition.told.per
        return [
            [ratio(one, other, per) for one, other in zip(ones, others, strict=True)]
            for ones, others in zip(above.T.tolist(), below.T.tolist(), strict=True)
        ]

    @property
    def months(self) -> Ints:
        return self.contributions.months

    @cached_property
    def years(self) -> tuple[Ints, ...]:
        """The places of the months of each year, in order."""
        year = self.months // 12
        return tuple(np.flatnonzero(year == one) for one in np.unique(year))

    @cached_property
    def spread(self) -> tuple[Ints, Ints]:
        """Row of the contributions and cell that it falls into, pair by pair."""
        return self.lattice.spread(self.leaves)

    @cached_property
    def row_mark(self) -> Ints:
        """By row of the contributions a number that stands for who it is and how it is classified."""
        return self.contributions.row_mark

    @cached_property
    def content(self) -> Ints:
        """By month a number that is the same, as good as always, where the same rows have the same values."""
        return self.contributions.mark

    @cached_property
    def by_cell(self) -> CellContributions:
        """What each holding adds to each cell, month by month."""
        row, cell = self.spread
        told = self.contributions
        waived = None if told.waived is None else told.waived[row]
        return grouped(self.lattice.cells, cell, told.holding[row], told.value[row], waived)

    @cached_property
    def told_by_consent(self) -> Flags:
        """By cell and month whether somebody in it agreed to be told."""
        found = np.zeros((self.lattice.cells, len(self.months)), np.bool_)
        if self.contributions.waived is not None:
            row, period = np.nonzero(self.by_cell.waived & (self.by_cell.value != 0))
            found[self.by_cell.cell[row], period] = True
        return found

    @cached_property
    def cumulative_by_cell(self) -> CellContributions:
        told = self.by_cell
        # A sum may be told of whoever agreed for all months in which it adds something.
        kept = accumulated((~told.waived & (told.value != 0)).astype(np.int64), self.years)
        return replace(told, value=accumulated(told.value, self.years), waived=kept == 0)

    @cached_property
    def total(self) -> Ints:
        return self._added(self.by_cell.value)

    @cached_property
    def fingerprint(self) -> Ints:
        """By cell and month a number that is the same, as good as always, where the same holdings add the same."""
        return self._added(self.by_cell.value * spread_over_64_bits(self.by_cell.holding)[:, None])

    def _added(self, value: Ints) -> Ints:
        """Rows of `by_cell`, which are sorted by cell, added up."""
        found = np.zeros((self.lattice.cells, len(self.months)), np.int64)
        cell = self.by_cell.cell
        if len(cell):
            starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
            found[cell[starts]] = np.add.reduceat(value, starts, axis=0)
        return found

    @cached_property
    def reporting(self) -> Ints:
        """How many enterprises reported something for a cell, by month."""
        row, cell = self.spread
        found = np.zeros((self.lattice.cells, len(self.months)), np.int64)
        np.add.at(found, cell, self.contributions.there[row].astype(np.int64))
        return found

    @cached_property
    def cumulative(self) -> Ints:
        return accumulated(self.total, self.years)

    def key(self, cell: int) -> tuple[str, ...]:
        """The codes of a cell, one for each dimension."""
        return tuple(axis.codes[node] for axis, node in zip(self.axes, self.lattice.nodes(cell), strict=True))

    def cell_of(self, key: Sequence[str]) -> int | None:
        """The cell of codes; None when the table has no such cell."""
        if len(key) != len(self.axes) or any(code not in axis.codes for code, axis in zip(key, self.axes, strict=True)):
            return None
        return self.lattice.cell([axis.place(code) for axis, code in zip(self.axes, key, strict=True)])

    def contributors(self, cell: int, months: Ints) -> list[tuple[int, int]]:
        """Enterprise and its part of a cell in some months together, the largest first; of a ratio what stands above
        the line."""
        row, spread = self.spread
        rows = row[spread == cell]
        there = self.contributions.there[np.ix_(rows, months)].any(axis=1)
        part = self.contributions.value[np.ix_(rows, months)].sum(axis=1)
        parts: dict[int, int] = {}
        for enterprise, value in zip(self.contributions.enterprise[rows[there]], part[there], strict=True):
            parts[int(enterprise)] = parts.get(int(enterprise), 0) + int(value)
        return sorted(parts.items(), key=lambda one: (-one[1], one[0]))


def accumulated(value: Ints, years: Iterable[Ints]) -> Ints:
    """Sums since January of each year, along the months."""
    found = np.zeros_like(value)
    for year in years:
        found[:, year] = np.cumsum(value[:, year], axis=1)
    return found


def compute(
    definition: TableDefinition,
    contributions: Contributions,
    *,
    areas: Sequence[str],
    section_of: SectionOf,
    also: Contributions | None = None,
) -> StatisticsTable:
    """The table of contributions. `areas` are the counties that stand in it whoever reports; `also` names others whose
    classes must stand in it, so that two versions of a table can be laid on each other."""
    known = [contributions] if also is None else [contributions, also]
    axes = tuple(_axis(dimension, known, areas, section_of) for dimension in definition.dimensions)
    leaves = tuple(
        _placed(axis, _codes(dimension, contributions, areas, section_of))
        for dimension, axis in zip(definition.dimensions, axes, strict=True)
    )
    found = StatisticsTable(definition, axes, crossed(axes), contributions, leaves)
    under = contributions.under_the_line
    return found if under is None else replace(found, below=replace(found, contributions=under))


def ratio(above: int, below: int, per: int) -> int | None:
    """In whole base units, `per` of which are one; None where there is nothing to divide by."""
    return round(above * per / below) if below else None


def change(now: StatisticsTable, before: StatisticsTable) -> CellContributions:
    """What each holding's part of each cell changed by since an earlier version, for the months that both have."""
    months = np.intersect1d(now.months, before.months)
    new, old = now.by_cell, before.by_cell
    here, there = np.isin(now.months, months), np.isin(before.months, months)
    return grouped(
        new.cells,
        np.r_[new.cell, old.cell],
        np.r_[new.holding, old.holding],
        np.r_[new.value[:, here], -old.value[:, there]],
        np.r_[new.waived[:, here], old.waived[:, there]],
    )


def _axis(dimension: Dimension, known: Sequence[Contributions], areas: Sequence[str], section_of: SectionOf) -> Axis:
    codes = sorted({str(code) for one in known for code in np.unique(_codes(dimension, one, areas, section_of))})
    if dimension is Dimension.AREA:
        return Axis.total_and([*areas, *(code for code in codes if code not in areas)], TOTAL)
    if dimension is Dimension.SIZE:
        return Axis.total_and(
            [*(one for one in SIZES if one in codes), *(one for one in codes if one not in SIZES)], TOTAL
        )
    if dimension is Dimension.SECTION:
        return Axis.total_and(codes, TOTAL)
    return _industries(codes, section_of)


def _industries(divisions: Sequence[str], section_of: SectionOf) -> Axis:
    """The total, sections below it, divisions below these: the same sums as a table by section has."""
    by_section: dict[str, list[str]] = {}
    for division in divisions:
        by_section.setdefault(section_of(division), []).append(division)
    codes, parent = [TOTAL], [-1]
    for section, below in sorted(by_section.items()):
        at = 0
        if section:
            at = len(codes)
            codes.append(section)
            parent.append(0)
        codes += below
        parent += [at] * len(below)
    return Axis(tuple(codes), tuple(parent))


def _codes(dimension: Dimension, told: Contributions, areas: Sequence[str], section_of: SectionOf) -> Texts:
    if dimension is Dimension.AREA:
        return np.where(np.isin(told.area, areas), told.area, UNKNOWN) if len(areas) else told.area
    if dimension is Dimension.SIZE:
        return np.where(told.size == "", UNKNOWN, told.size)
    known = np.where(told.division == "", UNKNOWN, told.division)
    return known if dimension is Dimension.INDUSTRY else _mapped(known, section_of)


def _mapped(codes: Texts, by: SectionOf) -> Texts:
    names, place = np.unique(codes, return_inverse=True)
    return np.array([by(str(one)) or UNKNOWN for one in names], "<U6")[place] if len(names) else codes


def _placed(axis: Axis, codes: Texts) -> Ints:
    place: Mapping[str, int] = {code: number for number, code in enumerate(axis.codes)}
    names, inverse = np.unique(codes, return_inverse=True)
    return np.array([place[str(one)] for one in names], np.int64)[inverse] if len(names) else np.zeros(0, np.int64)
