"""An attack written once more, plainly: exact fractions, Bland's simplex, no library; and all whole-numbered tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

Row = tuple[Mapping[int, int], int]
"""Coefficients by unknown, and what they add up to."""


def interval(unknowns: Sequence[int], rows: Sequence[Row], wanted: int) -> tuple[Fraction, Fraction | None]:
    """The least and the most that an unknown can be when all are at least 0; None: as much as one likes."""
    least = _best(unknowns, rows, {wanted: Fraction(1)})
    most = _best(unknowns, rows, {wanted: Fraction(-1)})
    assert least is not None
    return least, None if most is None else -most


def whole_tables(unknowns: Sequence[int], rows: Sequence[Row], most: int) -> Iterator[dict[int, int]]:
    """Every assignment of whole numbers from 0 to `most` that fulfils all rows."""
    for values in product(range(most + 1), repeat=len(unknowns)):
        told = dict(zip(unknowns, values, strict=True))
        if all(sum(factor * told[one] for one, factor in left.items()) == right for left, right in rows):
            yield told


def _best(unknowns: Sequence[int], rows: Sequence[Row], cost: Mapping[int, Fraction]) -> Fraction | None:
    """The least cost, None when there is no least."""
    names = list(unknowns)
    table = []
    for left, right in rows:
        sign = -1 if right < 0 else 1
        table.append([Fraction(sign * left.get(name, 0)) for name in names] + [Fraction(sign * right)])
    count, width = len(table), len(names)
    for number, row in enumerate(table):
        row[width:width] = [Fraction(int(number == other)) for other in range(count)]
    basis = list(range(width, width + count))
    _solve(table, basis, [Fraction(0)] * width + [Fraction(1)] * count)
    assert all(table[place][-1] == 0 for place, one in enumerate(basis) if one >= width), "the truth fulfils all rows"
    for place in range(count):
        if basis[place] >= width:
            column = next((one for one in range(width) if table[place][one] != 0), None)
            if column is not None:
                _pivot(table, basis, place, column)
    kept = [place for place in range(count) if basis[place] < width]
    table = [[*table[place][:width], table[place][-1]] for place in kept]
    basis = [basis[place] for place in kept]
    return _solve(table, basis, [cost.get(name, Fraction(0)) for name in names])


def _solve(table: list[list[Fraction]], basis: list[int], cost: Sequence[Fraction]) -> Fraction | None:
    while True:
        reduced = [
            cost[column] - sum(cost[basis[place]] * row[column] for place, row in enumerate(table))
            for column in range(len(cost))
        ]
        entering = next((column for column, one in enumerate(reduced) if one < 0), None)
        if entering is None:
            return sum((cost[basis[place]] * row[-1] for place, row in enumerate(table)), Fraction(0))
        ratios = [
            (row[-1] / row[entering], basis[place], place) for place, row in enumerate(table) if row[entering] > 0
        ]
        if not ratios:
            return None
        _pivot(table, basis, min(ratios)[2], entering)


def _pivot(table: list[list[Fraction]], basis: list[int], place: int, column: int) -> None:
    head = table[place][column]
    table[place] = [one / head for one in table[place]]
    for other, row in enumerate(table):
        if other != place and row[column] != 0:
            factor = row[column]
            table[other] = [one - factor * two for one, two in zip(row, table[place], strict=True)]
    basis[place] = column
