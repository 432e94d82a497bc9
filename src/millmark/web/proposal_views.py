"""Proposals, consultations and commitments as the API shows them, and whose they are."""

from __future__ import annotations

from functools import cached_property

from millmark.programmes.life import Offer
from millmark.region.departments import Department
from millmark.region.proposals import (
    Attachment,
    AttachmentKind,
    Commitment,
    Consultation,
    Person,
    Proposal,
    ProposalRules,
    YearOfProposals,
)
from millmark.region.proposals.rules import Deadline, ReplyClass
from millmark.web.access import Permission, Principal, Role, unknown
from millmark.web.acting import actor_of
from millmark.web.services import Services
from millmark.web.shapes.departments import DepartmentView
from millmark.web.shapes.proposal_files import ProposalFileView
from millmark.web.shapes.proposals import (
    AskedView,
    CommitmentView,
    ConsultationView,
    ContactView,
    FeedbackView,
    HandledProposal,
    PersonShape,
    ProposalDetail,
    ProposalRulesView,
    ProposalYear,
    ReplyClassView,
    SourcedText,
    TermView,
)
from millmark.web.shapes.steps import AllowedView, StepView


class ProposalViews:
    """Views for one request. A department sees what is assigned to it, an officer of an area what belongs to it."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self._desk = platform.bureau.proposals
        self._files = platform.files
        self._departments = platform.bureau.departments
        self._who = who
        self.actor = actor_of(who)
        self._today = self._desk.book.today()

    @property
    def is_department(self) -> bool:
        return self._who.role is Role.DEPARTMENT

    @property
    def department(self) -> str | None:
        """Whose staff asks; None for everybody else. A department's account without one sees nothing."""
        return (self._who.scope.department or "-") if self.is_department else None

    # ---- whose things

    def proposals(self) -> list[Proposal]:
        return self._desk.book.proposals(area_code=self._who.scope.area_code, department=self.department)

    def visible(self, proposal_id: int) -> Proposal:
        """Raises `NotFound` for what lies outside, in the words used for what does not exist."""
        found = self._desk.book.proposal(proposal_id)
        if not self._who.scope.admits_area(found.area_code):
            raise unknown("proposal_id")
        if self.department is not None and not self._desk.book.is_asked(proposal_id, self.department):
            raise unknown("proposal_id")
        return found

    def visible_to_the_office(self, proposal_id: int) -> Proposal:
        """As `visible`, for what departments do not see: drafts, contacts, signed replies before they are public."""
        found = self.visible(proposal_id)
        if self.is_department:
            raise unknown("proposal_id")
        return found

    def visible_consultation(self, consultation_id: int) -> Consultation:
        found = self._desk.consultations.consultation(consultation_id)
        proposal = self._desk.book.proposal(found.proposal_id)
        mine = self.department is None or (found.department == self.department and found.state != "recalled")
        if not mine or not self._who.scope.admits_area(proposal.area_code):
            raise unknown("consultation_id")
        return found

    def visible_commitment(self, commitment_id: int) -> Commitment:
        found = self._desk.commitments.commitment(commitment_id)
        proposal = self._desk.book.proposal(found.proposal_id)
        mine = self.department is None or found.department == self.department
        if not mine or not self._who.scope.admits_area(proposal.area_code):
            raise unknown("commitment_id")
        return found

    # ---- files

    def may_attach(self, kind: AttachmentKind, consultation: Consultation | None) -> bool:
        """The office brings any file, a department the papers of its own opinion while it may give or revise it."""
        if not self.is_department:
            return Permission.HANDLE_PROPOSALS in self._who.permissions
        return kind is AttachmentKind.OPINION and consultation is not None and self._may_opine(consultation)

    def may_withdraw(self, one: Attachment) -> bool:
        if not one.holds:
            return False
        of = None if one.consultation_id is None else self._desk.consultations.consultation(one.consultation_id)
        return self.may_attach(one.kind, of)

    def sees_file(self, one: Attachment) -> bool:
        """A department sees the original and the papers of its own opinion; the office all of a proposal it sees."""
        if self.department is None or one.kind is AttachmentKind.ORIGINAL:
            return True
        if one.consultation_id is None:
            return False
        return self._desk.consultations.consultation(one.consultation_id).department == self.department

    def _may_opine(self, consultation: Consultation) -> bool:
        gives = Permission.GIVE_OPINIONS in self._who.permissions
        return gives and self._desk.consultations.may_write(consultation, self.actor)

    def files(self, proposal_id: int, *, consultation_id: int | None = None) -> list[ProposalFileView]:
        found = self._desk.attachments.attachments(proposal_id, consultation_id=consultation_id)
        return [self.file(one) for one in found if self.sees_file(one)]

    def file(self, one: Attachment) -> ProposalFileView:
        kept = self._files.file(one.file_id)
        return ProposalFileView(
            id=one.id,
            proposal_id=one.proposal_id,
            consultation_id=one.consultation_id,
            kind=one.kind,
            name=kept.name,
            media_type=kept.media_type,
            bytes=kept.bytes,
            sha256=kept.sha256,
            attached_at_us=one.attached_at_us,
            attached_by=one.attached_by,
            withdrawn_at_us=one.withdrawn_at_us,
            withdrawn_by=one.withdrawn_by,
            withdrawal_reason=one.withdrawal_reason,
            may_withdraw=self.may_withdraw(one),
        )

    # ---- what is shown

    def proposal(self, one: Proposal) -> HandledProposal:
        return HandledProposal(
            id=one.id,
            area_code=one.area_code,
            kind=one.kind,
            session=one.session,
            number=one.number,
            title=one.title,
            topic=one.topic,
            received_on=one.received_on,
            part=one.part,
            lead=one.lead,
            assigner=one.assigner,
            assigned_on=one.assigned_on,
            rules=one.rules,
            deadline=one.deadline,
            due_on=one.due_on,
            return_by=one.return_by,
            overdue=one.is_overdue(self._today),
            late=one.was_late,
            replied_on=one.replied_on,
            reply_class=one.reply_class,
            verdict=one.verdict,
            round=one.round,
            state=one.state,
            version=one.version,
            placeholder=one.placeholder,
        )

    def detail(self, one: Proposal) -> ProposalDetail:
        book, inside = self._desk.book, not self.is_department
        rules = book.rules_of(one)
        longest = None if one.assigned_on is None else rules.deadlines.longest.after(one.assigned_on)
        return ProposalDetail(
            proposal=self.proposal(one),
            text=one.text,
            files=[each for each in self.files(one.id) if each.consultation_id is None],
            may_attach=self.may_attach(AttachmentKind.OTHER, None),
            longest=longest,
            people=[person(each) for each in book.people(one.id)],
            consultations=[
                self.consultation(each)
                for each in self._desk.consultations.consultations(one.id, department=self.department)
            ],
            contacts=[
                ContactView(
                    round=each.round,
                    way=each.way,
                    held_on=each.held_on,
                    verdict=each.verdict,
                    note=each.note,
                    recorded_at_us=each.recorded_at_us,
                    recorded_by=each.recorded_by,
                )
                for each in (book.contacts(one.id) if inside else [])
            ],
            feedback=[
                FeedbackView(
                    round=each.round,
                    verdict=each.verdict,
                    given_on=each.given_on,
                    comment=each.comment,
                    recorded_at_us=each.recorded_at_us,
                    recorded_by=each.recorded_by,
                )
                for each in (book.feedback(one.id) if inside else [])
            ],
            commitments=[
                self.commitment(each, one)
                for each in self._desk.commitments.commitments(proposal_id=one.id, department=self.department)
            ],
            steps=[StepView.of(step) for step in (book.steps(one.id) if inside else [])],
            allowed=[AllowedView.of(offer) for offer in book.offers(one, self.actor)],
            classes=[_reply_class(each) for each in rules.classes],
        )

    def consultation(self, one: Consultation) -> ConsultationView:
        return ConsultationView(
            id=one.id,
            proposal_id=one.proposal_id,
            department=department_view(self._names[one.department]),
            state=one.state,
            question=one.question,
            asked_on=one.asked_on,
            due_on=one.due_on,
            return_by=one.return_by,
            overdue=one.is_overdue(self._today),
            opinion=one.opinion,
            answered_on=one.answered_on,
            placeholder=one.placeholder,
            allowed=[AllowedView.of(offer) for offer in self._offers(one)],
            files=self.files(one.proposal_id, consultation_id=one.id),
            may_attach=self.may_attach(AttachmentKind.OPINION, one),
        )

    def _offers(self, one: Consultation) -> list[Offer]:
        """Once the reply is in review, an opinion is neither given nor revised."""
        offers = self._desk.consultations.offers(one, self.actor)
        if self._desk.consultations.may_write(one, self.actor):
            return offers
        return [offer for offer in offers if offer.action not in ("opine", "revise")]

    def asked(self, one: Consultation) -> AskedView:
        proposal = self._desk.book.proposal(one.proposal_id)
        return AskedView(
            **self.consultation(one).model_dump(),
            session=proposal.session,
            number=proposal.number,
            title=proposal.title,
            steps=[StepView.of(step) for step in self._desk.consultations.steps(one.id)],
        )

    def asked_of(self) -> list[AskedView]:
        """A department's consultations; for offices those of every department that are still out."""
        books = self._desk.consultations
        if self.department is not None:
            return [self.asked(one) for one in books.asked_of(self.department)]
        return [self.asked(one) for one in books.still_out() if self._is_of_my_area(one.proposal_id)]

    def commitment(self, one: Commitment, proposal: Proposal | None = None) -> CommitmentView:
        of = proposal or self._desk.book.proposal(one.proposal_id)
        return CommitmentView(
            id=one.id,
            proposal_id=one.proposal_id,
            session=of.session,
            number=of.number,
            round=one.round,
            position=one.position,
            text=one.text,
            owner=one.owner,
            department=one.department,
            promised_for=one.promised_for,
            due_on=one.due_on,
            progress=one.progress,
            evidence=one.evidence,
            ended_on=one.ended_on,
            overdue=one.is_overdue(self._today),
            state=one.state,
            placeholder=one.placeholder,
            steps=[StepView.of(step) for step in self._desk.commitments.steps(one.id)],
            allowed=[AllowedView.of(offer) for offer in self._desk.commitments.offers(one, self.actor)],
        )

    def commitments(self) -> list[CommitmentView]:
        found = self._desk.commitments.commitments(area_code=self._who.scope.area_code, department=self.department)
        return [self.commitment(one) for one in found]

    def _is_of_my_area(self, proposal_id: int) -> bool:
        return self._who.scope.admits_area(self._desk.book.proposal(proposal_id).area_code)

    @cached_property
    def _names(self) -> dict[str, Department]:
        return {one.id: one for one in self._departments.departments()}


def department_view(one: Department) -> DepartmentView:
    return DepartmentView(id=one.id, name_zh=one.name_zh, name_en=one.name_en)


def person(one: Person) -> PersonShape:
    return PersonShape(part=one.part, name=one.name, office=one.office, reach=one.reach)


def rules_view(one: ProposalRules) -> ProposalRulesView:
    deadlines, contact = one.deadlines, one.contact
    return ProposalRulesView.model_validate(
        {
            "edition": one.edition,
            "name_zh": one.rules.name_zh,
            "name_en": one.rules.name_en,
            "note_zh": one.rules.note_zh,
            "note_en": one.rules.note_en,
            "return": _deadline(deadlines.return_),
            "opinion": _deadline(deadlines.opinion),
            "reply": _deadline(deadlines.reply),
            "longest": _deadline(deadlines.longest),
            "contact_before_reply": contact.before_reply,
            "contact_satisfied": contact.satisfied,
            "contact": SourcedText(source=contact.source, confidence=contact.confidence),
            "classes": [_reply_class(each) for each in one.classes],
        }
    )


def year_view(one: YearOfProposals) -> ProposalYear:
    return ProposalYear(
        year=one.year,
        received=one.received,
        lead=one.lead,
        co=one.co,
        separate=one.separate,
        letters=one.letters,
        returned=one.returned,
        to_reply=one.to_reply,
        replied=one.replied,
        replied_in_time=one.replied_in_time,
        replied_rate=one.replied_rate,
        in_time_rate=one.in_time_rate,
        heard=one.heard,
        satisfied=one.satisfied,
        satisfied_rate=one.satisfied_rate,
        classes=dict(one.classes),
        class_shares=dict(one.class_shares),
        commitments=one.commitments,
        commitments_done=one.commitments_done,
    )


def _deadline(one: Deadline) -> TermView:
    return TermView(source=one.source, confidence=one.confidence, days=one.days, months=one.months, needs=one.needs)


def _reply_class(one: ReplyClass) -> ReplyClassView:
    return ReplyClassView(
        source=one.source,
        confidence=one.confidence,
        mark=one.mark,
        name_zh=one.name_zh,
        name_en=one.name_en,
        tracked=one.tracked,
    )
