"""Secondary suppression: which further cells to hide so that nobody can conclude an unsafe one, at least cost.

The model is that of Fischetti and Salazar-González (handbook 4.4, Optimal): a yes or no for each decision, and instead
of the two attacker's programmes of every unsafe cell the cuts that their duals give, found as they are needed. A greedy
cover of the cuts gives a safe pattern soon, whatever the size; the mixed-integer programme goes on from there to the
cheapest one as long as time is left. Either way a pattern ends here only when every attack on it has failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from millmark.region.disclosure.attacks import OUTSIDER, Attack, Cut, Failure
from millmark.region.disclosure.covering import CutPool
from millmark.region.disclosure.system import NEVER_TOLD, AttackSystem, Flags, Floats

_ROUNDS_A_PATTERN = 6
_POINTS_KEPT = 30
_NEARLY = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Protection:
    """`pattern` says by decision what is hidden; `forced` what had to be.

    `cost` is the weight of the rest, `least_cost` what no safe pattern can be below. `failures` is empty, or names what
    cannot be protected however much is hidden: then nothing of this may be published.
    """

    pattern: Flags
    forced: Flags
    cost: float
    least_cost: float
    failures: tuple[Failure, ...]
    rounds: int
    cuts: int
    seconds: float

    @property
    def is_safe(self) -> bool:
        return not self.failures

    @property
    def gap(self) -> float:
        """How far, as a share of its cost, the pattern may be above the cheapest one; 0 is proven optimal."""
        return 0.0 if self.cost <= 0 else max(0.0, 1 - self.least_cost / self.cost)


def protect(
    system: AttackSystem,
    weight: Floats,
    *,
    budget_s: float = 10.0,
    also_forced: Flags | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Protection:
    """The cheapest safe pattern that is found in time; one that is safe in any case, if there is one.

    `weight` (> 0) is the cost of hiding, by decision. Decisions of targets are hidden always, and so are `also_forced`.
    """
    begin = clock()
    forced = np.zeros(len(weight), np.bool_) if also_forced is None else also_forced.copy()
    decisions = system.decision[system.targets.cell]
    forced[decisions[decisions >= 0]] = True
    search = _Search(system, CutPool(np.maximum(weight, 1e-9), forced))
    pattern, failures = search.greedy()
    least = 0.0
    if not failures and search.pool.cost(pattern) > 0:
        pattern, least = search.improve(pattern, lambda: budget_s - (clock() - begin))
    cost = search.pool.cost(pattern)
    return Protection(
        pattern=pattern,
        forced=forced,
        cost=cost,
        least_cost=min(least, cost),
        failures=tuple(failures),
        rounds=search.rounds,
        cuts=search.pool.count,
        seconds=clock() - begin,
    )


def no_worse_than(system: AttackSystem, failures: Sequence[Failure]) -> AttackSystem:
    """The system with the needs that failed though everything was hidden lowered to what can be reached: what can be
    concluded already shall not be concluded more closely."""
    targets, insiders = system.targets, system.insiders
    up, down, inside = targets.up.copy(), targets.down.copy(), insiders.targets.up.copy()
    for one in failures:
        # What the solver leaves of nothing is nothing.
        reach = one.reach * (1 - _NEARLY) if one.reach > one.need * _NEARLY else 0.0
        if one.attacker == OUTSIDER:
            here = targets.cell == one.cell
            side = up if one.upward else down
            side[here] = np.minimum(side[here], reach)
        else:
            here = (insiders.targets.cell == one.cell) & (insiders.target_attacker == one.attacker)
            inside[here] = np.minimum(inside[here], reach)
    return replace(
        system,
        targets=replace(targets, up=up, down=down),
        insiders=replace(insiders, targets=replace(insiders.targets, up=inside)),
    )


class _Search:
    def __init__(self, system: AttackSystem, pool: CutPool) -> None:
        self.system = system
        self.pool = pool
        self.rounds = 0
        self._seen: list[Floats] = []
        for cut in _structural(system, pool.forced):
            pool.add(cut)

    def greedy(self) -> tuple[Flags, list[Failure]]:
        """A safe pattern, with decisions that turned out needless taken away again; or what cannot be protected."""
        pattern = self.pool.thin(self.pool.cover(self.pool.forced.copy()))
        while failures := self._attacked(pattern):
            if not self._learned(failures):
                return self._everything()
            covered = self.pool.cover(pattern)
            if np.array_equal(covered, pattern):
                return self._everything()
            pattern = covered
        return self._thinned(pattern), []

    def improve(self, pattern: Flags, left_s: Callable[[], float]) -> tuple[Flags, float]:
        """Solves for the cheapest pattern as long as time is left; returns the best safe one and the bound."""
        least = self.pool.least(max(left_s(), 0.05), whole=False)[1]
        while left_s() > 0 and least < self.pool.cost(pattern) * (1 - 1e-6):
            proposed, bound = self.pool.least(left_s())
            least = max(least, bound)
            if proposed is None or least >= self.pool.cost(pattern) * (1 - 1e-6):
                break
            failures = self._attacked(proposed)
            if not failures:
                if self.pool.cost(proposed) <= self.pool.cost(pattern):
                    pattern = proposed
                if least >= self.pool.cost(pattern) * (1 - 1e-6):
                    break
                continue
            if not self._learned(failures):
                break
            mended = self.pool.thin(self.pool.cover(proposed))
            if self.pool.cost(mended) < self.pool.cost(pattern) * (1 - 1e-9) and not self._attacked(mended):
                pattern = mended
        return pattern, least

    def _thinned(self, pattern: Flags) -> Flags:
        for _ in range(3):
            thinner = self.pool.thin(pattern)
            if np.array_equal(thinner, pattern):
                return pattern
            failures = self._attacked(thinner)
            if not failures:
                return thinner
            if not self._learned(failures):
                return pattern
        return pattern

    def _everything(self) -> tuple[Flags, list[Failure]]:
        """The last resort: everything that hangs on a decision is hidden."""
        pattern = np.ones(len(self.pool.weight), np.bool_)
        still = Attack(self.system, pattern, self.pool.forced).failures()
        return pattern, still

    def _attacked(self, pattern: Flags) -> list[Failure]:
        self.rounds += 1
        attack = Attack(self.system, pattern, self.pool.forced, self._seen)
        failures = attack.failures(_ROUNDS_A_PATTERN)
        self._seen = attack.points[:_POINTS_KEPT]
        return failures

    def _learned(self, failures: list[Failure]) -> bool:
        """Keeps the cuts; whether there is a new one."""
        new = [self.pool.add(failure.cut) for failure in failures if failure.cut is not None]
        return any(new)


def _structural(system: AttackSystem, forced: Flags) -> list[Cut]:
    """What every safe pattern fulfils, seen without an attack: in a sum with one unsafe cell a second is hidden, and
    a third where two single contributors would see each other (handbook 4.3.2, PS2)."""
    equations = system.equations
    unsafe = np.zeros(system.cells, np.bool_)
    unsafe[system.targets.cell[(system.targets.up > 0) | (system.targets.down > 0)]] = True
    alone = np.zeros(system.cells, np.bool_)
    alone[system.insiders.cell[system.insiders.alone]] = True
    movable = (system.down > 0) | (system.up > 0)
    cuts = []
    for row in np.unique(equations.row[unsafe[equations.cell]]):
        cells = equations.cell[equations.start[row] : equations.start[row + 1]]
        cells = cells[movable[cells]]
        decision = system.decision[cells]
        here = int(unsafe[cells].sum())
        enough = here > (2 if alone[cells].any() else 1)
        others = np.unique(decision[~unsafe[cells] & (decision >= 0)])
        if not enough and not (decision == NEVER_TOLD).any() and not forced[others].any() and len(others):
            cuts.append(Cut(others, np.ones(len(others))))
    return cuts
