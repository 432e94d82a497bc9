"""Consultations: what departments are asked about a proposal, and the opinions they give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes import Grade
from millmark.programmes.errors import IllegalStep
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, steps_of
from millmark.region.proposals.errors import InvalidProposal, NotReady, ProposalConflict, ProposalNotFound
from millmark.region.proposals.machines import CONSULTATION, OPEN_CONSULTATIONS
from millmark.region.proposals.proposal import Consultation
from millmark.region.proposals.rules import RuleShelf
from millmark.region.proposals.tables import ConsultationRow, ProposalRow
from millmark.registry import Database

ENDINGS = frozenset({"return", "recall"})
MAY_BE_ASKED_IN = frozenset({"assigned", "handling"})


class ConsultationBook:
    """Keeps consultations, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, shelf: RuleShelf, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._shelf = shelf
        self._now_us = now_us
        self._zone = zone

    def consultations(self, proposal_id: int, *, department: str | None = None) -> list[Consultation]:
        """Of a proposal, in the order asked; a department sees its own."""
        query = select(ConsultationRow).where(ConsultationRow.proposal_id == proposal_id)
        if department is not None:
            query = query.where(ConsultationRow.department == department, ConsultationRow.state != "recalled")
        with self._database.reading() as session:
            return [as_consultation(row) for row in session.scalars(query.order_by(ConsultationRow.id))]

    def asked_of(self, department: str) -> list[Consultation]:
        """What a department was asked, the latest first."""
        query = (
            select(ConsultationRow)
            .where(ConsultationRow.department == department, ConsultationRow.state != "recalled")
            .order_by(ConsultationRow.asked_on.desc(), ConsultationRow.id.desc())
        )
        with self._database.reading() as session:
            return [as_consultation(row) for row in session.scalars(query)]

    def still_out(self) -> list[Consultation]:
        """Every question that waits for an answer, the one due first first."""
        query = select(ConsultationRow).where(ConsultationRow.state.in_(OPEN_CONSULTATIONS))
        with self._database.reading() as session:
            return [
                as_consultation(row)
                for row in session.scalars(query.order_by(ConsultationRow.due_on, ConsultationRow.id))
            ]

    def consultation(self, consultation_id: int) -> Consultation:
        """Raises `ProposalNotFound`."""
        with self._database.reading() as session:
            return as_consultation(_found(session.get(ConsultationRow, consultation_id), consultation_id))

    def steps(self, consultation_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.CONSULTATION, consultation_id)

    def offers(self, consultation: Consultation, actor: Actor) -> list[Offer]:
        return CONSULTATION.offers(consultation.state, actor)

    def may_write(self, consultation: Consultation, actor: Actor) -> bool:
        """Whether an opinion may be given or revised now, and so papers of it brought."""
        with self._database.reading() as session:
            state = session.get_one(ProposalRow, consultation.proposal_id).state
        offered = {one.action for one in self.offers(consultation, actor)}
        return state in MAY_BE_ASKED_IN and not offered.isdisjoint(("opine", "revise"))

    def ask(
        self, proposal_id: int, department: str, question: str, actor: Actor, *, placeholder: bool = False
    ) -> Consultation:
        """Asks a department, or asks one again that had returned it; the clock runs from today.

        Raises `NotReady` outside the handling, `ProposalConflict` for one that is asked already, `ProposalNotFound` for
        an unknown department.
        """
        now, today = self._now_us(), self._today()
        try:
            with self._database.transaction() as session:
                proposal = session.get(ProposalRow, proposal_id, with_for_update=True)
                if proposal is None:
                    raise ProposalNotFound(f"there is no proposal {proposal_id}")
                if proposal.state not in MAY_BE_ASKED_IN:
                    raise NotReady(f"departments are asked while a proposal is handled; this one is {proposal.state}")
                deadlines = self._shelf.rules(proposal.rules).deadlines
                row = session.scalars(
                    select(ConsultationRow).where(
                        ConsultationRow.proposal_id == proposal_id, ConsultationRow.department == department
                    )
                ).one_or_none()
                again = row is not None
                if row is None:
                    row = ConsultationRow(
                        proposal_id=proposal_id,
                        department=department,
                        area=proposal.area_code,
                        source=f"{proposal.session}第{proposal.number}号",
                        grade=Grade.DOCUMENT_BACKED,
                        placeholder=placeholder or proposal.placeholder,
                        asked_by=actor.name,
                    )
                elif row.state not in ("returned", "recalled"):
                    raise ProposalConflict(f"department: {department!r} is asked already; look at its answer instead")
                row.question, row.asked_on, row.asked_at_us, row.ended_at_us = question.strip(), today, now, None
                row.first_date = row.last_date = row.holds_from = today
                row.due_on, row.return_by = deadlines.opinion.after(today), deadlines.return_.after(today)
                if again:
                    advance(session, CONSULTATION, row, "ask_again", actor, at_us=now)
                else:
                    begin(session, CONSULTATION, row, "ask", actor, at_us=now, detail={"department": department})
                return as_consultation(row)
        except IntegrityError as error:
            raise ProposalNotFound(f"department: there is no department {department!r}") from error

    def act(
        self,
        consultation_id: int,
        action: str,
        actor: Actor,
        *,
        reason: str | None = None,
        opinion: str | None = None,
    ) -> Consultation:
        """`sign_for`, `return`, `opine`, `revise` or `recall`; raises `IllegalStep`, `StepForbidden`, `ReasonMissing`,
        `NotReady` for a return that comes too late, `InvalidProposal` for an opinion without words."""
        if action in ("ask", "ask_again", "take_over"):
            raise IllegalStep(f"{action!r} is not taken by itself")
        now = self._now_us()
        with self._database.transaction() as session:
            row = _found(session.get(ConsultationRow, consultation_id, with_for_update=True), consultation_id)
            if action == "return" and row.return_by is not None and self._today() > row.return_by:
                raise NotReady(f"it could be returned until {row.return_by}; give an opinion, or speak with the lead")
            if action in ("opine", "revise"):
                if not (opinion or "").strip():
                    raise InvalidProposal("opinion: must not be empty")
                self._must_be_open(session, row)
                row.opinion, row.answered_on = (opinion or "").strip(), self._today()
            if action in ENDINGS:
                row.ended_at_us = now
            detail = {"opinion": row.opinion} if action in ("opine", "revise") else None
            advance(session, CONSULTATION, row, action, actor, at_us=now, reason=reason, detail=detail)
            return as_consultation(row)

    def _must_be_open(self, session: Session, row: ConsultationRow) -> None:
        proposal = session.get_one(ProposalRow, row.proposal_id)
        if proposal.state not in MAY_BE_ASKED_IN:
            raise NotReady("the reply is in review already; ask the lead to send it back before you change an opinion")

    def _today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()


def _found(row: ConsultationRow | None, consultation_id: int) -> ConsultationRow:
    if row is None:
        raise ProposalNotFound(f"there is no consultation {consultation_id}")
    return row


def as_consultation(row: ConsultationRow) -> Consultation:
    return Consultation(
        id=row.id,
        proposal_id=row.proposal_id,
        department=row.department,
        state=row.state,
        version=row.version,
        question=row.question,
        asked_on=row.asked_on,
        due_on=row.due_on,
        return_by=row.return_by,
        opinion=row.opinion,
        answered_on=row.answered_on,
        source=row.source,
        placeholder=row.placeholder,
        asked_at_us=row.asked_at_us,
    )
