"""Tables of proposals. What people said is only ever added; names of persons stand in a table of their own."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.programmes.documents.tables import FileRow
from millmark.region.departments.tables import DepartmentRow
from millmark.registry import Base


class ProposalRow(Base):
    """A proposal or suggestion. `import_key` marks the one that a city's pack brings along.

    `round` counts how often it was handled: a proposer who is not satisfied opens the next one.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("area_code", "kind", "session", "number"),
        Index("ix_proposals_received_on", "received_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(String(6))
    kind: Mapped[str] = mapped_column(String(16))
    session: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(String(64))
    received_on: Mapped[date]
    part: Mapped[str] = mapped_column(String(16))
    lead: Mapped[str | None] = mapped_column(String(200))
    assigner: Mapped[str | None] = mapped_column(String(200))
    assigned_on: Mapped[date | None]
    rules: Mapped[str] = mapped_column(String(64))
    due_on: Mapped[date | None]
    return_by: Mapped[date | None]
    replied_on: Mapped[date | None]
    reply_class: Mapped[str | None] = mapped_column(String(1))
    verdict: Mapped[str | None] = mapped_column(String(16))
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    placeholder: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    registered_at_us: Mapped[int] = mapped_column(BigInteger)
    registered_by: Mapped[str] = mapped_column(String(100))


class ProposalPersonRow(Base):
    """A person by name, for signed-in staff alone: no public page reads this table."""

    __tablename__ = "proposal_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    part: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    office: Mapped[str | None] = mapped_column(String(200))
    reach: Mapped[str | None] = mapped_column(String(200))


class ConsultationRow(Base):
    """What one department was asked about one proposal, and what it answered. `ended_at_us` is when it was returned or
    recalled, so that it no longer counts as consulted."""

    __tablename__ = "proposal_consultations"
    __table_args__ = (UniqueConstraint("proposal_id", "department"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    department: Mapped[str] = mapped_column(ForeignKey(DepartmentRow.id), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    question: Mapped[str | None] = mapped_column(Text)
    asked_on: Mapped[date]
    due_on: Mapped[date | None]
    return_by: Mapped[date | None]
    opinion: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
    area: Mapped[str] = mapped_column(String(64))
    first_date: Mapped[date]
    last_date: Mapped[date]
    stated_on: Mapped[date | None]
    holds_from: Mapped[date]
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(16))
    placeholder: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    asked_at_us: Mapped[int] = mapped_column(BigInteger)
    ended_at_us: Mapped[int | None] = mapped_column(BigInteger)
    asked_by: Mapped[str] = mapped_column(String(100))


class ProposalContactRow(Base):
    """That somebody spoke with the proposer, and how they stood to what is planned."""

    __tablename__ = "proposal_contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    round: Mapped[int]
    way: Mapped[str] = mapped_column(String(16))
    held_on: Mapped[date]
    verdict: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class ProposalFeedbackRow(Base):
    """What the proposer said of a reply; one round has one reply and so one feedback."""

    __tablename__ = "proposal_feedback"
    __table_args__ = (UniqueConstraint("proposal_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    round: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    given_on: Mapped[date]
    comment: Mapped[str] = mapped_column(Text)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class AttachmentRow(Base):
    """A file of a proposal; an opinion's belongs to the consultation that it answers. One that was attached by mistake
    is withdrawn with a reason and stays."""

    __tablename__ = "proposal_attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), index=True)
    consultation_id: Mapped[int | None] = mapped_column(ForeignKey("proposal_consultations.id"))
    kind: Mapped[str] = mapped_column(String(16))
    file_id: Mapped[str] = mapped_column(ForeignKey(FileRow.id))
    attached_at_us: Mapped[int] = mapped_column(BigInteger)
    attached_by: Mapped[str] = mapped_column(String(100))
    withdrawn_at_us: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)


class CommitmentRow(Base):
    """Something that a signed reply promised. `promised_for` is the day that the reply named; `due_on` the one that
    holds now; `evidence` what its last step offered as proof."""

    __tablename__ = "commitments"
    __table_args__ = (
        UniqueConstraint("proposal_id", "round", "position"),
        Index("ix_commitments_state_due_on", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    round: Mapped[int]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200))
    department: Mapped[str | None] = mapped_column(ForeignKey(DepartmentRow.id), index=True)
    promised_for: Mapped[date]
    due_on: Mapped[date]
    progress: Mapped[int]
    evidence: Mapped[str | None] = mapped_column(Text)
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    placeholder: Mapped[bool]
    promised_at_us: Mapped[int] = mapped_column(BigInteger)
