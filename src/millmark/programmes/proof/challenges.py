"""The book of challenges: rows are asked for, the measure is computed again, and what differs is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from millmark.evidence import Claim, ClaimBook, Difference, Revelation
from millmark.model.period import HOUR_US
from millmark.programmes.life import Actor, ObjectKind, Step, advance, begin, must_be_version, record, steps_of
from millmark.programmes.proof.errors import ProofConflict, ProofNotFound
from millmark.programmes.proof.machine import ACTION_OF_OUTCOME, AGAINST, CHALLENGE, DEADLINE, UNANSWERED, node_actor
from millmark.programmes.proof.tables import ChallengeAnswerRow, ChallengeRow
from millmark.programmes.tables import ApplicationClaimRow, ApplicationRow
from millmark.registry import Database

ANSWER_DAYS = 7
MAX_ROWS_BYTES = 64_000_000

_CLAIMS = table("claims", column("id"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What revealed rows did to the claim; `rows_sha256` is of the file shown, which is not kept."""

    outcome: str
    rows_sha256: str | None
    rows_bytes: int
    claimed_value: float | None
    recomputed_value: float | None
    checks: tuple[dict[str, Any], ...]
    differences: tuple[Difference, ...]
    answered_at_us: int
    answered_by: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """A claim whose rows are asked for; `answers` are all that came, in that order."""

    id: int
    claim_id: str
    enterprise_id: int
    application_id: int | None
    audit_id: int | None
    reason: str
    opened_at_us: int
    opened_by: str
    deadline_us: int
    state: str
    version: int
    answers: tuple[Answer, ...]

    @property
    def against(self) -> bool:
        """Whether it takes the claim's proof away."""
        return self.state in AGAINST


class ChallengeBook:
    """Thread-safe and synchronous. Raises `ProofError`, what a step raises, and what the evidence room raises."""

    def __init__(self, database: Database, claims: ClaimBook, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._claims = claims
        self._now_us = now_us

    def open(
        self,
        claim_id: str,
        actor: Actor,
        *,
        reason: str,
        answer_days: int = ANSWER_DAYS,
        application_id: int | None = None,
        audit_id: int | None = None,
    ) -> Challenge:
        """Ask for the rows of a claim, until a deadline. A claim of this node is answered at once, by the node itself.

        Raises `ProofConflict` while the claim is challenged already.
        """
        claim = self._claims.claim(claim_id)
        now_us = self._now_us()
        row = ChallengeRow(
            claim_id=claim.id,
            enterprise_id=claim.enterprise_id,
            application_id=application_id,
            audit_id=audit_id,
            reason=reason.strip(),
            opened_at_us=now_us,
            opened_by=actor.name[:100],
            deadline_us=now_us + answer_days * 24 * HOUR_US,
        )
        with self._database.transaction() as session:
            # Challenges of one claim follow each other: the claim's row is the lock.
            session.execute(select(_CLAIMS.c.id).where(_CLAIMS.c.id == claim.id).with_for_update())
            standing = session.scalars(
                select(ChallengeRow.id).where(ChallengeRow.claim_id == claim.id, ChallengeRow.state.in_(UNANSWERED))
            ).first()
            if standing is not None:
                raise ProofConflict(f"the claim {claim.id} is challenged already (challenge {standing}); wait for it")
            detail = {"claim_id": claim.id, "deadline_us": row.deadline_us, "audit_id": audit_id}
            begin(session, CHALLENGE, row, "challenge", actor, at_us=now_us, reason=reason, detail=detail)
            challenge_id = row.id
        if self._claims.is_own(claim):
            return self.answer_here(challenge_id)
        return self.challenge(challenge_id)

    def answer_here(self, challenge_id: int) -> Challenge:
        """Answer for a claim of this node, with the rows that its history has now."""
        claim = self._claims.claim(self.challenge(challenge_id).claim_id)
        revelation = self._claims.reveal(claim.id)
        return self._take(challenge_id, claim, revelation, None, node_actor(claim.issuer))

    def answer(self, challenge_id: int, rows: bytes, actor: Actor) -> Challenge:
        """Hold a file of rows that was brought against the claim; the file is not kept.

        Raises `ProofConflict` when the challenge is over or its deadline has passed.
        """
        self.lapse_overdue()
        found = self.challenge(challenge_id)
        if found.state not in UNANSWERED or found.deadline_us <= self._now_us():
            raise ProofConflict(
                f"the challenge {challenge_id} is {CHALLENGE.states[found.state][1]} and its time is over; the office "
                "can reopen it"
            )
        claim = self._claims.claim(found.claim_id)
        return self._take(challenge_id, claim, self._claims.examine(claim.id, rows), rows, actor)

    def reopen(
        self,
        challenge_id: int,
        actor: Actor,
        *,
        reason: str,
        answer_days: int = ANSWER_DAYS,
        version: int | None = None,
    ) -> Challenge:
        """Give another deadline to who did not answer, or answered in part; this node answers for its own claims."""
        with self._database.transaction() as session:
            row = _locked(session, challenge_id)
            must_be_version(row, version, f"challenge {challenge_id}")
            now_us = self._now_us()
            row.deadline_us = now_us + answer_days * 24 * HOUR_US
            detail = {"deadline_us": row.deadline_us}
            advance(session, CHALLENGE, row, "reopen", actor, at_us=now_us, reason=reason, detail=detail)
            claim_id = row.claim_id
        if self._claims.is_own(self._claims.claim(claim_id)):
            return self.answer_here(challenge_id)
        return self.challenge(challenge_id)

    def withdraw(self, challenge_id: int, actor: Actor, *, reason: str, version: int | None = None) -> Challenge:
        with self._database.transaction() as session:
            row = _locked(session, challenge_id)
            must_be_version(row, version, f"challenge {challenge_id}")
            advance(session, CHALLENGE, row, "withdraw", actor, at_us=self._now_us(), reason=reason)
        return self.challenge(challenge_id)

    def lapse_overdue(self) -> int:
        """Close what was not answered in time; returns how many."""
        now_us = self._now_us()
        overdue = select(ChallengeRow.id).where(ChallengeRow.state == "open", ChallengeRow.deadline_us <= now_us)
        with self._database.reading() as session:
            ids = list(session.scalars(overdue))
        for challenge_id in ids:
            with self._database.transaction() as session:
                row = _locked(session, challenge_id)
                if row.state == "open" and row.deadline_us <= now_us:
                    reason = "the deadline passed without an answer 逾期未答复"
                    advance(session, CHALLENGE, row, "lapse", DEADLINE, at_us=now_us, reason=reason)
                    _tell_applications(session, row, DEADLINE, now_us, reason)
        return len(ids)

    def challenge(self, challenge_id: int) -> Challenge:
        """Raises `ProofNotFound`."""
        with self._database.reading() as session:
            row = session.get(ChallengeRow, challenge_id)
            if row is None:
                raise ProofNotFound(f"there is no challenge {challenge_id}; list the challenges to see which there are")
            return _challenge(session, row)

    def challenges(
        self,
        *,
        enterprise_id: int | None = None,
        claim_id: str | None = None,
        application_id: int | None = None,
        state: str | None = None,
    ) -> list[Challenge]:
        """Latest first."""
        query = select(ChallengeRow).order_by(ChallengeRow.id.desc())
        wanted = {
            ChallengeRow.enterprise_id: enterprise_id,
            ChallengeRow.claim_id: claim_id,
            ChallengeRow.application_id: application_id,
            ChallengeRow.state: state,
        }
        for member, value in wanted.items():
            if value is not None:
                query = query.where(member == value)
        with self._database.reading() as session:
            return [_challenge(session, row) for row in session.scalars(query)]

    def steps(self, challenge_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.CHALLENGE, challenge_id)

    def grounds(self, claim_ids: Sequence[str]) -> list[Challenge]:
        """The challenges that stand against any of some claims: grounds for taking back what was given for them."""
        return [one for claim_id in claim_ids for one in self.challenges(claim_id=claim_id) if one.against]

    def _take(
        self, challenge_id: int, claim: Claim, revelation: Revelation, rows: bytes | None, actor: Actor
    ) -> Challenge:
        outcome = str(revelation.outcome)
        with self._database.transaction() as session:
            row = _locked(session, challenge_id)
            now_us = self._now_us()
            advance(
                session,
                CHALLENGE,
                row,
                ACTION_OF_OUTCOME[outcome],
                actor,
                at_us=now_us,
                detail={
                    "claim_id": claim.id,
                    "claimed": claim.value,
                    "recomputed": revelation.recomputed_value,
                    "differences_zh": [one.zh for one in revelation.differences],
                    "differences_en": [one.en for one in revelation.differences],
                },
            )
            session.add(_answer_row(challenge_id, claim, revelation, rows, actor, now_us))
            _tell_applications(session, row, actor, now_us, None)
        return self.challenge(challenge_id)


def _tell_applications(session: Session, row: ChallengeRow, actor: Actor, at_us: int, reason: str | None) -> None:
    """What became of a claim stands in the log of every application that rests on it; their states do not change."""
    presented = select(ApplicationClaimRow.application_id).where(ApplicationClaimRow.claim_id == row.claim_id)
    for application in session.scalars(select(ApplicationRow).where(ApplicationRow.id.in_(presented))):
        record(
            session,
            kind=ObjectKind.APPLICATION,
            object_id=application.id,
            version=application.version,
            state_from=application.state,
            state_to=application.state,
            action=f"claim_{row.state}",
            actor=actor,
            at_us=at_us,
            reason=reason,
            detail={"challenge_id": row.id, "claim_id": row.claim_id},
        )


def _answer_row(
    challenge_id: int, claim: Claim, revelation: Revelation, rows: bytes | None, actor: Actor, now_us: int
) -> ChallengeAnswerRow:
    return ChallengeAnswerRow(
        challenge_id=challenge_id,
        outcome=str(revelation.outcome),
        rows_sha256=None if rows is None else sha256(rows).hexdigest(),
        rows_bytes=0 if rows is None else len(rows),
        claimed_value=claim.value,
        recomputed_value=revelation.recomputed_value,
        checks=[
            {"name": one.name, "ok": one.ok, "detail_en": one.detail_en, "detail_zh": one.detail_zh}
            for one in revelation.report.checks
        ],
        differences=[{"kind": one.kind, "en": one.en, "zh": one.zh} for one in revelation.differences],
        answered_at_us=now_us,
        answered_by=actor.name[:100],
    )


def _locked(session: Session, challenge_id: int) -> ChallengeRow:
    row = session.get(ChallengeRow, challenge_id, with_for_update=True)
    if row is None:
        raise ProofNotFound(f"there is no challenge {challenge_id}; list the challenges to see which there are")
    return row


def _challenge(session: Session, row: ChallengeRow) -> Challenge:
    query = select(ChallengeAnswerRow).where(ChallengeAnswerRow.challenge_id == row.id)
    return Challenge(
        row.id,
        row.claim_id,
        row.enterprise_id,
        row.application_id,
        row.audit_id,
        row.reason,
        row.opened_at_us,
        row.opened_by,
        row.deadline_us,
        row.state,
        row.version,
        tuple(_answer(one) for one in session.scalars(query.order_by(ChallengeAnswerRow.id))),
    )


def _answer(row: ChallengeAnswerRow) -> Answer:
    return Answer(
        row.outcome,
        row.rows_sha256,
        row.rows_bytes,
        row.claimed_value,
        row.recomputed_value,
        tuple(row.checks),
        tuple(Difference(**one) for one in row.differences),
        row.answered_at_us,
        row.answered_by,
    )
