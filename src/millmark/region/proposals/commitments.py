"""Commitments: what signed replies promised, followed to the end with owner, day, progress and evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.errors import IllegalStep
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.region.proposals.errors import InvalidProposal, ProposalNotFound
from millmark.region.proposals.machines import COMMITMENT, LIVE_COMMITMENTS
from millmark.region.proposals.tables import CommitmentRow, ProposalRow
from millmark.registry import Database, area_prefix

DONE_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as a reply makes it; `department` is set where its owner is one of the departments."""

    text: str
    owner: str
    due_on: date
    department: str | None = None
    placeholder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A promise as it stands; `promised_for` is the day that the reply named. Progress is in percent."""

    id: int
    proposal_id: int
    round: int
    position: int
    text: str
    owner: str
    department: str | None
    promised_for: date
    due_on: date
    progress: int
    evidence: str | None
    ended_on: date | None
    state: str
    version: int
    placeholder: bool

    def is_overdue(self, today: date) -> bool:
        return self.state in LIVE_COMMITMENTS and self.due_on < today


class CommitmentBook:
    """Keeps commitments, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._now_us = now_us
        self._zone = zone

    def commitments(
        self, *, proposal_id: int | None = None, area_code: str | None = None, department: str | None = None
    ) -> list[Commitment]:
        """By the day they are due."""
        query = select(CommitmentRow).order_by(CommitmentRow.due_on, CommitmentRow.id)
        if proposal_id is not None:
            query = query.where(CommitmentRow.proposal_id == proposal_id)
        if area_code is not None:
            within = select(ProposalRow.id).where(ProposalRow.area_code.startswith(area_prefix(area_code)))
            query = query.where(CommitmentRow.proposal_id.in_(within))
        if department is not None:
            query = query.where(CommitmentRow.department == department)
        with self._database.reading() as session:
            return [_commitment(row) for row in session.scalars(query)]

    def commitment(self, commitment_id: int) -> Commitment:
        """Raises `ProposalNotFound`."""
        with self._database.reading() as session:
            return _commitment(_found(session.get(CommitmentRow, commitment_id), commitment_id))

    def steps(self, commitment_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.COMMITMENT, commitment_id)

    def offers(self, commitment: Commitment, actor: Actor) -> list[Offer]:
        return COMMITMENT.offers(commitment.state, actor)

    def promise_within(
        self, session: Session, proposal_id: int, round_: int, promises: Sequence[Promise], actor: Actor
    ) -> None:
        """Keeps what a reply promises, in the transaction that signs it."""
        for position, one in enumerate(promises, 1):
            row = CommitmentRow(
                proposal_id=proposal_id,
                round=round_,
                position=position,
                text=one.text,
                owner=one.owner,
                department=one.department,
                promised_for=one.due_on,
                due_on=one.due_on,
                progress=0,
                placeholder=one.placeholder,
                promised_at_us=self._now_us(),
            )
            begin(session, COMMITMENT, row, "promise", actor, at_us=self._now_us())

    def report(
        self, commitment_id: int, percent: int, words: str, actor: Actor, *, evidence: str | None = None
    ) -> Commitment:
        """How far it is, in percent, and in words; raises `InvalidProposal`, `StepForbidden`."""
        if not 0 <= percent < DONE_PERCENT:
            raise InvalidProposal("percent: between 0 and 99; what is finished is completed, with its evidence")
        if not words.strip():
            raise InvalidProposal("words: say what was done")
        with self._database.transaction() as session:
            row = _locked(session, commitment_id)
            row.progress, row.evidence = percent, evidence or row.evidence
            detail = {"percent": percent, "evidence": evidence}
            self._advance(session, row, "progress", actor, reason=words, detail=detail)
            return _commitment(row)

    def complete(self, commitment_id: int, evidence: str, words: str, actor: Actor) -> Commitment:
        """Done, with what proves it; raises `InvalidProposal` without evidence."""
        if not evidence.strip():
            raise InvalidProposal("evidence: name the document, record or address that shows it is done")
        with self._database.transaction() as session:
            row = _locked(session, commitment_id)
            row.progress, row.evidence, row.ended_on = DONE_PERCENT, evidence.strip(), self.today()
            self._advance(session, row, "complete", actor, reason=words, detail={"evidence": evidence.strip()})
            return _commitment(row)

    def act(
        self,
        commitment_id: int,
        action: str,
        actor: Actor,
        *,
        reason: str,
        until: date | None = None,
        owner: str | None = None,
        department: str | None = None,
    ) -> Commitment:
        """`extend` (with `until`), `hand_over` (with `owner`), `drop` or `take_up`, each with its reason."""
        with self._database.transaction() as session:
            row = _locked(session, commitment_id)
            detail: dict[str, str | None] = {}
            match action:
                case "extend":
                    if until is None or until <= row.due_on:
                        raise InvalidProposal(f"until: must be a day after {row.due_on}")
                    detail = {"from": str(row.due_on), "until": str(until)}
                    row.due_on = until
                case "hand_over":
                    if not (owner or "").strip():
                        raise InvalidProposal("owner: say who answers for it from now on")
                    detail = {"from": row.owner, "to": owner}
                    row.owner, row.department = str(owner).strip(), department
                case "drop":
                    row.ended_on = self.today()
                case "take_up":
                    row.ended_on = None
                case _:
                    raise IllegalStep(f"{action!r} is not taken by itself")
            self._advance(session, row, action, actor, reason=reason, detail=dict(detail))
            return _commitment(row)

    def today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def _advance(
        self,
        session: Session,
        row: CommitmentRow,
        action: str,
        actor: Actor,
        *,
        reason: str,
        detail: Mapping[str, object],
    ) -> None:
        advance(session, COMMITMENT, row, action, actor, at_us=self._now_us(), reason=reason, detail=dict(detail))


def _locked(session: Session, commitment_id: int) -> CommitmentRow:
    return _found(session.get(CommitmentRow, commitment_id, with_for_update=True), commitment_id)


def _found(row: CommitmentRow | None, commitment_id: int) -> CommitmentRow:
    if row is None:
        raise ProposalNotFound(f"there is no commitment {commitment_id}")
    return row


def _commitment(row: CommitmentRow) -> Commitment:
    return Commitment(
        id=row.id,
        proposal_id=row.proposal_id,
        round=row.round,
        position=row.position,
        text=row.text,
        owner=row.owner,
        department=row.department,
        promised_for=row.promised_for,
        due_on=row.due_on,
        progress=row.progress,
        evidence=row.evidence,
        ended_on=row.ended_on,
        state=row.state,
        version=row.version,
        placeholder=row.placeholder,
    )
