"""Claims as a programme sees them: what was claimed, and what became of checking it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from millmark.model import AssetPath, Origin
from millmark.programmes.grade import Grade


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
    def formula_version(self) -> str: ...
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


class Standings(Protocol):
    """What arrivals and challenges leave of a claim."""

    def limit(self, claim_id: str, application_id: int | None = None, /) -> Grade: ...


class _NothingAgainst:
    def limit(self, _claim_id: str, _application_id: int | None = None, /) -> Grade:
        return Grade.MACHINE_PROVEN


def _all_public(claims: Sequence[SignedClaim]) -> Sequence[bool]:
    return [True for _ in claims]


@dataclass(frozen=True, slots=True)
class PresentedClaim:
    """A claim laid before a rule. `demonstration` says that its enterprise is fictional.

    `worth` is the grade that its arrival and its challenges leave it, where that is less than verifying would give;
    such a claim counts as not `verified`.
    """

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
    formula_version: str | None = None
    worth: Grade | None = None

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
        standings: Standings | None = None,
        made_public: Callable[[Sequence[SignedClaim]], Sequence[bool]] = _all_public,
    ) -> None:
        """`made_public` says which claims their enterprises let the public have."""
        self._source = source
        self._standings = standings or _NothingAgainst()
        self._made_public = made_public
        self._demonstration_enterprises = demonstration_enterprises
        self._now_us = now_us
        self._keep_us = keep_us
        self._outcomes: dict[str, tuple[int, bool]] = {}

    def one(self, claim_id: str, application_id: int | None = None) -> PresentedClaim:
        """The claim, checked now; raises what the evidence room raises for an unknown one.

        For an application it is worth what was found when it came with that one.
        """
        claim = self._source.claim(claim_id)
        limit = self._standings.limit(claim_id, application_id)
        return self._present(claim, self._check(claim.id), frozenset(self._demonstration_enterprises()), limit)

    def latest(self, measure: str, as_of: date) -> list[PresentedClaim]:
        """Of each enterprise the latest public claim that holds, among those about days up to `as_of`.

        A claim is public when its enterprise consents to that; one that a challenge stands against does not hold.

        An enterprise that claims several subjects has one for each, without subjects inside another one's: their
        equipment would count twice. Claims are checked from the latest backwards until one holds, so that an old claim
        costs nothing; an outcome is kept for the keeping time.
        """
        by_subject: dict[tuple[int, AssetPath], list[SignedClaim]] = {}
        asked = [one for one in self._source.claims(None) if one.measure == measure and one.last_date <= as_of]
        for claim, public in zip(asked, self._made_public(asked), strict=True):
            if public:
                by_subject.setdefault((claim.enterprise_id, claim.subject), []).append(claim)
        found: dict[tuple[int, AssetPath], SignedClaim] = {}
        for key, claims in by_subject.items():
            backwards = sorted(claims, key=_age, reverse=True)
            holding = next((claim for claim in backwards if self._holds(claim.id)), None)
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

    def public(self, measure: str, first: date, last: date) -> list[SignedClaim]:
        """Public claims of a measure within some days that hold, of all enterprises and subjects."""
        asked = [
            one
            for one in self._source.claims(None)
            if one.measure == measure and first <= one.first_date and one.last_date <= last
        ]
        public = [claim for claim, is_public in zip(asked, self._made_public(asked), strict=True) if is_public]
        return [claim for claim in public if self._holds(claim.id)]

    def standing(
        self, enterprise_id: int, measure: str, fits: Callable[[PresentedClaim], bool]
    ) -> list[PresentedClaim]:
        """Of each subject of one enterprise the latest claim that fits and verifies, else the latest that fits.

        `fits` sees claims that are not checked yet. Subjects inside another one's are left out, as in `latest`.
        """
        demonstration = frozenset(self._demonstration_enterprises())
        by_subject: dict[AssetPath, list[PresentedClaim]] = {}
        for claim in sorted(self._source.claims(enterprise_id), key=_age, reverse=True):
            shown = self._present(claim, False, demonstration)
            if claim.measure == measure and fits(shown):
                by_subject.setdefault(claim.subject, []).append(shown)
        found = {
            subject: next((replace(one, verified=True) for one in claims if self._holds(one.id)), claims[0])
            for subject, claims in by_subject.items()
        }
        return [
            claim
            for subject, claim in found.items()
            if not any(other != subject and subject.is_under(other) for other in found)
        ]

    def _holds(self, claim_id: str) -> bool:
        return self._standings.limit(claim_id) is Grade.MACHINE_PROVEN and self._remembered(claim_id)

    def _remembered(self, claim_id: str) -> bool:
        checked_at_us, verified = self._outcomes.get(claim_id, (None, False))
        fresh = checked_at_us is not None and 0 <= self._now_us() - checked_at_us < self._keep_us
        return verified if fresh else self._check(claim_id)

    def _check(self, claim_id: str) -> bool:
        verified = self._source.verify(claim_id).verified
        self._outcomes[claim_id] = (self._now_us(), verified)
        return verified

    @staticmethod
    def _present(
        claim: SignedClaim, verified: bool, demonstration: frozenset[int], limit: Grade = Grade.MACHINE_PROVEN
    ) -> PresentedClaim:
        whole = limit is Grade.MACHINE_PROVEN
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
            verified=verified and whole,
            worth=None if whole else limit if verified else Grade.SELF_REPORTED,
            demonstration=claim.enterprise_id in demonstration,
            formula_version=claim.formula_version,
        )


def _age(claim: SignedClaim) -> tuple[date, int, str]:
    return claim.last_date, claim.issued_at_us, claim.id
