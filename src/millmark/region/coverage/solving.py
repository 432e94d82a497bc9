"""Solving a plan with HiGHS: the choice, the bound that no choice exceeds, and what stands against obligations.

HiGHS: Q. Huangfu, J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical Programming Computation
10 (2018); MIT licence.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from millmark.region.coverage.planning import (
    Choice,
    Problem,
    Unmet,
    beyond_reach,
    choice_of,
    greedy,
    unmet_by,
)
from millmark.region.coverage.reducing import Reduced, reduced

Status = Literal["optimal", "within_gap", "time_limit", "infeasible", "cancelled"]

_TRIES: Final = 3
_TOLERANCE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Limits:
    """When solving ends: at a relative gap to the bound, or after so many seconds."""

    seconds: float = 60.0
    gap: float = 0.001
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """While the solver works: the best weight so far, the bound, and seconds since it began."""

    stage: Literal["reading", "reducing", "greedy", "solving", "checking"]
    seconds: float
    weight: int | None = None
    bound: int | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """The least budget (fen) that meets all obligations: it lies between `at_least` and `enough` (None: not found)."""

    at_least: int
    enough: int | None


@dataclass(frozen=True, slots=True)
class Solution:
    """What a plan came to.

    `bound` is a weight that no choice within the budget and the obligations exceeds, so `gap` = (bound − weight)/bound
    is how far the choice can be from the best, at most. Where obligations cannot be met, `unmet` says which and by how
    much, `beyond_any_budget` whether money would help, and `needed` how much.
    """

    status: Status
    choice: Choice | None
    greedy: Choice
    greedy_unmet: tuple[Unmet, ...]
    bound: int | None
    seconds: float
    sites: int
    groups: int
    unmet: tuple[Unmet, ...] = ()
    beyond_any_budget: bool = False
    needed: Needed | None = None

    @property
    def gap(self) -> float | None:
        return None if self.choice is None or self.bound is None else _gap(self.choice.weight, self.bound)

    @property
    def greedy_gap(self) -> float | None:
        return None if self.bound is None else _gap(self.greedy.weight, self.bound)


def solve(
    problem: Problem,
    limits: Limits = Limits(),
    *,
    tell: Callable[[Progress], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Solution:
    """The best choice that is found within the limits."""
    began = time.monotonic()

    def told(stage: Any, weight: int | None = None, bound: int | None = None) -> None:
        tell(Progress(stage, round(time.monotonic() - began, 2), weight, bound))

    told("greedy")
    by_greed = greedy(problem)
    greedy_unmet = unmet_by(problem, by_greed.sites)
    told("reducing", by_greed.weight)
    small = reduced(problem)
    base = Solution("optimal", None, by_greed, greedy_unmet, None, 0.0, len(small.sites), small.groups)
    if hopeless := beyond_reach(problem):
        return replace(
            base, status="infeasible", unmet=hopeless, beyond_any_budget=True, seconds=time.monotonic() - began
        )
    run = _Run(problem, small, limits, began, told, is_cancelled)
    start = None if greedy_unmet else by_greed
    found = run.best(start)
    solution = replace(base, status=found.status, choice=found.choice, bound=found.bound)
    if found.status == "infeasible":
        told("checking")
        solution = replace(solution, unmet=run.most_of_each(), needed=run.least_budget())
    return replace(solution, seconds=round(time.monotonic() - began, 3))


@dataclass(frozen=True, slots=True)
class _Found:
    status: Status
    choice: Choice | None
    bound: int | None


class _Run:
    """One problem in front of the solver."""

    def __init__(
        self,
        problem: Problem,
        small: Reduced,
        limits: Limits,
        began: float,
        told: Callable[..., None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._problem = problem
        self._small = small
        self._limits = limits
        self._began = began
        self._told = told
        self._is_cancelled = is_cancelled
        # Whole numbers as small as they go: costs are mostly multiples of a large sum.
        parts = [int(cost) for cost in small.costs.tolist()]
        self._unit = math.gcd(*parts) or 1

    def best(self, start: Choice | None) -> _Found:
        """Maximises covered weight; `start` is another choice, given instead where the solver has no better one.

        A choice that floating numbers let slip over the budget or below an obligation is asked for again with less
        room; the first bound stays true, for it was found with more. The start is not handed to the solver: HiGHS
        1.16.0 was seen to carry one wrongly through its presolve and to call what came of it optimal.
        """
        if not len(self._small.sites):
            nothing = choice_of(self._problem, ())
            is_enough = not unmet_by(self._problem, ())
            return _Found("optimal", nothing, 0) if is_enough else _Found("infeasible", None, None)
        bound: int | None = None
        room = 0
        status: Status = "optimal"
        for _ in range(_TRIES):
            solver = self._solver()
            self._model(solver, self._small.weights, self._budget() - room, self._rows())
            self._watch(solver, bound)
            solver.run()
            status = self._status(solver)
            if status == "infeasible":
                return _Found(status, start, None if start is None else start.weight)
            if bound is None:
                bound = self._bound(solver)
            found = self._choice(solver)
            better = [one for one in (found, start) if one is not None and self._is_right(one)]
            if better or found is None:
                choice = max(better, key=lambda one: one.weight, default=None)
                return self._ended(status, choice, bound)
            room += max(1, self._over(found))
        return self._ended(status, start, bound)

    def most_of_each(self) -> tuple[Unmet, ...]:
        """For each obligation the most that the budget can cover of it, others set aside; those that fall short. Where
        each alone could be met, all of them are named with what the others leave of them."""
        if not len(self._small.sites):
            return unmet_by(self._problem, ())
        reached = []
        for at, one in enumerate(self._problem.obligations):
            solver = self._solver(seconds=10.0)
            self._model(solver, self._small.owed[at], self._budget(), [])
            solver.run()
            reached.append(Unmet(one.name, one.needed, min(self._bound(solver), self._total(at))))
        short = tuple(one for one in reached if one.missing > 0)
        return short or tuple(
            Unmet(one.name, one.needed, one.reachable) for one in unmet_by(self._problem, greedy(self._problem).sites)
        )

    def least_budget(self) -> Needed:
        """The cheapest sites that meet every obligation, whatever the budget."""
        free = replace(self._problem, budget=int(self._problem.costs.sum()))
        run = _Run(free, reduced(free), self._limits, self._began, self._told, self._is_cancelled)
        return run.cheapest()

    def cheapest(self) -> Needed:
        solver = self._solver(seconds=15.0)
        self._model(solver, np.zeros(self._small.groups, np.int64), None, self._rows(), cost=True)
        solver.run()
        info = solver.getInfo()
        found = self._choice(solver)
        at_least = math.ceil(round(max(info.mip_dual_bound, 0.0), 6)) * self._unit
        enough = found.cost if found is not None and not unmet_by(self._problem, found.sites) else None
        return Needed(at_least if enough is None else min(at_least, enough), enough)

    def _solver(self, seconds: float | None = None) -> Any:
        import highspy

        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        left = self._limits.seconds - (time.monotonic() - self._began)
        solver.setOptionValue("time_limit", max(1.0, left) if seconds is None else seconds)
        solver.setOptionValue("mip_rel_gap", self._limits.gap)
        solver.setOptionValue("threads", self._limits.threads)
        solver.setOptionValue("random_seed", 0)
        solver.setOptionValue("mip_feasibility_tolerance", _TOLERANCE)
        solver.setOptionValue("primal_feasibility_tolerance", _TOLERANCE)
        return solver

    def _model(
        self, solver: Any, weights: Any, budget: int | None, least: list[tuple[Any, int]], *, cost: bool = False
    ) -> None:
        """Columns are the sites, then the groups; a group's own row lets it count only with a site that covers it."""
        import highspy

        small = self._small
        sites, groups = len(small.sites), small.groups
        prices = small.costs / self._unit
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = sites + groups, groups + 1 + len(least)
        lp.col_cost_ = np.concatenate([prices, np.zeros(groups)] if cost else [np.zeros(sites), weights])
        lp.col_lower_ = np.zeros(sites + groups)
        lp.col_upper_ = np.ones(sites + groups)
        infinite = highspy.kHighsInf
        lp.row_lower_ = np.concatenate(
            [np.full(groups + 1, -infinite), np.array([needed for _, needed in least], np.float64)]
        )
        lp.row_upper_ = np.concatenate(
            [np.zeros(groups), [infinite if budget is None else float(budget)], np.full(len(least), infinite)]
        )
        lp.sense_ = highspy.ObjSense.kMinimize if cost else highspy.ObjSense.kMaximize
        # Sites are whole; covered groups follow from them by themselves.
        kinds = [highspy.HighsVarType.kInteger] * sites + [highspy.HighsVarType.kContinuous] * groups
        lp.integrality_ = kinds
        starts, index, value = self._columns(prices, least)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
        solver.passModel(lp)

    def _columns(self, prices: Any, least: list[tuple[Any, int]]) -> tuple[Any, Any, Any]:
        """The matrix by columns: -1 where a site covers a group, its price; 1 for the group, what it is owed."""
        small = self._small
        sites, groups = len(small.sites), small.groups
        counts = np.diff(small.site_starts)
        row = [small.group_of, np.full(sites, groups), np.arange(groups)]
        column = [np.repeat(np.arange(sites), counts), np.arange(sites), np.arange(groups) + sites]
        value = [np.full(len(small.group_of), -1.0), prices, np.ones(groups)]
        for at, (owed, _) in enumerate(least):
            mine = np.flatnonzero(owed)
            row.append(np.full(len(mine), groups + 1 + at))
            column.append(mine + sites)
            value.append(owed[mine].astype(np.float64))
        rows, columns, values = np.concatenate(row), np.concatenate(column), np.concatenate(value)
        order = np.lexsort((rows, columns))
        starts = np.searchsorted(columns[order], np.arange(sites + groups + 1))
        return starts.astype(np.int32), rows[order].astype(np.int32), values[order]

    def _rows(self) -> list[tuple[Any, int]]:
        return [(owed, one.needed) for owed, one in zip(self._small.owed, self._problem.obligations, strict=True)]

    def _budget(self) -> int:
        return self._problem.budget // self._unit

    def _total(self, obligation: int) -> int:
        return int(self._small.owed[obligation].sum())

    def _watch(self, solver: Any, bound: int | None) -> None:
        def looked(event: Any) -> None:
            if self._is_cancelled():
                event.interrupt()

        def logged(event: Any) -> None:
            out = event.data_out
            best, limit = out.mip_primal_bound, out.mip_dual_bound
            self._told(
                "solving",
                round(best) if math.isfinite(best) else None,
                math.floor(limit + 0.5) if math.isfinite(limit) and bound is None else bound,
            )

        solver.cbMipInterrupt += looked
        solver.cbSimplexInterrupt += looked
        solver.cbMipLogging += logged
        solver.cbMipImprovingSolution += logged

    def _status(self, solver: Any) -> Status:
        import highspy

        status = solver.getModelStatus()
        if self._is_cancelled():
            return "cancelled"
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return "infeasible"
        if status == highspy.HighsModelStatus.kOptimal:
            return "optimal"
        return "time_limit"

    def _bound(self, solver: Any) -> int:
        """Weights are whole, so a bound is rounded down to a whole, a hair for floating numbers granted."""
        most = float(self._small.weights.sum())
        limit = float(solver.getInfo().mip_dual_bound)
        if not math.isfinite(limit):
            return int(most)
        return math.floor(min(limit, most) + max(1e-6 * abs(limit), 1e-6))

    def _choice(self, solver: Any) -> Choice | None:
        import highspy

        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = np.array(solver.getSolution().col_value[: len(self._small.sites)])
        return choice_of(self._problem, self._small.sites[np.flatnonzero(values > 0.5)].tolist())

    def _is_right(self, choice: Choice) -> bool:
        return choice.cost <= self._problem.budget and not unmet_by(self._problem, choice.sites)

    def _over(self, choice: Choice) -> int:
        return max(0, -(-(choice.cost - self._problem.budget) // self._unit))

    def _ended(self, status: Status, choice: Choice | None, bound: int | None) -> _Found:
        if choice is not None and bound is not None:
            bound = max(bound, choice.weight)
            if status == "optimal" and choice.weight < bound:
                status = "within_gap"
        return _Found(status, choice, bound)


def _gap(weight: int, bound: int) -> float:
    return 0.0 if bound <= 0 else max(0.0, (bound - weight) / bound)
