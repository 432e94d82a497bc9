"""Claims laid out by a test: what the evidence room would hand over, without machines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from millmark.model import AssetPath, Origin


@dataclass(frozen=True, slots=True)
class ShelfClaim:
    id: str
    enterprise_id: int
    subject: AssetPath
    numerator: float
    denominator: float
    first_date: date = date(2024, 5, 1)
    last_date: date = date(2024, 5, 1)
    measure: str = "equipment_connection_rate"
    coverage_share: float = 1.0
    origins: tuple[Origin, ...] = (Origin.MACHINE,)
    issued_at_us: int = 0
    formula_version: str = "1"


@dataclass(frozen=True, slots=True)
class Checked:
    verified: bool


@dataclass(slots=True)
class ClaimShelf:
    """`forged` are the ids of claims that do not verify; `checks` counts how often a claim was verified."""

    shelved: list[ShelfClaim] = field(default_factory=list)
    forged: set[str] = field(default_factory=set)
    checks: list[str] = field(default_factory=list)

    def claims(self, enterprise_id: int | None = None, /) -> Sequence[ShelfClaim]:
        return [claim for claim in self.shelved if enterprise_id in (None, claim.enterprise_id)]

    def claim(self, claim_id: str, /) -> ShelfClaim:
        return next(claim for claim in self.shelved if claim.id == claim_id)

    def verify(self, claim_id: str, /) -> Checked:
        self.checks.append(claim_id)
        return Checked(claim_id not in self.forged)
