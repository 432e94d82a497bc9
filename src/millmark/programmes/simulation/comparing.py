"""Two outcomes beside each other: who gains, who loses, what it costs, by county, industry and size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from millmark.programmes.simulation.outcome import OutcomeColumns
from millmark.programmes.simulation.population import Member, Population

HEADCOUNT = "headcount_last_year"
SIZES = (("0-19", 20), ("20-299", 300), ("300-999", 1000), ("1000+", None))
"""Bands of headcount, each with its upper end; not the official classes of size, which also ask for revenue."""

MOST_CHANGED = 1_000


@dataclass(frozen=True, slots=True)
class Side:
    """One outcome in totals; `by_level` counts enterprises at each level from 0."""

    enterprises: int
    assessed: int
    eligible: int
    undecided: int
    paid: int
    cost_fen: int
    by_level: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What changes for the enterprises of one county, industry or size."""

    key: str
    enterprises: int
    level_up: int
    level_down: int
    gains: int
    loses: int
    cost_before_fen: int
    cost_after_fen: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`changed` are rows of the population for which level or award changes, the largest change of money first.

    Gains and losses are of money where the policy pays any, else of levels. `moves` counts enterprises by level before
    and after.
    """

    before: Side
    after: Side
    level_up: int
    level_down: int
    gains: int
    loses: int
    moves: Mapping[tuple[int, int], int]
    by_county: tuple[Group, ...]
    by_industry: tuple[Group, ...]
    by_size: tuple[Group, ...]
    changed: tuple[int, ...]
    changed_total: int


def compare_outcomes(population: Population, before: OutcomeColumns, after: OutcomeColumns, top: int) -> Comparison:
    """`top` is the highest level of both."""
    rise = np.sign(after.level - before.level)
    money = after.award_fen - before.award_fen
    pays = bool(before.award_fen.any() or after.award_fen.any())
    gain = np.sign(money) if pays else rise
    changed = np.flatnonzero((rise != 0) | (money != 0))
    order = changed[np.lexsort((changed, -np.abs(rise[changed]), -np.abs(money[changed])))]
    pairs, counts = np.unique(before.level * (top + 1) + after.level, return_counts=True)

    def grouped(key: Callable[[Member], str]) -> tuple[Group, ...]:
        return _groups([key(member) for member in population.members], rise, gain, before, after)

    return Comparison(
        before=_side(before, top),
        after=_side(after, top),
        level_up=int((rise > 0).sum()),
        level_down=int((rise < 0).sum()),
        gains=int((gain > 0).sum()),
        loses=int((gain < 0).sum()),
        moves={divmod(pair, top + 1): count for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)},
        by_county=grouped(lambda member: member.area_code),
        by_industry=grouped(lambda member: (member.industry_code or "")[:2]),
        by_size=grouped(size_of),
        changed=tuple(order[:MOST_CHANGED].tolist()),
        changed_total=len(changed),
    )


def size_of(member: Member) -> str:
    """The band of headcount; empty where it was not told."""
    told = member.facts.get(HEADCOUNT)
    if not isinstance(told, Decimal):
        return ""
    return next(name for name, below in SIZES if below is None or told < below)


def _side(outcome: OutcomeColumns, top: int) -> Side:
    return Side(
        enterprises=len(outcome.level),
        assessed=int(outcome.assessed.sum()),
        eligible=int((outcome.eligible == 1).sum()),
        undecided=int(((outcome.eligible == -1) | outcome.undecided).sum()),
        paid=int((outcome.award_fen > 0).sum()),
        cost_fen=int(outcome.award_fen.sum()),
        by_level=tuple(np.bincount(outcome.level, minlength=top + 1).tolist()),
    )


def _groups(
    keys: Sequence[str], rise: np.ndarray, gain: np.ndarray, before: OutcomeColumns, after: OutcomeColumns
) -> tuple[Group, ...]:
    names, places = np.unique(np.array(keys, dtype=np.str_), return_inverse=True)

    def total(values: np.ndarray) -> list[int]:
        sums = np.zeros(len(names), np.int64)
        np.add.at(sums, places, values)
        return [int(one) for one in sums]

    columns = zip(
        names.tolist(),
        total(np.ones(len(keys), np.int64)),
        total(rise > 0),
        total(rise < 0),
        total(gain > 0),
        total(gain < 0),
        total(before.award_fen),
        total(after.award_fen),
        strict=True,
    )
    return tuple(Group(*column) for column in columns)
