"""Somebody who kept every sum that was ever public, with who is in it: attacked plainly, enterprise by enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.region.disclosure.plain_attack import Row, interval

Unit = tuple[str, int]
"""An enterprise with what it reported, a corrected report being another one."""
Sum = tuple[set[Unit], int]
"""Who is in a public sum, and its value."""


def known_of(wanted: set[Unit], public: Sequence[Sum]) -> tuple[Fraction, Fraction | None]:
    """The least and the most that some reports together can be, by all sums that are public. Reports that are in the
    same sums are one unknown: no sum can tell them apart."""
    units = sorted({unit for members, _ in public for unit in members} | wanted)
    sums = [*(members for members, _ in public), wanted]
    alike: dict[tuple[bool, ...], int] = {}
    of = {unit: alike.setdefault(tuple(unit in each for each in sums), len(alike)) for unit in units}
    rows: list[Row] = [({of[unit]: 1 for unit in members}, total) for members, total in public]
    there = len(alike)
    rows.append(({**{of[unit]: 1 for unit in wanted}, there: -1}, 0))
    return interval(range(there + 1), rows, there)
