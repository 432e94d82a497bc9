"""Where new sites should stand: the maximal covering location problem with a budget and rural obligations.

Choose sites x_i in {0, 1} with integer costs c_i so that the weight of covered places is greatest:

    maximise  Σ w_j y_j   with   y_j ≤ Σ_{i covers j} x_i,   Σ c_i x_i ≤ B,   Σ_{j in O} w_j y_j ≥ r_O for each duty O

Source: R. Church, C. ReVelle, "The maximal covering location problem", Papers of the Regional Science Association 32
(1974); the greedy addition with weight per cost is theirs too, and that of S. Khuller, A. Moss, J. Naor, "The budgeted
maximum coverage problem", Information Processing Letters 70 (1999).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from millmark.region.coverage.columns import Ints
from millmark.region.coverage.errors import InvalidParameters


@dataclass(frozen=True, slots=True)
class Obligation:
    """At least `needed` more weight of the places that `member` marks must be covered by new sites."""

    name: str
    member: Ints
    needed: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be planned, with what stands already taken out.

    Places are those that no station covers: `weights`. Sites are candidates: `costs` in fen. `place_of` and `site_of`
    are the pairs within reach. `budget` in fen.
    """

    weights: Ints
    costs: Ints
    place_of: Ints
    site_of: Ints
    budget: int
    obligations: tuple[Obligation, ...] = ()

    def __post_init__(self) -> None:
        if self.budget < 0:
            raise InvalidParameters("budget: must not be negative")
        if len(self.costs) and int(self.costs.min()) < 0:
            raise InvalidParameters("cost: a candidate's cost must not be negative")
        if len(self.weights) and int(self.weights.min()) < 0:
            raise InvalidParameters("weight: a place's weight must not be negative")

    @property
    def sites(self) -> int:
        return len(self.costs)

    @property
    def places(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen sites (rows, ascending), what they cost in fen and the weight that they add."""

    sites: tuple[int, ...]
    cost: int
    weight: int


@dataclass(frozen=True, slots=True)
class Unmet:
    """An obligation that cannot be met: `reachable` is the most that can be covered of it, of `needed`."""

    name: str
    needed: int
    reachable: int

    @property
    def missing(self) -> int:
        return self.needed - self.reachable


def covered_by(problem: Problem, sites: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which places the chosen sites cover."""
    chosen = np.zeros(problem.sites, np.bool_)
    chosen[list(sites)] = True
    covered = np.zeros(problem.places, np.bool_)
    covered[problem.place_of[chosen[problem.site_of]]] = True
    return covered


def choice_of(problem: Problem, sites: Sequence[int]) -> Choice:
    """The choice with its cost and weight reckoned anew, in whole numbers."""
    rows = sorted(set(sites))
    cost = sum(int(problem.costs[row]) for row in rows)
    return Choice(tuple(rows), cost, int(problem.weights[covered_by(problem, rows)].sum()))


def unmet_by(problem: Problem, sites: Sequence[int]) -> tuple[Unmet, ...]:
    """The obligations that a choice does not meet, by how much."""
    covered = covered_by(problem, sites)
    found = []
    for one in problem.obligations:
        reached = int(problem.weights[one.member][covered[one.member]].sum())
        if reached < one.needed:
            found.append(Unmet(one.name, one.needed, reached))
    return tuple(found)


def beyond_reach(problem: Problem) -> tuple[Unmet, ...]:
    """The obligations that even all candidates together, at any cost, do not meet."""
    return unmet_by(problem, range(problem.sites))


def greedy(problem: Problem) -> Choice:
    """Adds the site with the most new weight per cost that still fits, obligations first; at least as good as the best
    single site. It may leave obligations unmet: see `unmet_by`."""
    start = _start(problem)
    added = _added(problem, problem.weights, start)
    found = choice_of(problem, added)
    if problem.obligations or not problem.sites:
        return found
    single = max((choice_of(problem, [row]) for row in _heaviest(problem)), key=lambda one: one.weight, default=found)
    return max(found, single, key=lambda one: one.weight)


def _start(problem: Problem) -> list[int]:
    """Sites that bring obligations nearer, as long as one is not met and money is left."""
    chosen: list[int] = []
    for one in problem.obligations:
        owed = np.zeros(problem.places, np.int64)
        owed[one.member] = problem.weights[one.member]
        chosen = _added(problem, owed, chosen, until=one.needed)
    return chosen


def _added(problem: Problem, weights: Ints, chosen: Sequence[int], until: int | None = None) -> list[int]:
    """`chosen` and what is added to it. A gain only falls as sites are added, so a heap of old gains is enough: a site
    whose gain is still the greatest after it was reckoned anew is the best of all."""
    order = np.argsort(problem.site_of, kind="stable")
    of_sites = problem.place_of[order]
    starts = np.searchsorted(problem.site_of[order], np.arange(problem.sites + 1))
    covered = covered_by(problem, chosen)
    left = problem.budget - sum(int(problem.costs[row]) for row in chosen)
    gained = int(weights[covered].sum())
    taken = set(chosen)

    def gain(row: int) -> int:
        mine = of_sites[starts[row] : starts[row + 1]]
        return int(weights[mine[~covered[mine]]].sum())

    def worth(row: int, weight: int) -> float:
        return -weight / max(int(problem.costs[row]), 1)

    heap = [(worth(row, weight), row) for row in range(problem.sites) if row not in taken and (weight := gain(row)) > 0]
    heapq.heapify(heap)
    found = list(chosen)
    while heap and (until is None or gained < until):
        _, row = heapq.heappop(heap)
        cost = int(problem.costs[row])
        if cost > left:
            continue
        weight = gain(row)
        if weight <= 0:
            continue
        if heap and worth(row, weight) > heap[0][0]:
            heapq.heappush(heap, (worth(row, weight), row))
            continue
        covered[of_sites[starts[row] : starts[row + 1]]] = True
        found.append(row)
        left -= cost
        gained += weight
    return found


def _heaviest(problem: Problem) -> list[int]:
    """The affordable site that covers most by itself."""
    own = np.bincount(problem.site_of, problem.weights[problem.place_of], problem.sites)
    own[problem.costs > problem.budget] = -1
    row = int(own.argmax())
    return [row] if own[row] > 0 else []
