"""The book of proposals: registered, filed, assigned, handled, replied to, concluded, with every step in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.errors import ReasonMissing
from millmark.programmes.life import Actor, ObjectKind, Offer, Party, Step, advance, begin, must_be_version, steps_of
from millmark.region.proposals.errors import InvalidProposal, NotReady, ProposalConflict, ProposalNotFound
from millmark.region.proposals.machines import OPEN_CONSULTATIONS, PROPOSAL
from millmark.region.proposals.proposal import (
    Contact,
    Feedback,
    NewProposal,
    Part,
    Person,
    PersonPart,
    Proposal,
    Verdict,
    Way,
)
from millmark.region.proposals.rows import as_contact, as_feedback, as_proposal, asked_of
from millmark.region.proposals.rules import ProposalRules, RuleShelf
from millmark.region.proposals.tables import (
    ConsultationRow,
    ProposalContactRow,
    ProposalFeedbackRow,
    ProposalPersonRow,
    ProposalRow,
)
from millmark.registry import Database, area_prefix

BY_THE_RULE = Actor("rule", "rule", frozenset({Party.RULE}))
"""What a rule set does by itself; nobody signs in as it."""

PLAIN_STEPS = frozenset({"file", "keep_as_letter", "sign_for", "return", "rework", "archive"})
"""Actions that take nothing but a reason."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who passed the proposal on and when (交办), and under which rules it is handled from then on."""

    assigner: str
    assigned_on: date
    part: Part = Part.LEAD
    lead: str | None = None


class ProposalBook:
    """Keeps proposals, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, shelf: RuleShelf, *, now_us: Callable[[], int], zone: ZoneInfo) -> None:
        self._database = database
        self._shelf = shelf
        self._now_us = now_us
        self._zone = zone

    @property
    def shelf(self) -> RuleShelf:
        return self._shelf

    def today(self) -> date:
        """The city's calendar day."""
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def rules_of(self, proposal: Proposal) -> ProposalRules:
        return self._shelf.rules(proposal.rules)

    # ---- reading

    def proposals(self, *, area_code: str | None = None, department: str | None = None) -> list[Proposal]:
        """The latest received first; of an area and what lies within, or of those a department is asked about."""
        query = select(ProposalRow).order_by(ProposalRow.received_on.desc(), ProposalRow.id.desc())
        if area_code is not None:
            query = query.where(ProposalRow.area_code.startswith(area_prefix(area_code)))
        if department is not None:
            query = query.where(ProposalRow.id.in_(asked_of(department)))
        with self._database.reading() as session:
            return [as_proposal(row) for row in session.scalars(query)]

    def proposal(self, proposal_id: int) -> Proposal:
        """Raises `ProposalNotFound`."""
        with self._database.reading() as session:
            return as_proposal(_found(session.get(ProposalRow, proposal_id), proposal_id))

    def is_asked(self, proposal_id: int, department: str) -> bool:
        """Whether something of the proposal is assigned to a department: a question, or a commitment."""
        with self._database.reading() as session:
            found = session.scalar(
                select(ProposalRow.id).where(ProposalRow.id == proposal_id, ProposalRow.id.in_(asked_of(department)))
            )
        return found is not None

    def people(self, proposal_id: int) -> list[Person]:
        """For signed-in staff alone."""
        query = select(ProposalPersonRow).where(ProposalPersonRow.proposal_id == proposal_id)
        with self._database.reading() as session:
            return [
                Person(PersonPart(row.part), row.name, row.office, row.reach)
                for row in session.scalars(query.order_by(ProposalPersonRow.id))
            ]

    def contacts(self, proposal_id: int) -> list[Contact]:
        query = select(ProposalContactRow).where(ProposalContactRow.proposal_id == proposal_id)
        with self._database.reading() as session:
            return [as_contact(row) for row in session.scalars(query.order_by(ProposalContactRow.id))]

    def feedback(self, proposal_id: int) -> list[Feedback]:
        query = select(ProposalFeedbackRow).where(ProposalFeedbackRow.proposal_id == proposal_id)
        with self._database.reading() as session:
            return [as_feedback(row) for row in session.scalars(query.order_by(ProposalFeedbackRow.id))]

    def steps(self, proposal_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.PROPOSAL, proposal_id)

    def offers(self, proposal: Proposal, actor: Actor) -> list[Offer]:
        return PROPOSAL.offers(proposal.state, actor)

    # ---- what offices do

    def register(self, new: NewProposal, actor: Actor) -> Proposal:
        """Raises `InvalidProposal`, `RulesNotFound`, or `ProposalConflict` for one that is registered already."""
        try:
            with self._database.transaction() as session:
                return as_proposal(self.register_within(session, new, actor))
        except IntegrityError as error:
            raise ProposalConflict(
                f"{new.kind.name_en} No. {new.number} of {new.session!r} is registered already; look for it in the list"
            ) from error

    def register_within(self, session: Session, new: NewProposal, actor: Actor) -> ProposalRow:
        self._check(new)
        row = ProposalRow(
            area_code=new.area_code,
            kind=new.kind,
            session=new.session.strip(),
            number=new.number.strip(),
            title=new.title.strip(),
            text=new.text,
            topic=new.topic,
            received_on=new.received_on,
            part=new.part,
            lead=new.lead,
            rules=new.rules,
            round=1,
            placeholder=new.placeholder,
            import_key=new.import_key,
            registered_at_us=self._now_us(),
            registered_by=actor.name,
        )
        begin(session, PROPOSAL, row, "register", actor, at_us=self._now_us())
        self._put_people(session, row.id, new.people)
        return row

    def correct(self, proposal_id: int, new: NewProposal, actor: Actor, *, version: int | None = None) -> Proposal:
        """What was registered wrongly, said again; the step keeps what stood there before, without names.

        Raises `InvalidProposal` for other rules once the clock runs by those of the assignment.
        """
        self._check(new)
        new = replace(new, session=new.session.strip(), number=new.number.strip(), title=new.title.strip())
        try:
            with self._database.transaction() as session:
                row = self.locked(session, proposal_id)
                must_be_version(row, version, "the proposal")
                if row.assigned_on is not None and new.rules != row.rules:
                    raise InvalidProposal(f"rules: since it was assigned it is handled by {row.rules!r}, and stays so")
                before = {name: str(getattr(row, name)) for name in _CORRECTABLE}
                for name in _CORRECTABLE:
                    setattr(row, name, getattr(new, name))
                changed = {name: old for name, old in before.items() if str(getattr(row, name)) != old}
                self.advance(session, row, "correct", actor, detail={"before": changed}, corrected=True)
                self._put_people(session, proposal_id, new.people)
                return as_proposal(row)
        except IntegrityError as error:
            raise ProposalConflict(f"No. {new.number} of {new.session!r} is registered already") from error

    def act(self, proposal_id: int, action: str, actor: Actor, *, reason: str | None = None) -> Proposal:
        """One of the `PLAIN_STEPS`; raises `IllegalStep`, `StepForbidden`, `ReasonMissing`."""
        if action not in PLAIN_STEPS:
            raise InvalidProposal(f"action: {action!r} is not taken by itself; plain ones are {', '.join(PLAIN_STEPS)}")
        with self._database.transaction() as session:
            row = self.locked(session, proposal_id)
            late = action == "return" and row.return_by is not None and self.today() > row.return_by
            if late:
                raise NotReady(f"it could be returned until {row.return_by}; ask the assigning office to take it back")
            self.advance(session, row, action, actor, reason=reason)
            return as_proposal(row)

    def assign(self, proposal_id: int, to: Assignment, actor: Actor) -> Proposal:
        """Begins the clock: the days for a return, the months for the reply or for the opinion to another lead."""
        if to.part is Part.CO and not (to.lead or "").strip():
            raise InvalidProposal("lead: say which office leads, where the bureau gives its opinion")
        with self._database.transaction() as session:
            row = self.locked(session, proposal_id)
            deadlines = self._shelf.rules(row.rules).deadlines
            row.assigner, row.assigned_on = to.assigner, to.assigned_on
            row.part, row.lead = to.part, to.lead
            row.return_by = deadlines.return_.after(to.assigned_on)
            row.due_on = (deadlines.opinion if to.part is Part.CO else deadlines.reply).after(to.assigned_on)
            action = "reassign" if row.state == "returned" else "assign"
            self.advance(
                session,
                row,
                action,
                actor,
                detail={"assigner": to.assigner, "assigned_on": str(to.assigned_on), "due_on": str(row.due_on)},
            )
            return as_proposal(row)

    def extend(self, proposal_id: int, until: date, actor: Actor, *, reason: str) -> Proposal:
        """Raises `InvalidProposal` beyond the longest time that the rules allow, naming the last day."""
        with self._database.transaction() as session:
            row = self.locked(session, proposal_id)
            PROPOSAL.check(row.state, "extend", actor, reason)
            assert row.assigned_on is not None and row.due_on is not None  # noqa: S101, PT018 - the state says so
            longest = self._shelf.rules(row.rules).deadlines.longest.after(row.assigned_on)
            if not row.due_on < until <= longest:
                raise InvalidProposal(
                    f"until: must be after {row.due_on} and, by the rules {row.rules!r}, at the latest {longest}"
                )
            before, row.due_on = row.due_on, until
            self.advance(
                session, row, "extend", actor, reason=reason, detail={"from": str(before), "until": str(until)}
            )
            return as_proposal(row)

    def contact(self, proposal_id: int, way: Way, held_on: date, verdict: Verdict, note: str, actor: Actor) -> Proposal:
        """Keeps that somebody spoke with the proposer; raises `InvalidProposal` for a day to come or without words."""
        if held_on > self.today():
            raise InvalidProposal(f"held_on: {held_on} is still to come")
        if not note.strip():
            raise InvalidProposal("note: say in a sentence what was spoken of")
        with self._database.transaction() as session:
            row = self.locked(session, proposal_id)
            # The note may name people, so it stays out of the log of steps.
            self.advance(
                session, row, "contact", actor, detail={"way": way, "held_on": str(held_on), "verdict": verdict}
            )
            session.add(
                ProposalContactRow(
                    proposal_id=proposal_id,
                    round=row.round,
                    way=way,
                    held_on=held_on,
                    verdict=verdict,
                    note=note.strip(),
                    recorded_at_us=self._now_us(),
                    recorded_by=actor.name,
                )
            )
            return as_proposal(row)

    def give_feedback(self, proposal_id: int, verdict: Verdict, given_on: date, comment: str, actor: Actor) -> Proposal:
        """The proposer's word on the reply: satisfied concludes it, unsatisfied opens the next round, with a clock that
        begins anew. Raises `ReasonMissing` when an unsatisfied one says nothing."""
        content = verdict.is_content
        if not content and not comment.strip():
            raise ReasonMissing("comment: say what the proposer is not satisfied with, so that it can be handled again")
        with self._database.transaction() as session:
            row = self.locked(session, proposal_id)
            reason = None if content else "the proposer is not satisfied"
            self.advance(
                session,
                row,
                "accept" if content else "reopen",
                actor,
                reason=reason,
                detail={"verdict": verdict, "round": row.round},
            )
            session.add(
                ProposalFeedbackRow(
                    proposal_id=proposal_id,
                    round=row.round,
                    verdict=verdict,
                    given_on=given_on,
                    comment=comment.strip(),
                    recorded_at_us=self._now_us(),
                    recorded_by=actor.name,
                )
            )
            row.verdict = verdict
            if not content:
                row.round += 1
                row.due_on = self._shelf.rules(row.rules).deadlines.reply.after(given_on)
            return as_proposal(row)

    # ---- what the writing of replies asks for, within its own transaction

    def locked(self, session: Session, proposal_id: int) -> ProposalRow:
        """The row, locked for a step; raises `ProposalNotFound`."""
        return _found(session.get(ProposalRow, proposal_id, with_for_update=True), proposal_id)

    def advance(
        self,
        session: Session,
        row: ProposalRow,
        action: str,
        actor: Actor,
        *,
        reason: str | None = None,
        detail: Mapping[str, Any] | None = None,
        corrected: bool = False,
    ) -> Step:
        return advance(
            session,
            PROPOSAL,
            row,
            action,
            actor,
            at_us=self._now_us(),
            reason=reason,
            detail=detail,
            corrected=corrected,
        )

    def must_be_answered(self, session: Session, proposal_id: int) -> None:
        """Raises `NotReady`, naming the departments whose opinion is still out."""
        waiting = session.scalars(
            select(ConsultationRow.department)
            .where(ConsultationRow.proposal_id == proposal_id, ConsultationRow.state.in_(OPEN_CONSULTATIONS))
            .order_by(ConsultationRow.department)
        ).all()
        if waiting:
            raise NotReady(f"opinions are still out: {', '.join(waiting)}; wait for them, or recall the question")

    def why_too_early(self, session: Session, row: ProposalRow) -> str | None:
        """What the rule on contact has against a draft now, or None; the last contact of this round is meant."""
        rule = self._shelf.rules(row.rules).contact
        if not rule.before_reply or row.part == Part.CO:
            return None
        last = session.scalars(
            select(ProposalContactRow)
            .where(ProposalContactRow.proposal_id == row.id, ProposalContactRow.round == row.round)
            .order_by(ProposalContactRow.id.desc())
            .limit(1)
        ).first()
        if last is None:
            return f"答复前未与提案者沟通 / nobody spoke with the proposer before the reply ({rule.source})"
        if rule.satisfied and not Verdict(last.verdict).is_content:
            return f"提案者在沟通中表示不满意 / the proposer was not satisfied when spoken with ({rule.source})"
        return None

    def _put_people(self, session: Session, proposal_id: int, people: Sequence[Person]) -> None:
        session.execute(delete(ProposalPersonRow).where(ProposalPersonRow.proposal_id == proposal_id))
        session.add_all(
            ProposalPersonRow(
                proposal_id=proposal_id,
                part=one.part,
                name=one.name.strip(),
                office=(one.office or "").strip() or None,
                reach=(one.reach or "").strip() or None,
            )
            for one in people
        )

    def _check(self, new: NewProposal) -> None:
        self._shelf.rules(new.rules)
        for field in ("session", "number", "title"):
            if not str(getattr(new, field)).strip():
                raise InvalidProposal(f"{field}: must not be empty")
        if new.received_on > self.today():
            raise InvalidProposal(f"received_on: {new.received_on} is still to come")
        if any(not one.name.strip() for one in new.people):
            raise InvalidProposal("people: a person without a name cannot be reached; leave the line out")


_CORRECTABLE = ("kind", "session", "number", "title", "text", "topic", "received_on", "rules")


def _found(row: ProposalRow | None, proposal_id: int) -> ProposalRow:
    if row is None:
        raise ProposalNotFound(f"there is no proposal {proposal_id}")
    return row
