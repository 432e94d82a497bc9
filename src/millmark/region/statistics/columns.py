"""Contributions as columns: who, where, in which industry and size, in which month, how much."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from millmark.region.disclosure.cells import Flags, Ints

Texts: TypeAlias = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """Rows are enterprises as they were classified; an enterprise that moved has a row for each place it was in.

    `value` has the shape (rows, months) in whole base units, `there` says where something was reported. `months` count
    `year * 12 + month - 1`; `area` has six digits, `division` two (empty where unknown).
    """

    enterprise: Ints
    holding: Ints
    area: Texts
    division: Texts
    size: Texts
    months: Ints
    value: Ints
    there: Flags

    @classmethod
    def none(cls, months: Ints) -> Self:
        nothing, texts = np.zeros(0, np.int64), np.zeros(0, "<U6")
        empty = np.zeros((0, len(months)), np.int64)
        return cls(nothing, nothing, texts, texts, texts, months, empty, empty.astype(np.bool_))

    def through(self, month: int) -> Self:
        """Without the months after one."""
        kept = self.months <= month
        return replace(self, months=self.months[kept], value=self.value[:, kept], there=self.there[:, kept])

    def only(self, rows: Flags) -> Self:
        return replace(
            self,
            enterprise=self.enterprise[rows],
            holding=self.holding[rows],
            area=self.area[rows],
            division=self.division[rows],
            size=self.size[rows],
            value=self.value[rows],
            there=self.there[rows],
        )

    def packed(self) -> bytes:
        """As bytes that `unpacked` reads: what a published version was made from."""
        file = io.BytesIO()
        np.savez_compressed(file, **{name: getattr(self, name) for name in self.__dataclass_fields__})
        return file.getvalue()

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return cls(**{name: file[name] for name in cls.__dataclass_fields__})


class ContributionSource(Protocol):
    """Where contributions come from; `stamp` changes whenever any of them may have."""

    def contributions(self, measure: str, first_month: int, last_month: int) -> Contributions: ...

    def stamp(self) -> object: ...


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
