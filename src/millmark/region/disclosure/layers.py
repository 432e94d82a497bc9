"""From findings to what must be solved: one layer of cells for each month, tied to the layers of its year.

A year's cumulative cell is the sum of its months, and a pattern is safe for both when a cumulative cell is hidden as
soon as one of its months is (`cumulative_hidden`). Then the sums of cumulative layers follow from those of the months,
so that what a reader can conclude of a month depends on that month's layer alone, and of a cumulative value on the sum
of its months' intervals. The layers of a year can be attacked one by one without missing anything; a test holds this
against the attack on the whole system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from millmark.region.disclosure.cells import CellFindings
from millmark.region.disclosure.rules import SafetyRules
from millmark.region.disclosure.system import KNOWN, AttackSystem, Equations, Flags, Floats, Insiders, Ints, Targets


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """How far each cell must stay uncertain, (cells, periods); 0 where it need not."""

    up: Floats
    down: Floats

    @property
    def unsafe(self) -> Flags:
        return (self.up > 0) | (self.down > 0)


def needs_of(findings: CellFindings) -> Needs:
    """Upwards by the protection level, downwards the same, but never below nothing."""
    room = np.where(findings.mixed, np.inf, findings.total.astype(np.float64))
    return Needs(findings.protection, np.minimum(findings.protection, room))


def with_cumulative(months: Needs, value: Ints, cumulative: CellFindings, years: Sequence[Ints]) -> Needs:
    """Adds to the needs of months those of the cumulative cells that they make up, shared out by value.

    `years` are the columns of each year in order; a cumulative column is the sum of those of its year up to it.
    """
    up, down = months.up.copy(), months.down.copy()
    own = needs_of(cumulative)
    for year in years:
        total = np.maximum(cumulative.total[:, year], 1).astype(np.float64)
        for place, month in enumerate(year):
            share = np.maximum(value[:, [month]] / total[:, place:], 0)
            up[:, month] = np.maximum(up[:, month], (own.up[:, year[place:]] * share).max(axis=1))
            down[:, month] = np.maximum(down[:, month], (own.down[:, year[place:]] * share).max(axis=1))
        # A month in which nothing was added needs nothing; what is left to one unit is hidden all the same.
    return Needs(up, down)


def cumulative_hidden(hidden: Flags, years: Sequence[Ints]) -> Flags:
    """The cumulative cells to hide: those with a hidden month in their year so far."""
    found = np.zeros_like(hidden)
    for year in years:
        found[:, year] = np.logical_or.accumulate(hidden[:, year], axis=1)
    return found


def layer(
    equations: Equations,
    findings: CellFindings,
    needs: Needs,
    period: int,
    decision: Ints,
    rules: SafetyRules,
    *,
    signed: Flags | None = None,
    of_outsiders: Flags | None = None,
) -> AttackSystem:
    """The attack system of one period. Cells to which nobody contributes are taken as known to be empty.

    `signed` marks cells that are differences of two sums and may lie below nothing whatever the measure; of those that
    `of_outsiders` marks, nobody who contributes knows or asks anything besides what an outsider does.
    """
    value = findings.total[:, period].astype(np.float64)
    empty = findings.contributors[:, period] == 0
    free = np.zeros(len(value), np.bool_) if signed is None else signed
    mixed = (findings.mixed[:, period] & ~free).any()
    down = np.where(free | mixed, np.inf, np.maximum(value, 0))
    up = np.full(len(value), np.inf)
    down[empty], up[empty] = 0.0, 0.0
    targets = np.flatnonzero(needs.unsafe[:, period] & ~empty)
    return AttackSystem(
        value=value,
        down=down,
        up=up,
        decision=np.where(empty, KNOWN, decision),
        equations=equations,
        targets=Targets(targets, needs.up[targets, period], needs.down[targets, period]),
        insiders=_insiders(equations, findings, needs, period, of_outsiders) if rules.insiders else Insiders.none(),
    )


def _insiders(
    equations: Equations, findings: CellFindings, needs: Needs, period: int, of_outsiders: Flags | None
) -> Insiders:
    """Who is alone in an unsafe cell knows it, and must not conclude by it on another's cell in the same sum.

    Need of j against h: (1 + p) of j's largest, less what j holds, plus h's own part of it: the level of the p % rule
    where h is the second largest, less by the second largest where h is not in j.
    """
    unsafe = needs.unsafe[:, period] & (findings.contributors[:, period] > 0)
    if of_outsiders is not None:
        unsafe &= ~of_outsiders
    alone = unsafe & (findings.contributors[:, period] == 1)
    first, second, equation = _pairs(equations, alone, unsafe)
    holding = findings.largest_holding[:, period]
    other = holding[first] != holding[second]
    first, second, equation = first[other], second[other], equation[other]
    is_second = findings.second_holding[second, period] == holding[first]
    need = needs.up[second, period] - np.where(is_second, 0, findings.second[second, period])
    # Not to be known exactly, at the least; the first hundredth of a level is as far as this asks for.
    need = np.maximum(need, np.minimum(needs.up[second, period], np.maximum(needs.up[second, period] / 100, 1)))
    if not len(first):
        return Insiders.none()
    cells = np.flatnonzero(alone & np.isin(holding, holding[first]))
    names = np.unique(holding[cells])
    return Insiders(
        attacker=np.searchsorted(names, holding[cells]),
        cell=cells,
        own=findings.largest[cells, period].astype(np.float64),
        alone=np.ones(len(cells), np.bool_),
        targets=Targets(second, need, np.zeros(len(second))),
        target_attacker=np.searchsorted(names, holding[first]),
        target_equation=equation,
    )


def _pairs(equations: Equations, first: Flags, second: Flags) -> tuple[Ints, Ints, Ints]:
    """Ordered pairs of different cells with the sum they stand in, the first of one kind, the second of another."""
    left = np.flatnonzero(first[equations.cell])
    row = equations.row[left]
    length = equations.start[row + 1] - equations.start[row]
    # All entries of the row of each entry on the left, end to end.
    entry = np.repeat(equations.start[row] - np.cumsum(length) + length, length) + np.arange(length.sum())
    one, other = np.repeat(equations.cell[left], length), equations.cell[entry]
    kept = second[other] & (one != other)
    return one[kept], other[kept], np.repeat(row, length)[kept]
