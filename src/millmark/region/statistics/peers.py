"""Where one enterprise stands among those of its industry, told so that it sees none of them.

A quartile is the mean over a few enterprises around it, and each of the three such windows is a cell to which the
rules of disclosure apply; the windows share nobody. What one asks about is the finest group that is safe: the division
of its industry in the city, else the section, else nothing. Two groups that differ by few are never both told, nor is a
period whose members differ by few from the one told before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from millmark.programmes.grade import Grade
from millmark.region.disclosure import SafetyRules, assess, grouped

_EXACT: Final = 1_000_000
"""Values are compared as whole millionths."""
_DIGITS: Final = 3
QUARTERS: Final = (0.25, 0.5, 0.75)


class NotTold(StrEnum):
    """Why there is nothing to compare with: too few, one that dominates, or few more than in a group that is told."""

    FEW = "few"
    DOMINANT = "dominant"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class PeerValue:
    """An enterprise's value of an indicator, with the holding it belongs to."""

    enterprise: int
    holding: int
    division: str
    section: str
    value: float
    grade: Grade = Grade.SELF_REPORTED


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Rounded to three digits; `peers` to tens below, so that one who comes or goes does not show."""

    first: float
    median: float
    third: float
    peers: int


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """`grouping` is `division:33` or `section:C`. `holdings` are who is in it: for the office's own comparison.

    `grade` is that of the weakest evidence in it.
    """

    grouping: str
    quartiles: Quartiles | None
    why: NotTold | None
    holdings: frozenset[int] = field(repr=False)
    grade: Grade = Grade.SELF_REPORTED


def window_of(rules: SafetyRules) -> int:
    """How many enterprises a quartile is the mean of."""
    return max(rules.least_contributors, 3)


def quartiles(values: Sequence[PeerValue], rules: SafetyRules) -> Quartiles | NotTold:
    """The quartiles of a group, or why they cannot be told."""
    by_holding: dict[int, list[float]] = {}
    for one in values:
        by_holding.setdefault(one.holding, []).append(one.value)
    # A holding counts once, by the mean of its members.
    means = sorted((sum(several) / len(several), holding) for holding, several in by_holding.items())
    width = window_of(rules)
    if len(means) < 4 * width:
        return NotTold.FEW
    cell, holding, amount, told = [], [], [], []
    for number, quarter in enumerate(QUARTERS):
        first = round(quarter * len(means) - width / 2)
        window = means[first : first + width]
        told.append(sum(value for value, _ in window) / width)
        cell += [number] * width
        holding += [who for _, who in window]
        amount += [round(value * _EXACT) for value, _ in window]
    found = assess(grouped(len(QUARTERS), np.array(cell), np.array(holding), np.array(amount, np.int64)), rules)
    if found.few.any():
        return NotTold.FEW
    if found.dominant.any():
        return NotTold.DOMINANT
    return Quartiles(rounded(told[0]), rounded(told[1]), rounded(told[2]), peers=len(means) // 10 * 10)


def groups(values: Sequence[PeerValue], rules: SafetyRules) -> Mapping[str, PeerGroup]:
    """Every division and section with its quartiles, or why it has none.

    A section is told beside divisions of its own only when those that it has besides are none or enough.
    """
    divisions = _by(values, "division")
    found: dict[str, PeerGroup] = {}
    for code, members in divisions.items():
        found[f"division:{code}"] = _group(f"division:{code}", members, rules)
    for code, members in _by(values, "section").items():
        name = f"section:{code}"
        told = {one.division for one in members if found[f"division:{one.division}"].quartiles is not None}
        rest = {one.holding for one in members if one.division not in told}
        group = _group(name, members, rules)
        if told and 0 < len(rest) < 4 * window_of(rules) and group.quartiles is not None:
            group = PeerGroup(name, None, NotTold.DIFFERENCE, group.holdings, group.grade)
        found[name] = group
    return found


def differs_by_few(before: frozenset[int], now: frozenset[int], rules: SafetyRules) -> bool:
    """Whether so few holdings came and went that two periods side by side would tell of them."""
    return 0 < len(before ^ now) < window_of(rules)


def rounded(value: float) -> float:
    """To three significant digits."""
    return 0.0 if value == 0 else float(f"{value:.{_DIGITS}g}")


def _group(name: str, members: Sequence[PeerValue], rules: SafetyRules) -> PeerGroup:
    told = quartiles(members, rules)
    holdings = frozenset(one.holding for one in members)
    grade = min((one.grade for one in members), key=lambda one: one.rank)
    if isinstance(told, NotTold):
        return PeerGroup(name, None, told, holdings, grade)
    return PeerGroup(name, told, None, holdings, grade)


def _by(values: Sequence[PeerValue], name: str) -> dict[str, list[PeerValue]]:
    found: dict[str, list[PeerValue]] = {}
    for one in values:
        code = getattr(one, name)
        if code:
            found.setdefault(code, []).append(one)
    return found
