"""A node answers challenges of its own claims: with the rows that the enterprise lets the office see, and no others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from millmark.evidence import RowsMissing, UnknownClaim
from millmark.model.period import HOUR_US
from millmark.programmes.claims import SignedClaim
from millmark.programmes.proof.consents import Consent, Detail, Recipient, Use
from millmark.programmes.proof.errors import ProofNotFound

log = logging.getLogger(__name__)

DAY_US = 24 * HOUR_US


class Waiting(Protocol):
    """A challenge that waits for this node's rows."""

    @property
    def id(self) -> int: ...
    @property
    def claim_id(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def deadline_us(self) -> int: ...


class Region(Protocol):
    """The way to whoever challenges."""

    def waiting(self) -> Sequence[Waiting]: ...

    def reveal(self, challenge_id: int, rows: bytes) -> str: ...


class OwnClaims(Protocol):
    """What is asked of the book of claims."""

    def claim(self, claim_id: str, /) -> SignedClaim: ...

    def rows(self, claim_id: str, /) -> bytes: ...


class Consents(Protocol):
    def permit(self, use: Use) -> Consent | None: ...


class Kept(StrEnum):
    """Why a challenge was left for a person."""

    NO_CONSENT = "no_consent"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    NOT_AS_SEALED = "not_as_sealed"
    """The history gives other rows than were sealed; restored from a copy in time, they can still be shown."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a waiting challenge: the region's `outcome`, or why it was kept back."""

    challenge_id: int
    claim_id: str
    enterprise_id: int
    deadline_us: int
    outcome: str | None
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """So that nobody draws a plant's whole history out through challenges: answers a day, and bytes each."""

    a_day: int = 20
    most_bytes: int = 64_000_000


class OwnAnswers:
    """Answers for one node, not for several threads at once. What the region refuses is raised as by its link."""

    def __init__(
        self,
        region: Region,
        claims: OwnClaims,
        consents: Consents,
        *,
        limits: AnswerLimits,
        now_us: Callable[[], int],
        noted: Callable[[Answered], None],
    ) -> None:
        """`noted` writes down what was shown, before the next one is."""
        self._region = region
        self._claims = claims
        self._consents = consents
        self._limits = limits
        self._now_us = now_us
        self._noted = noted
        self._answered_us: list[int] = []

    def waiting(self) -> list[tuple[Waiting, SignedClaim]]:
        """The challenges that wait, with the claim of each, the most urgent first.

        One of a claim that is not here, as after a restore from an older copy, is told in the log.
        """
        found = []
        for one in sorted(self._region.waiting(), key=lambda one: (one.deadline_us, one.id)):
            try:
                found.append((one, self._claims.claim(one.claim_id)))
            except UnknownClaim:
                log.warning("challenge %s is of claim %s, which this node does not have", one.id, one.claim_id)
        return found

    def round(self) -> list[Answered]:
        """Answers what waits, as far as consents and limits let it; what is kept back waits for a person."""
        told = []
        for one, claim in self.waiting():
            told.append(self._answer(one, claim, by_itself=True))
        return told

    def answer(self, challenge_id: int) -> Answered:
        """Answers one because a person says so: their word stands in for the daily limit, not for the consent.

        Raises `ProofNotFound` for what does not wait, `RowsMissing` when the history does not give what was sealed.
        """
        for one, claim in self.waiting():
            if one.id == challenge_id:
                return self._answer(one, claim, by_itself=False)
        raise ProofNotFound(f"no challenge {challenge_id} waits for this node's rows")

    def _answer(self, one: Waiting, claim: SignedClaim, *, by_itself: bool) -> Answered:
        use = Use(claim.id, claim.enterprise_id, claim.measure, Recipient.OFFICE, Detail.ROWS)
        if self._consents.permit(use) is None:
            return self._kept(one, claim, Kept.NO_CONSENT)
        now_us = self._now_us()
        self._answered_us = [at_us for at_us in self._answered_us if at_us > now_us - DAY_US]
        if by_itself and len(self._answered_us) >= self._limits.a_day:
            return self._kept(one, claim, Kept.TOO_MANY)
        try:
            rows = self._claims.rows(claim.id)
        except RowsMissing as error:
            if not by_itself:
                raise
            log.warning("challenge %s: %s", one.id, error)
            return self._kept(one, claim, Kept.NOT_AS_SEALED)
        if len(rows) > self._limits.most_bytes:
            return self._kept(one, claim, Kept.TOO_LARGE)
        outcome = self._region.reveal(one.id, rows)
        self._answered_us.append(now_us)
        done = Answered(one.id, claim.id, claim.enterprise_id, one.deadline_us, outcome, None)
        self._noted(done)
        return done

    @staticmethod
    def _kept(one: Waiting, claim: SignedClaim, why: Kept) -> Answered:
        return Answered(one.id, claim.id, claim.enterprise_id, one.deadline_us, None, why)
