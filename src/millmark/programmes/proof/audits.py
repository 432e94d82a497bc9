"""Random audits: bound to a seed before the claims come, drawn after, and open to whoever wants to check the draw."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as calendar_date
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from millmark.evidence import Claim, ClaimBook, NodeKey
from millmark.evidence.nodes import ClaimImports
from millmark.model.period import utc_datetime
from millmark.programmes.life import Actor
from millmark.programmes.proof.challenges import Challenge, ChallengeBook
from millmark.programmes.proof.draw import Ticket, commitment_of, draw
from millmark.programmes.proof.errors import ProofConflict, ProofNotFound
from millmark.programmes.proof.tables import AuditDrawRow, AuditRow
from millmark.registry import Database

AUDIT_SEED = "millmark.audit-seed/1"


@dataclass(frozen=True, slots=True)
class AuditDraw:
    seed: str
    pool: tuple[Ticket, ...]
    drawn_at_us: int
    drawn_by: str


@dataclass(frozen=True, slots=True)
class Audit:
    """`commitment` is the SHA-256 of the seed; `draw` is None until it is drawn."""

    id: int
    name: str
    commitment: str
    share_permille: int
    answer_days: int
    draw_on: calendar_date
    committed_at_us: int
    committed_by: str
    draw: AuditDraw | None


class AuditBook:
    """Thread-safe and synchronous. Raises `ProofError`.

    The seed is the node's signature over the audit's nonce (Ed25519 signatures are determined by key and message), so
    nothing secret is kept for it: before the draw it can be computed by who holds the node's key, and by nobody else.
    """

    def __init__(
        self,
        database: Database,
        claims: ClaimBook,
        imports: ClaimImports,
        challenges: ChallengeBook,
        key: NodeKey,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._claims = claims
        self._imports = imports
        self._challenges = challenges
        self._key = key
        self._now_us = now_us
        self._zone = zone

    def commit(
        self, name: str, *, share_permille: int, answer_days: int, draw_on: calendar_date, actor: Actor
    ) -> Audit:
        """Announce an audit: from now on its draw is fixed, and every claim that comes until the draw takes part."""
        if draw_on < self._today():
            raise ProofConflict(f"the draw would be on {draw_on}, which is over; name a day to come")
        nonce = secrets.token_hex(32)
        row = AuditRow(
            name=name,
            nonce=nonce,
            commitment=commitment_of(self._seed(nonce)),
            share_permille=share_permille,
            answer_days=answer_days,
            draw_on=draw_on,
            committed_at_us=self._now_us(),
            committed_by=actor.name[:100],
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return _audit(row, None)

    def draw(self, audit_id: int, actor: Actor) -> tuple[Audit, list[Challenge]]:
        """Draw from the claims that came since the announcement, publish the seed, and challenge what was drawn.

        Raises `ProofConflict` before its day, or when it was drawn.
        """
        audit, nonce = self._with_nonce(audit_id)
        if audit.draw is not None:
            raise ProofConflict(f"the audit {audit_id} was drawn already; a draw happens once")
        if self._today() < audit.draw_on:
            raise ProofConflict(f"the audit {audit_id} is drawn on {audit.draw_on}, not before")
        seed = self._seed(nonce)
        if commitment_of(seed) != audit.commitment:
            raise ProofConflict(f"this node's key is not the one that audit {audit_id} was announced with")
        tickets = draw(seed, self._pool(audit.committed_at_us), audit.share_permille)
        drawn = AuditDrawRow(
            audit_id=audit_id,
            seed=seed,
            pool=[{"claim_id": one.claim_id, "document_sha256": one.document_sha256} for one in tickets],
            drawn_at_us=self._now_us(),
            drawn_by=actor.name[:100],
        )
        try:
            with self._database.transaction() as session:
                session.add(drawn)
        except IntegrityError as error:
            raise ProofConflict(f"the audit {audit_id} was drawn already; a draw happens once") from error
        return self.audit(audit_id), self.challenge_drawn(audit_id, actor)

    def challenge_drawn(self, audit_id: int, actor: Actor) -> list[Challenge]:
        """Challenge every drawn claim that is not challenged by this audit yet: what a draw broke off at is resumed."""
        audit = self.audit(audit_id)
        if audit.draw is None:
            raise ProofConflict(f"the audit {audit_id} is not drawn yet")
        opened = []
        for ticket in audit.draw.pool:
            standing = self._challenges.challenges(claim_id=ticket.claim_id)
            if not ticket.drawn or any(one.audit_id == audit_id for one in standing):
                continue
            try:
                opened.append(
                    self._challenges.open(
                        ticket.claim_id,
                        actor,
                        reason=f"{audit.name}",
                        answer_days=audit.answer_days,
                        audit_id=audit_id,
                    )
                )
            except ProofConflict:
                continue  # somebody challenges it already: its rows are asked for
        return opened

    def audit(self, audit_id: int) -> Audit:
        """Raises `ProofNotFound`."""
        return self._with_nonce(audit_id)[0]

    def audits(self) -> list[Audit]:
        """Latest first; one whose day is over without a draw is there for everybody to see."""
        query = select(AuditRow, AuditDrawRow).outerjoin(AuditDrawRow, AuditDrawRow.audit_id == AuditRow.id)
        with self._database.reading() as session:
            return [_audit(row, drawn) for row, drawn in session.execute(query.order_by(AuditRow.id.desc()))]

    def _with_nonce(self, audit_id: int) -> tuple[Audit, str]:
        with self._database.reading() as session:
            row = session.get(AuditRow, audit_id)
            if row is None:
                raise ProofNotFound(f"there is no audit {audit_id}; list the audits to see which there are")
            return _audit(row, session.get(AuditDrawRow, audit_id)), row.nonce

    def _pool(self, since_us: int) -> list[tuple[str, str]]:
        return [
            (claim.id, sha256(claim.document).hexdigest())
            for claim in self._claims.claims()
            if self._came_at_us(claim) >= since_us
        ]

    def _came_at_us(self, claim: Claim) -> int:
        origin = self._imports.origin(claim.id)
        return claim.issued_at_us if origin is None else origin.received_at_us

    def _seed(self, nonce: str) -> str:
        return self._key.sign(nonce.encode(), AUDIT_SEED)

    def _today(self) -> calendar_date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()


def _audit(row: AuditRow, drawn: AuditDrawRow | None) -> Audit:
    done = None
    if drawn is not None:
        pool = [(one["claim_id"], one["document_sha256"]) for one in drawn.pool]
        tickets = draw(drawn.seed, pool, row.share_permille)
        done = AuditDraw(drawn.seed, tickets, drawn.drawn_at_us, drawn.drawn_by)
    return Audit(
        row.id,
        row.name,
        row.commitment,
        row.share_permille,
        row.answer_days,
        row.draw_on,
        row.committed_at_us,
        row.committed_by,
        done,
    )
