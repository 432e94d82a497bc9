"""Contributions as columns: who, where, in which industry and size, in which month, how much."""

from __future__ import annotations

import io
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.region.disclosure.cells import Flags, Ints

Texts: TypeAlias = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """Rows are enterprises as they were classified; an enterprise that moved has a row for each place it was in.

    `value` has the shape (rows, months) in whole base units, `there` says where something was reported. `months` count
    `year * 12 + month - 1`; `area` has six digits, `division` two (empty where unknown). `waived` says what the
    enterprise agreed to have told, as far as that was asked for (`WaiverBook.laid_on`); it is not packed, since a
    consent holds at the moment of publishing. Of a ratio `value` is what stands above the line, `below` what stands
    below it, of the same shape.
    """

    enterprise: Ints
    holding: Ints
    area: Texts
    division: Texts
    size: Texts
    months: Ints
    value: Ints
    there: Flags
    waived: Flags | None = None
    below: Ints | None = None

    @property
    def under_the_line(self) -> Self | None:
        """Of a ratio what stands below the line, as contributions of their own."""
        return None if self.below is None else replace(self, value=self.below, below=None)

    @property
    def waives(self) -> Flags:
        """By row and month whether it may be told."""
        return np.zeros(self.value.shape, np.bool_) if self.waived is None else self.waived

    @property
    def row_mark(self) -> Ints:
        """By row a number that stands for who it is and how it is classified, in whichever process it is asked for."""
        told = self.enterprise * np.int64(3) + spread_over_64_bits(self.holding)
        for place, texts in enumerate((self.area, self.division, self.size)):
            names, which = np.unique(texts, return_inverse=True)
            numbers = np.array([zlib.crc32(str(one).encode()) for one in names], np.int64)
            told = told + spread_over_64_bits(numbers[which] * np.int64(4) + place if len(names) else which)
        return spread_over_64_bits(told)

    @property
    def mark(self) -> Ints:
        """By month a number that is the same, as good as always, where the same rows have the same values."""
        mark = self.row_mark[:, None]
        below = 0 if self.below is None else spread_over_64_bits(self.row_mark)[:, None] * self.below
        found: Ints = (mark * self.value + below).sum(axis=0)
        return found

    def of_months(self, chosen: Flags) -> Self:
        """Some of its months alone."""
        return replace(
            self,
            months=self.months[chosen],
            value=self.value[:, chosen],
            there=self.there[:, chosen],
            waived=None if self.waived is None else self.waived[:, chosen],
            below=None if self.below is None else self.below[:, chosen],
        )

    @classmethod
    def none(cls, months: Ints) -> Self:
        nothing, texts = np.zeros(0, np.int64), np.zeros(0, "<U6")
        empty = np.zeros((0, len(months)), np.int64)
        return cls(nothing, nothing, texts, texts, texts, months, empty, empty.astype(np.bool_))

    def through(self, month: int) -> Self:
        """Without the months after one."""
        return self.of_months(self.months <= month)

    def only(self, rows: Flags | Ints) -> Self:
        return replace(
            self,
            enterprise=self.enterprise[rows],
            holding=self.holding[rows],
            area=self.area[rows],
            division=self.division[rows],
            size=self.size[rows],
            value=self.value[rows],
            there=self.there[rows],
            waived=None if self.waived is None else self.waived[rows],
            below=None if self.below is None else self.below[rows],
        )

    def packed(self) -> bytes:
        """As bytes that `unpacked` reads: what a published version was made from."""
        file = io.BytesIO()
        told = {name: getattr(self, name) for name in _PACKED} | {"mark": self.mark}
        np.savez_compressed(file, **told if self.below is None else {**told, "below": self.below})
        return file.getvalue()

    @classmethod
    def mark_of_packed(cls, data: bytes) -> Ints:
        """`mark` of what was packed, without unpacking the rest where it was packed with it."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if "mark" in file:
                found: Ints = file["mark"]
                return found
        return cls.unpacked(data).mark

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return cls(**{name: file[name] for name in (*_PACKED, "below") if name in file})


def spread_over_64_bits(numbers: Ints) -> Ints:
    """Numbers spread over all of 64 bits (SplitMix64), so that sums of them, turning over, are equal for equal sets
    alone, as good as always."""
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed ^ (mixed >> np.uint64(31))).astype(np.int64)


_PACKED: Final = tuple(name for name in Contributions.__dataclass_fields__ if name not in ("waived", "below"))


def merged(several: Sequence[Contributions]) -> Contributions:
    """Contributions to different months side by side; what somebody agreed to have told is not taken over."""
    if len(several) == 1:
        return several[0]
    marks = np.concatenate([one.row_mark for one in several])
    _, first, row = np.unique(marks, return_index=True, return_inverse=True)
    months = np.sort(np.concatenate([one.months for one in several]))
    value = np.zeros((len(first), len(months)), np.int64)
    there = np.zeros(value.shape, np.bool_)
    begin = 0
    for one in several:
        rows, columns = row[begin : begin + len(one.enterprise)], np.searchsorted(months, one.months)
        value[np.ix_(rows, columns)], there[np.ix_(rows, columns)] = one.value, one.there
        begin += len(one.enterprise)
    names = ("enterprise", "holding", "area", "division", "size")
    classes = {name: np.concatenate([getattr(one, name) for one in several])[first] for name in names}
    return Contributions(**classes, months=months, value=value, there=there)


def differing(tables: Sequence[Contributions], figures: Sequence[Contributions]) -> Ints:
    """The months of which tables are made of different contributions, or a figure tells something."""
    months = np.concatenate([one.months for one in tables])
    mark = np.concatenate([one.mark for one in tables])
    several, first, which = np.unique(months, return_index=True, return_inverse=True)
    differs = np.zeros(len(several), np.bool_)
    np.logical_or.at(differs, which, mark != mark[first][which])
    return np.unique(np.concatenate([several[differs], *(one.months for one in figures)]))


def together(several: Sequence[Contributions]) -> Contributions | None:
    """Some contributions whose classes are those of all; their months and values mean nothing."""
    if not several:
        return None
    first = several[0]
    return Contributions(
        enterprise=np.concatenate([one.enterprise for one in several]),
        holding=np.concatenate([one.holding for one in several]),
        area=np.concatenate([one.area for one in several]),
        division=np.concatenate([one.division for one in several]),
        size=np.concatenate([one.size for one in several]),
        months=first.months[:0],
        value=np.zeros((sum(len(one.enterprise) for one in several), 0), np.int64),
        there=np.zeros((sum(len(one.enterprise) for one in several), 0), np.bool_),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """How an enterprise is classified, for what has no monthly report beside it."""

    holding: int
    area: str
    division: str
    size: str


class ContributionSource(Protocol):
    """Where contributions come from; `stamp` changes whenever any of them may have."""

    def contributions(self, measure: str, first_month: int, last_month: int) -> Contributions: ...

    def stamp(self) -> object: ...

    def stamp_of(self, measure: str) -> object: ...

    def places(self) -> Mapping[int, Placed]:
        """How every enterprise is classified by now."""
        ...


def with_rows_of(before: Contributions, enterprises: Collection[int], now: Contributions) -> Contributions:
    """The rows of some enterprises replaced by those of another reading, in the order of enterprises."""
    kept = before.only(~np.isin(before.enterprise, list(enterprises)))
    both = Contributions(
        **{
            name: np.concatenate([getattr(kept, name), getattr(now, name)])
            for name in ("enterprise", "holding", "area", "division", "size", "value", "there")
        },
        months=before.months,
    )
    return both.only(np.argsort(both.enterprise, kind="stable"))


def over(above: Contributions, below: Contributions) -> Contributions:
    """A ratio's contributions: of whoever has both in a month, classified alike; of a month that has one, neither."""
    place = {row: number for number, row in enumerate(_rows(below))}
    pairs = [(number, other) for number, row in enumerate(_rows(above)) if (other := place.get(row)) is not None]
    first, second = np.array(pairs, np.int64).reshape(-1, 2).T
    found = above.only(first)
    there = found.there & below.there[second] & (below.value[second] > 0)
    return replace(
        found, value=np.where(there, found.value, 0), below=np.where(there, below.value[second], 0), there=there
    )


def _rows(told: Contributions) -> list[tuple[int, int, str, str, str]]:
    columns = (told.enterprise, told.holding, told.area, told.division, told.size)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def laid_out(
    enterprise: Ints,
    holding: Ints,
    area: Texts,
    division: Texts,
    size: Texts,
    month: Ints,
    value: Ints,
    months: Sequence[int],
) -> Contributions:
    """From one row for each enterprise and month to one for each enterprise and place, months side by side."""
    columns = np.asarray(months, np.int64)
    if not len(enterprise):
        return Contributions.none(columns)
    _, place = np.unique(np.stack([_numbered(area), _numbered(division), _numbered(size)]), axis=1, return_inverse=True)
    key = enterprise * (int(place.max()) + 1) + place.reshape(-1)
    names, first, row = np.unique(key, return_index=True, return_inverse=True)
    matrix = np.zeros((len(names), len(columns)), np.int64)
    there = np.zeros(matrix.shape, np.bool_)
    column = month - columns[0]
    np.add.at(matrix, (row, column), value)
    there[row, column] = True
    return Contributions(
        enterprise[first], holding[first], area[first], division[first], size[first], columns, matrix, there
    )


def _numbered(texts: Texts) -> Ints:
    return np.unique(texts, return_inverse=True)[1].astype(np.int64)
