"""What somebody who reads the published tables knows: sums that hold, and bounds that everybody expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
_Number = TypeVar("_Number", bound=np.generic)

KNOWN = -1
"""Decision of a cell that is known whatever is decided: it was published before, or nobody contributes to it."""
NEVER_TOLD = -2
"""Decision of a cell that no table shows; it stands in the sums all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """Rows of `sum(coefficient * cell) = the same with the true values`, row after row."""

    start: Ints
    cell: Ints
    coefficient: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[Sequence[int], Sequence[float]]]) -> Self:
        """From (cells, coefficients) of each row."""
        lengths = [len(cells) for cells, _ in rows]
        return cls(
            np.r_[0, np.cumsum(lengths, dtype=np.int64)].astype(np.int64),
            np.array([cell for cells, _ in rows for cell in cells], np.int64),
            np.array([one for _, coefficients in rows for one in coefficients], np.float64),
        )

    @property
    def rows(self) -> int:
        return len(self.start) - 1

    @property
    def row(self) -> Ints:
        """The row of each entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int64), np.diff(self.start))


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Cells that must stay uncertain: by `up` above and by `down` below their value."""

    cell: Ints
    up: Floats
    down: Floats

    @classmethod
    def none(cls) -> Self:
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))

    def __len__(self) -> int:
        return len(self.cell)


@dataclass(frozen=True, slots=True, eq=False)
class Insiders:
    """Contributors who know their own part: row by row an attacker, a cell, and what the cell cannot fall below.

    `alone` marks cells to which nobody else contributes: the attacker knows them exactly. `targets` are the attackers'
    own: what they must not conclude about others, in the order of `target_attacker`; `target_equation` is the sum in
    which the target stands beside a cell that the attacker knows.
    """

    attacker: Ints
    cell: Ints
    own: Floats
    alone: Flags
    targets: Targets
    target_attacker: Ints
    target_equation: Ints

    @classmethod
    def none(cls) -> Self:
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros(0), np.zeros(0, np.bool_), Targets.none(), nothing, nothing)


@dataclass(frozen=True, slots=True, eq=False)
class AttackSystem:
    """A set of cells in one unit. `down` and `up` bound how far a reader thinks that a cell may lie from its value.

    `decision` is, by cell, the number of the decision that hides it, `KNOWN` or `NEVER_TOLD`: several cells may hang on
    one decision, so that a pattern stays the same over months.
    """

    value: Floats
    down: Floats
    up: Floats
    decision: Ints
    equations: Equations
    targets: Targets
    insiders: Insiders

    @property
    def cells(self) -> int:
        return len(self.value)

    def hidden(self, pattern: Flags) -> Flags:
        """Which cells a reader does not see when `pattern` says, by decision, what is hidden."""
        told = self.decision < 0
        return np.where(told, self.decision == NEVER_TOLD, pattern[np.maximum(self.decision, 0)]).astype(np.bool_)


def joined(systems: Sequence[AttackSystem]) -> AttackSystem:
    """Several systems as one, cells after cells; decisions keep their numbers, attackers get their own."""
    shifts = np.r_[0, np.cumsum([one.cells for one in systems])].astype(np.int64)
    entries = np.r_[0, np.cumsum([len(one.equations.cell) for one in systems])].astype(np.int64)
    equations = np.r_[0, np.cumsum([one.equations.rows for one in systems])].astype(np.int64)
    attackers = np.r_[0, np.cumsum([_attackers(one.insiders) for one in systems])].astype(np.int64)
    pairs = list(zip(systems, shifts, strict=False))
    insiders = [one.insiders for one in systems]
    return AttackSystem(
        value=_end_to_end([one.value for one in systems]),
        down=_end_to_end([one.down for one in systems]),
        up=_end_to_end([one.up for one in systems]),
        decision=_end_to_end([one.decision for one in systems]),
        equations=Equations(
            np.r_[
                np.int64(0),
                _end_to_end([one.equations.start[1:] + shift for one, shift in zip(systems, entries, strict=False)]),
            ],
            _end_to_end([one.equations.cell + shift for one, shift in pairs]),
            _end_to_end([one.equations.coefficient for one in systems]),
        ),
        targets=_joined_targets([one.targets for one in systems], shifts),
        insiders=Insiders(
            _end_to_end([one.attacker + shift for one, shift in zip(insiders, attackers, strict=False)]),
            _end_to_end([one.cell + shift for one, shift in zip(insiders, shifts, strict=False)]),
            _end_to_end([one.own for one in insiders]),
            _end_to_end([one.alone for one in insiders]),
            _joined_targets([one.targets for one in insiders], shifts),
            _end_to_end([one.target_attacker + shift for one, shift in zip(insiders, attackers, strict=False)]),
            _end_to_end([one.target_equation + shift for one, shift in zip(insiders, equations, strict=False)]),
        ),
    )


def _joined_targets(targets: Sequence[Targets], shifts: Ints) -> Targets:
    return Targets(
        _end_to_end([one.cell + shift for one, shift in zip(targets, shifts, strict=False)]),
        _end_to_end([one.up for one in targets]),
        _end_to_end([one.down for one in targets]),
    )


def _attackers(insiders: Insiders) -> int:
    return int(max(insiders.attacker.max(initial=-1), insiders.target_attacker.max(initial=-1))) + 1


def _end_to_end(arrays: Sequence[NDArray[_Number]]) -> NDArray[_Number]:
    return np.concatenate(arrays)
