"""A draw that nobody can steer and anybody can check: pure.

The office publishes the hash of a seed before the claims come. When it draws, the seed becomes public; each claim's
ticket is HMAC-SHA256 of its document's digest under the seed, and the smallest tickets are drawn. The office cannot
pick a seed that suits it, for the claims were not there when it was bound to one; an enterprise cannot shape a claim
that is never drawn, for it does not know the seed.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claim in the pool; `ticket` is what it drew."""

    claim_id: str
    document_sha256: str
    ticket: str
    drawn: bool


def commitment_of(seed: str) -> str:
    """What is published of a seed before the draw: its SHA-256."""
    return sha256(seed.encode()).hexdigest()


def draw(seed: str, pool: Sequence[tuple[str, str]], share_permille: int) -> tuple[Ticket, ...]:
    """Draws from (claim id, SHA-256 of its document): the share of the pool, rounded up, by the smallest tickets."""
    count = -(-len(pool) * share_permille // 1000)
    tickets = sorted((_ticket(seed, digest), claim_id, digest) for claim_id, digest in set(pool))
    return tuple(
        Ticket(claim_id, digest, ticket, position < count)
        for position, (ticket, claim_id, digest) in enumerate(tickets)
    )


def holds(commitment: str, seed: str, tickets: Sequence[Ticket], share_permille: int) -> bool:
    """Whether a published draw is the one that the commitment binds to."""
    pool = [(one.claim_id, one.document_sha256) for one in tickets]
    return commitment_of(seed) == commitment and draw(seed, pool, share_permille) == tuple(tickets)


def _ticket(seed: str, digest: str) -> str:
    return hmac.digest(seed.encode(), digest.encode(), "sha256").hex()
