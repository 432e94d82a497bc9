"""Claims as a programme sees them: what was claimed, and what became of checking it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from millmark.model import AssetPath, Origin


class SignedClaim(Protocol):
    """What this room reads of a claim of the evidence room."""

    @property
    def id(self) -> str: ...
    @property
    def enterprise_id(self) -> int: ...
    @property
    def subject(self) -> AssetPath: ...
    @property
    def measure(self) -> str: ...
    @property
    def first_date(self) -> date: ...
    @property
    def last_date(self) -> date: ...
    @property
    def numerator(self) -> float: ...
    @property
    def denominator(self) -> float: ...
    @property
    def coverage_share(self) -> float: ...
    @property
    def origins(self) -> Sequence[Origin]: ...
    @property
    def issued_at_us(self) -> int: ...


class VerificationOutcome(Protocol):
    """What this room reads of the check of a claim: signature, chain of seals, and the value computed again."""

    @property
    def verified(self) -> bool: ...


class ClaimSource(Protocol):
    """The evidence room's book of claims."""

    def claims(self, enterprise_id: int | None = None, /) -> Sequence[SignedClaim]: ...

    def claim(self, claim_id: str, /) -> SignedClaim: ...

    def verify(self, claim_id: str, /) -> VerificationOutcome: ...


@dataclass(frozen=True, slots=True)
class PresentedClaim:
    """A claim laid before a rule. `demonstration` says that its enterprise is fictional."""

    id: str
    enterprise_id: int
    subject: AssetPath
    measure: str
    first_date: date
    last_date: date
    numerator: Decimal
    denominator: Decimal
    coverage_share: Decimal
    origins: frozenset[Origin]
    issued_at_us: int
    verified: bool
    demonstration: bool = False

    @property
    def days(self) -> int:
        """Number of local days that the claim covers, both ends included."""
        return (self.last_date - self.first_date).days + 1

    @property
    def from_machines_alone(self) -> bool:
        return self.origins <= {Origin.MACHINE}


class VerifiedClaims:
    """Claims with the outcome of their verification, kept for a while: checking recomputes the value from rows."""

    def __init__(
        self,
        source: ClaimSource,
        *,
        demonstration_enterprises: Callable[[], Iterable[int]],
        now_us: Callable[[], int],
        keep_us: int = 600_000_000,
    ) -> None:
        self._source = source
        self._demonstration_enterprises = demonstration_enterprises
        self._now_us = now_us
        self._keep_us = keep_us
        self._outcomes: dict[str, tuple[int, bool]] = {}

    def one(self, claim_id: str) -> PresentedClaim:
        """The claim, checked now; raises what the evidence room raises for an unknown one."""
        claim = self._source.claim(claim_id)
        return self._present(claim, self._check(claim.id), frozenset(self._demonstration_enterprises()))

    def latest(self, measure: str, as_of: date) -> list[PresentedClaim]:
        """Of each enterprise the latest claim that verifies, among those about days up to `as_of`.

        An enterprise that claims several subjects has one for each, without subjects inside another one's: their
        equipment would count twice. Claims are checked from the latest backwards until one holds, so that an old claim
        costs nothing; an outcome is kept for the keeping time.
        """
        by_subject: dict[tuple[int, AssetPath], list[SignedClaim]] = {}
        for claim in self._source.claims(None):
            if claim.measure == measure and claim.last_date <= as_of:
                by_subject.setdefault((claim.enterprise_id, claim.subject), []).append(claim)
        found: dict[tuple[int, AssetPath], SignedClaim] = {}
        for key, claims in by_subject.items():
            backwards = sorted(claims, key=_age, reverse=True)
            holding = next((claim for claim in backwards if self._remembered(claim.id)), None)
            if holding is not None:
                found[key] = holding
        demonstration = frozenset(self._demonstration_enterprises())
        return [
            self._present(claim, True, demonstration)
            for (enterprise_id, subject), claim in found.items()
            if not any(
                other_id == enterprise_id and other != subject and subject.is_under(other) for other_id, other in found
            )
        ]

    def _remembered(self, claim_id: str) -> bool:
        checked_at_us, verified = self._outcomes.get(claim_id, (None, False))
        fresh = checked_at_us is not None and 0 <= self._now_us() - checked_at_us < self._keep_us
        return verified if fresh else self._check(claim_id)

    def _check(self, claim_id: str) -> bool:
        verified = self._source.verify(claim_id).verified
        self._outcomes[claim_id] = (self._now_us(), verified)
        return verified

    @staticmethod
    def _present(claim: SignedClaim, verified: bool, demonstration: frozenset[int]) -> PresentedClaim:
        return PresentedClaim(
            id=claim.id,
            enterprise_id=claim.enterprise_id,
            subject=claim.subject,
            measure=claim.measure,
            first_date=claim.first_date,
            last_date=claim.last_date,
            # repr is the shortest text of a float, so 0.1 stays 0.1 and 60.0 becomes 60.
            numerator=Decimal(repr(claim.numerator)),
            denominator=Decimal(repr(claim.denominator)),
            coverage_share=Decimal(repr(claim.coverage_share)),
            origins=frozenset(claim.origins),
            issued_at_us=claim.issued_at_us,
            verified=verified,
            demonstration=claim.enterprise_id in demonstration,
        )


def _age(claim: SignedClaim) -> tuple[date, int, str]:
    return claim.last_date, claim.issued_at_us, claim.id
