"""The judge: how closely somebody who reads what is published could bound every cell that is not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from millmark.region.disclosure.attacks import Attack, Failure
from millmark.region.disclosure.system import AttackSystem, Flags, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class AuditReport:
    """For every cell that the pattern hides the interval that a reader can compute, as bounds of its value. Cells that
    no pattern shows have none: nobody reads them, and what they need is among the needs.

    `failures` are the needs of protection that the published cells do not leave; a table with one is not published.
    """

    cell: Ints
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    failures: tuple[Failure, ...]

    @property
    def is_safe(self) -> bool:
        return not self.failures


def exposures(system: AttackSystem, pattern: Flags) -> tuple[Failure, ...]:
    """The needs that a pattern does not leave, as `audit` finds them, without the intervals."""
    return tuple(Attack(system, pattern, np.zeros(len(pattern), np.bool_)).failures())


def audit(system: AttackSystem, pattern: Flags) -> AuditReport:
    """Computes every interval by linear programming and holds it against the needs, insiders' included.

    It shares no state with the search for the pattern: what it is given is judged anew.
    """
    nothing = np.zeros(len(pattern), np.bool_)
    attack = Attack(system, pattern, nothing)
    asked = system.decision[attack.hidden.cell] >= 0
    low, high = attack.intervals(asked)
    failures = attack.failures()
    cell = attack.hidden.cell[asked]
    value = system.value[cell]
    return AuditReport(cell, value + low, value + high, tuple(failures))
