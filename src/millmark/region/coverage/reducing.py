"""The same problem, smaller: what cannot change the best choice is left out before a solver sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from millmark.region.coverage.columns import Ints
from millmark.region.coverage.planning import Problem

_HASHED_WITH: Final = 0x5EED_0F_C0DE


@dataclass(frozen=True, slots=True)
class Reduced:
    """`sites` are rows of the problem that are left. Each group stands for places that the same sites cover.

    `site_starts`, `group_of` are the pairs by site (compressed columns); `weights` of the groups, and per obligation
    the groups' weights that count towards it.
    """

    sites: Ints
    costs: Ints
    weights: Ints
    site_starts: Ints
    group_of: Ints
    owed: tuple[Ints, ...]

    @property
    def groups(self) -> int:
        return len(self.weights)


def reduced(problem: Problem) -> Reduced:
    """Leaves out sites that are too dear or cover nothing, gathers places with the same sites into one, and leaves out
    sites that another one, not dearer, covers wholly."""
    affordable = problem.costs <= problem.budget
    keep = affordable[problem.site_of]
    place_of, site_of = problem.place_of[keep], problem.site_of[keep]
    group_of_place, groups = _grouped(problem.places, problem.sites, place_of, site_of)
    weights = _sums(group_of_place, problem.weights, groups)
    owed = []
    for one in problem.obligations:
        mine = np.zeros(problem.places, np.int64)
        mine[one.member] = problem.weights[one.member]
        owed.append(_sums(group_of_place, mine, groups))
    pairs = np.unique(np.stack([site_of, group_of_place[place_of]]), axis=1)
    # A group that nobody counts changes nothing.
    counts = weights[pairs[1]] > 0
    sets = _sets(pairs[:, counts], problem.sites)
    kept = np.array([row for row in _undominated(sets, problem.costs) if sets[row]], np.int64)
    lists = [sorted(sets[row]) for row in kept.tolist()]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    return Reduced(
        kept,
        problem.costs[kept],
        weights,
        starts,
        np.array([group for one in lists for group in one], np.int64),
        tuple(owed),
    )


def _grouped(places: int, sites: int, place_of: Ints, site_of: Ints) -> tuple[Ints, int]:
    """The group of each place, -1 for one that no site reaches. Two sums of random 64-bit numbers tell sets of sites
    apart; that they do not mix two sets up is checked by their sizes and leaves a chance of about 10^-30."""
    random = np.random.default_rng(_HASHED_WITH)
    marks = random.integers(1, 2**63 - 1, (2, sites), dtype=np.int64)
    sums = np.zeros((3, places), np.int64)
    with np.errstate(over="ignore"):
        np.add.at(sums[0], place_of, marks[0][site_of])
        np.add.at(sums[1], place_of, marks[1][site_of])
    np.add.at(sums[2], place_of, 1)
    reached = np.flatnonzero(sums[2])
    group = np.full(places, -1, np.int64)
    if not len(reached):
        return group, 0
    kinds, inverse = np.unique(sums[:, reached], axis=1, return_inverse=True)
    group[reached] = inverse.ravel()
    return group, kinds.shape[1]


def _sums(group_of_place: Ints, weights: Ints, groups: int) -> Ints:
    found = np.zeros(groups, np.int64)
    reached = group_of_place >= 0
    np.add.at(found, group_of_place[reached], weights[reached])
    return found


def _sets(pairs: np.ndarray[tuple[int, ...], np.dtype[np.int64]], sites: int) -> list[frozenset[int]]:
    starts = np.searchsorted(pairs[0], np.arange(sites + 1))
    groups = pairs[1].tolist()
    return [frozenset(groups[starts[row] : starts[row + 1]]) for row in range(sites)]


def _undominated(sets: list[frozenset[int]], costs: Ints) -> list[int]:
    """Sites that no other one replaces: covers at least the same and costs no more; of equal ones the first stays."""
    holders: dict[int, list[int]] = {}
    for row, groups in enumerate(sets):
        for group in groups:
            holders.setdefault(group, []).append(row)
    price = costs.tolist()

    def is_dominated(row: int) -> bool:
        mine = sets[row]
        if not mine:
            return True
        rivals = min((holders[group] for group in mine), key=len)
        for other in rivals:
            if other == row or price[other] > price[row] or not mine <= sets[other]:
                continue
            is_same = price[other] == price[row] and mine == sets[other]
            if not is_same or other < row:
                return True
        return False

    return [row for row in range(len(sets)) if not is_dominated(row)]
