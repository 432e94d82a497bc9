"""Rows of proposals as what they stand for, and whose they are."""

from __future__ import annotations

from sqlalchemy import CompoundSelect, select

from millmark.region.proposals.proposal import Contact, Feedback, Part, Proposal, ProposalKind, Verdict, Way
from millmark.region.proposals.tables import (
    CommitmentRow,
    ConsultationRow,
    ProposalContactRow,
    ProposalFeedbackRow,
    ProposalRow,
)


def asked_of(department: str) -> CompoundSelect[int]:
    """The proposals of which something is assigned to a department."""
    questions = select(ConsultationRow.proposal_id).where(
        ConsultationRow.department == department, ConsultationRow.state != "recalled"
    )
    return questions.union(select(CommitmentRow.proposal_id).where(CommitmentRow.department == department))


def as_proposal(row: ProposalRow) -> Proposal:
    return Proposal(
        id=row.id,
        area_code=row.area_code,
        kind=ProposalKind(row.kind),
        session=row.session,
        number=row.number,
        title=row.title,
        text=row.text,
        topic=row.topic,
        received_on=row.received_on,
        part=Part(row.part),
        lead=row.lead,
        assigner=row.assigner,
        assigned_on=row.assigned_on,
        rules=row.rules,
        due_on=row.due_on,
        return_by=row.return_by,
        replied_on=row.replied_on,
        reply_class=row.reply_class,
        verdict=None if row.verdict is None else Verdict(row.verdict),
        round=row.round,
        state=row.state,
        version=row.version,
        placeholder=row.placeholder,
        import_key=row.import_key,
        registered_at_us=row.registered_at_us,
        registered_by=row.registered_by,
    )


def as_contact(row: ProposalContactRow) -> Contact:
    return Contact(
        row.id,
        row.round,
        Way(row.way),
        row.held_on,
        Verdict(row.verdict),
        row.note,
        row.recorded_at_us,
        row.recorded_by,
    )


def as_feedback(row: ProposalFeedbackRow) -> Feedback:
    return Feedback(
        row.id,
        row.round,
        Verdict(row.verdict),
        row.given_on,
        row.comment,
        row.recorded_at_us,
        row.recorded_by,
    )
