"""Which decisions to hide so that every cut holds at least cost: greedily, or to proven optimality by HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np

from millmark.region.disclosure.attacks import Cut
from millmark.region.disclosure.system import Flags, Floats, Ints

_ENOUGH = 1 - 1e-9


class CutPool:
    """All cuts found so far, as columns; `weight` is what hiding each decision costs."""

    def __init__(self, weight: Floats, forced: Flags) -> None:
        self.weight = weight
        self.forced = forced
        self._seen: set[tuple[bytes, bytes]] = set()
        self._row: list[Ints] = []
        self._decision: list[Ints] = []
        self._coefficient: list[Floats] = []
        self.count = 0

    def add(self, cut: Cut) -> bool:
        """Whether it is new."""
        key = (cut.decision.tobytes(), np.round(cut.coefficient, 9).tobytes())
        if key in self._seen:
            return False
        self._seen.add(key)
        self._row.append(np.full(len(cut.decision), self.count, np.int64))
        self._decision.append(cut.decision)
        self._coefficient.append(cut.coefficient)
        self.count += 1
        return True

    def columns(self) -> tuple[Ints, Ints, Floats]:
        """Cut, decision and coefficient of each entry."""
        if not self._row:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        return np.concatenate(self._row), np.concatenate(self._decision), np.concatenate(self._coefficient)

    def cost(self, pattern: Flags) -> float:
        """What is hidden beyond what must be."""
        return float(self.weight[pattern & ~self.forced].sum())

    def covered(self, pattern: Flags) -> Flags:
        row, decision, coefficient = self.columns()
        return np.bincount(row, coefficient * pattern[decision], self.count) >= _ENOUGH

    def cover(self, pattern: Flags) -> Flags:
        """Adds decisions to the pattern, each time the one that does most for its cost, until every cut holds."""
        row, decision, coefficient = self.columns()
        pattern = pattern.copy()
        covered = np.bincount(row, coefficient * pattern[decision], self.count)
        lacking: Floats = np.asarray(1.0 - covered, np.float64)
        while (lacking > 1 - _ENOUGH).any():
            does = np.minimum(coefficient, np.maximum(lacking[row], 0)) * ~pattern[decision]
            worth = np.bincount(decision, does, len(self.weight)) / self.weight
            best = int(np.argmax(worth))
            if worth[best] <= 0:
                break
            pattern[best] = True
            here = decision == best
            lacking[row[here]] -= coefficient[here]
        return pattern

    def thin(self, pattern: Flags) -> Flags:
        """Takes away, the dearest first, what no cut needs."""
        row, decision, coefficient = self.columns()
        pattern = pattern.copy()
        left: Floats = np.asarray(np.bincount(row, coefficient * pattern[decision], self.count), np.float64)
        extra = np.flatnonzero(pattern & ~self.forced)
        order = np.argsort(decision, kind="stable")
        first, last = np.searchsorted(decision[order], [np.arange(len(pattern)), np.arange(len(pattern)) + 1])
        for one in extra[np.argsort(-self.weight[extra], kind="stable")]:
            entries = order[first[one] : last[one]]
            if (left[row[entries]] - coefficient[entries] >= _ENOUGH).all():
                pattern[one] = False
                left[row[entries]] -= coefficient[entries]
        return pattern

    def least(self, time_limit_s: float, whole: bool = True) -> tuple[Flags | None, float]:
        """A cheapest pattern for these cuts with the lower bound of any; with `whole` false the bound alone, by the
        linear relaxation."""
        import highspy

        row, decision, coefficient = self.columns()
        used = np.unique(decision)
        place = np.zeros(len(self.weight), np.int64)
        place[used] = np.arange(len(used))
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(used), self.count
        programme.col_cost_ = self.weight[used]
        programme.col_lower_, programme.col_upper_ = np.zeros(len(used)), np.ones(len(used))
        programme.row_lower_, programme.row_upper_ = np.ones(self.count), np.full(self.count, highspy.kHighsInf)
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_ = np.r_[0, np.cumsum(np.bincount(row, minlength=self.count))].astype(np.int32)
        programme.a_matrix_.index_ = place[decision].astype(np.int32)
        programme.a_matrix_.value_ = coefficient
        if whole:
            programme.integrality_ = [highspy.HighsVarType.kInteger] * len(used)
        solver: Any = highspy.Highs
        highs: Any = solver()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("random_seed", 1)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("time_limit", max(time_limit_s, 0.01))
        highs.passModel(programme)
        highs.run()
        info = highs.getInfo()
        solved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if not whole:
            return None, float(info.objective_function_value) if solved else 0.0
        bound = float(info.mip_dual_bound)
        bound = bound if np.isfinite(bound) else 0.0
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, max(bound, 0.0)
        pattern = self.forced.copy()
        pattern[used] |= np.asarray(highs.getSolution().col_value) > 0.5
        return pattern, max(bound, 0.0)
