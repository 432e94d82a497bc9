"""What figures told of a measure, laid out as contributions beside those of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sqlalchemy.orm import Session

from millmark.region.statistics.columns import Contributions, Placed

Places = Callable[[], Mapping[int, Placed]]


@dataclass(frozen=True, slots=True)
class FigureSum:
    """What a figure adds up of one month (`year * 12 + month - 1`) of a measure of the statistics: what each enterprise
    adds, in whole base units of the measure."""

    figure: str
    measure: str
    month: int
    parts: Mapping[int, int]


class PublicFigures(Protocol):
    """The figures that were ever public, withdrawn ones too."""

    def sums(self, measure: str) -> Sequence[FigureSum]: ...

    def last_within(self, session: Session) -> int:
        """The number of the last publication of all figures."""
        ...


def laid_out_sums(
    sums: Sequence[FigureSum], months: Sequence[int], known: Sequence[Contributions], places: Mapping[int, Placed]
) -> list[Contributions]:
    """The sums of some months as contributions, of several that tell different things of a month as several.

    An enterprise is classified as in `known` where that has the same value of it, else as its latest place says: the
    same report must be found to be the same.
    """
    layers: list[dict[int, Mapping[int, int]]] = []
    for one in sums:
        if one.month not in months or not any(one.parts.values()):
            continue
        if any(layer.get(one.month) == one.parts for layer in layers):
            continue
        layer = next((layer for layer in layers if one.month not in layer), None)
        if layer is None:
            layers.append(layer := {})
        layer[one.month] = one.parts
    return [_contributions(layer, known, places) for layer in layers]


def _contributions(
    layer: Mapping[int, Mapping[int, int]], known: Sequence[Contributions], places: Mapping[int, Placed]
) -> Contributions:
    months = np.array(sorted(layer), np.int64)
    row_of: dict[tuple[int, Placed], int] = {}
    entries: list[tuple[int, int, int]] = []
    for column, month in enumerate(months.tolist()):
        classed = _classed(layer[month], month, known)
        for who, value in layer[month].items():
            place = classed.get(who) or places.get(who) or Placed(-who, "", "", "")
            entries.append((row_of.setdefault((who, place), len(row_of)), column, value))
    matrix = np.zeros((len(row_of), len(months)), np.int64)
    for row, column, amount in entries:
        matrix[row, column] = amount
    return Contributions(
        enterprise=np.array([who for who, _ in row_of], np.int64),
        holding=np.array([place.holding for _, place in row_of], np.int64),
        area=np.array([place.area for _, place in row_of], "<U6"),
        division=np.array([place.division for _, place in row_of], "<U2"),
        size=np.array([place.size for _, place in row_of], "<U16"),
        months=months,
        value=matrix,
        there=matrix != 0,
    )


def _classed(parts: Mapping[int, int], month: int, known: Sequence[Contributions]) -> dict[int, Placed]:
    """How contributions class those of whom they have the same value, and else those of whom they have another one; the
    first that do count."""
    found: dict[int, Placed] = {}
    other: dict[int, Placed] = {}
    for told in known:
        column = np.flatnonzero(told.months == month)
        if not len(column):
            continue
        value = told.value[:, column[0]]
        for row in np.flatnonzero(np.isin(told.enterprise, list(parts)) & (value != 0)).tolist():
            who = int(told.enterprise[row])
            into = found if int(value[row]) == parts[who] else other
            into.setdefault(
                who, Placed(int(told.holding[row]), str(told.area[row]), str(told.division[row]), str(told.size[row]))
            )
    return other | found
