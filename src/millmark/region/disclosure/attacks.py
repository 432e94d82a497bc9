"""Which needs of protection a pattern fails, found by attacking it; each failure with the cut that forbids it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from millmark.region.disclosure.mixtures import is_mixed
from millmark.region.disclosure.programme import HiddenCells, Solver
from millmark.region.disclosure.system import NEVER_TOLD, AttackSystem, Flags, Floats, Ints, Targets

TOLERANCE: Final = 1e-6
_GOOD_PART: Final = 0.85
"""A solution that pulls at all open needs is worth another one when no more than this share of them is left."""
_MIXED: Final = 240
"""How many of the latest solutions seen are tried in mixtures."""
_CROWD: Final = 4
"""In a sum of more hidden cells than so many, somebody who knows one of them is no nearer to another."""
OUTSIDER: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """`sum(coefficient * hidden decision) >= 1`: every safe pattern fulfils it, the attacked one does not."""

    decision: Ints
    coefficient: Floats


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that somebody can bound too closely: `reach` is how far it stays open, `need` how far it must."""

    cell: int
    upward: bool
    need: float = field(repr=False)
    reach: float = field(repr=False)
    attacker: int
    cut: Cut | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Needs:
    """Open needs as arrays: a position among the hidden cells, +1 or -1, how far, and who attacks."""

    column: Ints
    sign: Ints
    need: Floats
    attacker: Ints

    def of(self, chosen: Flags | Ints) -> _Needs:
        return _Needs(self.column[chosen], self.sign[chosen], self.need[chosen], self.attacker[chosen])

    def __len__(self) -> int:
        return len(self.column)


class Attack:
    """Attacks one pattern; `forced` says which decisions are hidden in every pattern."""

    def __init__(self, system: AttackSystem, pattern: Flags, forced: Flags, seen: Sequence[Floats] = ()) -> None:
        """`seen` are points that attacks on other patterns found, by cell; those that move no shown cell hold here."""
        self._system = system
        self._forced = forced
        self.hidden = HiddenCells(system, system.hidden(pattern))
        self._solver: Solver | None = None
        self._rows_by_component: list[Ints] | None = None
        self._row = system.equations.row
        # The least and the most that any solution seen so far gave each cell: proof that it can be so far off.
        self.low: Floats = np.zeros(len(self.hidden))
        self.high: Floats = np.zeros(len(self.hidden))
        # Points seen; an insider's is one of the outsider's, too, whose bounds are wider.
        self._points: list[Floats] = []
        self._known: tuple[Ints, Ints] | None = None
        for point in seen:
            self._see_again(point)

    @property
    def points(self) -> list[Floats]:
        """The points seen, by cell of the system."""
        found = []
        for point in self._points:
            wide = np.zeros(self._system.cells)
            wide[self.hidden.cell] = point
            found.append(wide)
        return found

    def _see_again(self, point: Floats) -> None:
        outside = point[self.hidden.position < 0]
        inside = point[self.hidden.cell]
        # Whoever found it, it counts only if it fits what is shown here.
        if not np.abs(outside).max(initial=0.0) > 0 and self.hidden.admits(inside):
            self._see(inside)

    def failures(self, rounds: int | None = None) -> list[Failure]:
        """Every need that fails; with `rounds` it is enough, once one failed, to have tried so many per component."""
        found = list(self._plain_exposures(self._system.targets, OUTSIDER))
        needs = self._needs(self._system.targets, np.full(len(self._system.targets), OUTSIDER, np.int64))
        self._see_combined(needs)
        found += self._attack_one_by_one(needs, rounds)
        insiders = self._system.insiders
        if len(insiders.targets) and (not found or rounds is None):
            inside = self._needs(insiders.targets, insiders.target_attacker)
            inside = inside.of((inside.sign > 0) & self._is_close())
            found += self._attack_one_by_one(self._unmet_inside(inside), rounds)
        return found

    def intervals(self, asked: Flags) -> tuple[Floats, Floats]:
        """How far below and above its value every hidden cell that is `asked` for may lie: two linear programmes for
        each, but for those where a solution seen already touches a bound that none can exceed."""
        least, most = self.hidden.outer()
        everywhere = np.flatnonzero(asked)
        needs = _Needs(
            np.r_[everywhere, everywhere],
            np.repeat(np.array([1, -1]), len(everywhere)),
            np.r_[most[asked], -least[asked]],
            np.full(2 * len(everywhere), OUTSIDER, np.int64),
        )
        needs = needs.of(needs.need > 0)
        self._see_combined(needs)
        self._attack_one_by_one(needs, None)
        return self.low[asked], self.high[asked]

    def _plain_exposures(self, targets: Targets, attacker: int) -> Iterator[Failure]:
        """Targets that are shown outright."""
        for row in np.flatnonzero(self.hidden.position[targets.cell] < 0):
            yield Failure(int(targets.cell[row]), True, float(targets.up[row]), 0.0, attacker)

    def _needs(self, targets: Targets, attacker: Ints) -> _Needs:
        column = self.hidden.position[targets.cell]
        needs = _Needs(
            np.r_[column, column],
            np.repeat(np.array([1, -1]), len(column)),
            np.r_[targets.up, targets.down],
            np.r_[attacker, attacker],
        )
        return needs.of((needs.column >= 0) & (needs.need > 0))

    def _is_seen(self, needs: _Needs) -> Flags:
        enough = needs.need * (1 - TOLERANCE)
        return np.where(needs.sign > 0, self.high[needs.column] >= enough, -self.low[needs.column] >= enough)

    def _see_combined(self, needs: _Needs) -> None:
        """Solutions that pull at all open needs at once, as long as each fulfils a good part of what is left."""
        # Fixed, so that the same table always gets the same pattern; nothing here is secret.
        draw = np.random.default_rng(7)
        left = needs.of(~self._is_seen(needs))
        while len(left):
            self._pull(left.column, left.sign / left.need * draw.uniform(0.5, 1.5, len(left)))
            still = left.of(~self._is_seen(left))
            if len(still) > len(left) * _GOOD_PART:
                return
            left = still

    def _pull(self, column: Ints, weight: Floats) -> None:
        """Sees a solution that makes a weighted sum of differences large."""
        together = np.zeros(len(self.hidden))
        pull = weight * self.hidden.scale[column]
        np.add.at(together, column, pull / np.abs(pull).max())
        column = np.flatnonzero(together)
        self._see(self._solve(column, together[column])[0])

    def _solve(self, column: Ints, weight: Floats) -> tuple[Floats, Floats]:
        self._solver = self._solver or Solver(self.hidden)
        return self._solver.most(column, weight)

    def _see(self, point: Floats) -> None:
        """Keeps a solution: attacks of others, and on other patterns, use it."""
        np.maximum(self.high, point, out=self.high)
        np.minimum(self.low, point, out=self.low)
        self._points.append(point)

    def _attack_one_by_one(self, needs: _Needs, rounds: int | None) -> list[Failure]:
        """One need of each component at a time, all components in one programme."""
        found: list[Failure] = []
        tried = np.zeros(len(needs), np.bool_)
        outside = needs.attacker == OUTSIDER
        count = 0
        while rounds is None or not found or count < rounds:
            count += 1
            open_ = np.flatnonzero(~tried & ~(outside & self._is_seen(needs)))
            if not len(open_):
                break
            chosen = open_[np.unique(self.hidden.component[needs.column[open_]], return_index=True)[1]]
            tried[chosen] = True
            found += self._one_round(needs.of(chosen))
        return found

    def _is_close(self) -> Flags:
        """Whether a need against an insider stands in a sum of few hidden cells; twice, as needs up and down stand."""
        insiders, equations = self._system.insiders, self._system.equations
        shown = self.hidden.position < 0
        hidden = np.bincount(self._row, ~shown[equations.cell], equations.rows)
        close = hidden[insiders.target_equation] <= _CROWD
        column = self.hidden.position[insiders.targets.cell]
        needs = np.r_[insiders.targets.up, insiders.targets.down]
        found: Flags = np.concatenate([close, close])[(np.concatenate([column, column]) >= 0) & (needs > 0)]
        return found

    def _unmet_inside(self, needs: _Needs) -> _Needs:
        """Insiders' needs that no mixture of solutions seen fulfils, after having looked for solutions to mix: first
        with all insiders at once, then with one of each component at a time."""
        draw = np.random.default_rng(11)
        left = needs.of(~self._is_mixed(needs))
        while len(left):
            known = self._known_to(left)
            pivot = known[:, 0]
            there = pivot >= 0
            self._pull(
                np.r_[left.column, pivot[there]],
                np.r_[draw.uniform(0.5, 1.5, len(left)) / left.need, draw.normal(0, 1, there.sum()) / left.need[there]],
            )
            still = left.of(~self._is_mixed(left))
            if len(still) > len(left) * _GOOD_PART:
                left = still
                break
            left = still
        return self._unmet_one_by_one(left)

    def _unmet_one_by_one(self, needs: _Needs) -> _Needs:
        """Has each insider pull at all that it must not know, then at what is left of it, as long as that helps; what
        is left in the end needs an attack of its own."""
        stuck = np.zeros(len(needs), np.bool_)
        while not stuck.all():
            component = self.hidden.component[needs.column]
            pair = component * (int(needs.attacker.max(initial=0)) + 1) + needs.attacker
            rows = np.flatnonzero(~stuck)
            # One insider for each component: the first of those that are left.
            first = pair[rows[np.unique(component[rows], return_index=True)[1]]]
            chosen = rows[np.isin(pair[rows], first)]
            asked = needs.of(chosen)
            bounds = self._bounds_of_insiders(asked)
            point = self._bounded(asked.column, self.hidden.scale[asked.column] / asked.need, bounds)[0]
            self._see(point)
            reached = point[asked.column] >= asked.need * (1 - TOLERANCE)
            helped = np.isin(pair[chosen], pair[chosen[reached]])
            stuck[chosen[~helped]] = True
            met = np.zeros(len(needs), np.bool_)
            met[chosen] = reached
            met |= self._is_mixed(needs)
            needs, stuck = needs.of(~met), stuck[~met]
        return needs

    def _is_mixed(self, needs: _Needs) -> Flags:
        """Whether solutions seen prove that an insider can think the target as high as needed."""
        if not len(self._points) or not len(needs) or not self._system.insiders.alone.all():
            return np.zeros(len(needs), np.bool_)
        points, need = np.stack(self._points[-_MIXED:]), needs.need * (1 - TOLERANCE / 2)
        return is_mixed(points, needs.column, need, self._known_to(needs), self.hidden.scale[needs.column])

    def _known_to(self, needs: _Needs) -> Ints:
        """By need the hidden cells of its component that its insider knows, filled up with -1."""
        if self._known is None:
            insiders = self._system.insiders
            column = self.hidden.position[insiders.cell]
            kept = (column >= 0) & insiders.alone
            column, attacker = column[kept], insiders.attacker[kept]
            key = attacker * self.hidden.components + self.hidden.component[column]
            order = np.argsort(key, kind="stable")
            self._known = key[order], column[order]
        keys, columns = self._known
        asked = needs.attacker * self.hidden.components + self.hidden.component[needs.column]
        first, last = np.searchsorted(keys, asked), np.searchsorted(keys, asked, "right")
        width = max(int((last - first).max(initial=0)), 1)
        place = first[:, None] + np.arange(width)
        found: Ints = np.where(place < last[:, None], columns[np.minimum(place, max(len(columns) - 1, 0))], -1)
        return found

    def _bounded(
        self, column: Ints, weight: Floats, bounds: tuple[Ints, Floats, Floats] | None
    ) -> tuple[Floats, Floats]:
        """As `_solve`, within what an insider knows."""
        together = np.zeros(len(self.hidden))
        np.add.at(together, column, weight / np.abs(weight).max())
        column = np.flatnonzero(together)
        if bounds is None:
            return self._solve(column, together[column])
        self._solver = self._solver or Solver(self.hidden)
        self._solver.bound(*bounds)
        try:
            return self._solve(column, together[column])
        finally:
            self._solver.release(bounds[0])

    def _one_round(self, needs: _Needs) -> list[Failure]:
        bounds = self._bounds_of_insiders(needs)
        point, prices = self._bounded(needs.column, needs.sign.astype(np.float64), bounds)
        self._see(point)
        reach = point[needs.column] * needs.sign
        failing = np.flatnonzero(reach < needs.need * (1 - TOLERANCE))
        return [self._failure(needs, int(row), float(max(reach[row], 0)), prices) for row in failing]

    def _failure(self, needs: _Needs, row: int, reach: float, prices: Floats) -> Failure:
        column, sign = int(needs.column[row]), int(needs.sign[row])
        return Failure(
            cell=int(self.hidden.cell[column]),
            upward=sign > 0,
            need=float(needs.need[row]),
            reach=reach,
            attacker=int(needs.attacker[row]),
            cut=self._cut(column, sign, float(needs.need[row]), prices, int(needs.attacker[row])),
        )

    def _cut(self, column: int, sign: int, need: float, prices: Floats, attacker: int) -> Cut | None:
        """By weak duality the difference of a cell is at most what the hidden cells allow at these prices; the cells
        of any safe pattern must allow at least the need (Fischetti and Salazar, capacity constraints)."""
        system = self._system
        if self._rows_by_component is None:
            by = np.argsort(self.hidden.rows_of_component(), kind="stable")
            ends = np.cumsum(np.bincount(self.hidden.rows_of_component(), minlength=self.hidden.components))
            self._rows_by_component = np.split(by, ends[:-1])
        rows = self._rows_by_component[int(self.hidden.component[column])]
        rows = rows[np.abs(prices[rows]) > 1e-12]
        equations = system.equations
        price = np.zeros(equations.rows)
        price[self.hidden.equation[rows]] = prices[rows]
        entry = _entries(equations.start, self.hidden.equation[rows])
        reduced = np.zeros(system.cells)
        np.subtract.at(reduced, equations.cell[entry], equations.coefficient[entry] * price[self._row[entry]])
        reduced[self.hidden.cell[column]] += sign
        cells = np.flatnonzero(np.abs(reduced) > 1e-9)
        down, up = self._slack(cells, attacker)
        allowed = np.where(reduced[cells] > 0, reduced[cells] * up, -reduced[cells] * down)
        return self._by_decision(system.decision[cells], allowed, need)

    def _by_decision(self, decision: Ints, allowed: Floats, need: float) -> Cut | None:
        need -= float(allowed[decision == NEVER_TOLD].sum())
        free = decision >= 0
        decision, allowed = decision[free], allowed[free]
        need -= float(allowed[self._forced[decision]].sum())
        decision, allowed = decision[~self._forced[decision]], allowed[~self._forced[decision]]
        numbers, place = np.unique(decision, return_inverse=True)
        if need <= 0:
            return None
        share = np.minimum(np.bincount(place, allowed, len(numbers)) / need, 1.0)
        kept = share > 1e-7
        return Cut(numbers[kept], share[kept])

    def _slack(self, cells: Ints, attacker: int) -> tuple[Floats, Floats]:
        system = self._system
        largest = max(float(np.abs(system.value).max(initial=1.0)), 1.0) * 10
        down, up = np.minimum(system.down[cells], largest), np.minimum(system.up[cells], largest)
        if attacker == OUTSIDER:
            return down, up
        insiders = system.insiders
        for row in np.flatnonzero(insiders.attacker == attacker):
            here = cells == insiders.cell[row]
            down[here] = np.minimum(down[here], system.value[insiders.cell[row]] - insiders.own[row])
            if insiders.alone[row]:
                down[here], up[here] = 0.0, 0.0
        return np.maximum(down, 0), up

    def _bounds_of_insiders(self, needs: _Needs) -> tuple[Ints, Floats, Floats] | None:
        insiders = self._system.insiders
        inside = needs.attacker != OUTSIDER
        if not inside.any():
            return None
        # A component is attacked by one insider at a time; an insider may attack several components at once.
        who = np.full(self.hidden.components, OUTSIDER)
        who[self.hidden.component[needs.column[inside]]] = needs.attacker[inside]
        column = self.hidden.position[insiders.cell]
        rows = np.flatnonzero((column >= 0) & (who[self.hidden.component[column]] == insiders.attacker))
        column = self.hidden.position[insiders.cell[rows]]
        room = np.maximum(self._system.value[insiders.cell[rows]] - insiders.own[rows], 0)
        alone = insiders.alone[rows]
        lower = np.where(alone, 0.0, -np.minimum(self.hidden.down[column], room))
        return column, lower, np.where(alone, 0.0, self.hidden.up[column])


def _entries(start: Ints, rows: Ints) -> Ints:
    """The places of the entries of some rows."""
    if not len(rows):
        return np.zeros(0, np.int64)
    return np.concatenate([np.arange(start[row], start[row + 1]) for row in rows])
