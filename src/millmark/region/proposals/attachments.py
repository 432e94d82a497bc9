"""Files of a proposal: the original as it came, opinions with their stamp, the reply as it went out.

Nothing is taken away: a file that was attached by mistake is withdrawn with a reason and stays in sight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.life import Actor
from millmark.region.proposals.errors import InvalidProposal, NotReady, ProposalConflict, ProposalNotFound
from millmark.region.proposals.tables import AttachmentRow, ConsultationRow, ProposalRow
from millmark.registry import Database

MOST: Final = 50
"""Files of one proposal that hold at a time."""


class AttachmentKind(StrEnum):
    """What a file is to the proposal."""

    ORIGINAL = "original"
    OPINION = "opinion"
    CONTACT = "contact"
    REPLY = "reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it is attached; what it is called and what it contains, the file store knows by `file_id`."""

    id: int
    proposal_id: int
    consultation_id: int | None
    kind: AttachmentKind
    file_id: str
    attached_at_us: int
    attached_by: str
    withdrawn_at_us: int | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    @property
    def holds(self) -> bool:
        return self.withdrawn_at_us is None


class AttachmentBook:
    """Keeps which files belong to which proposal, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def attachments(self, proposal_id: int, *, consultation_id: int | None = None) -> list[Attachment]:
        """Of a proposal, or of one consultation, in the order attached, with those that were withdrawn."""
        row = AttachmentRow
        query = select(row).where(row.proposal_id == proposal_id).order_by(row.id)
        if consultation_id is not None:
            query = query.where(row.consultation_id == consultation_id)
        with self._database.reading() as session:
            return [_attachment(one) for one in session.scalars(query)]

    def attachment(self, attachment_id: int) -> Attachment:
        """Raises `ProposalNotFound`."""
        with self._database.reading() as session:
            return _attachment(_found(session.get(AttachmentRow, attachment_id), attachment_id))

    def attach(
        self,
        proposal_id: int,
        kind: AttachmentKind,
        file_id: str,
        actor: Actor,
        *,
        files: UsedFiles,
        consultation_id: int | None = None,
    ) -> Attachment:
        """Attaches a file of the office's; one that is attached as the same thing already is not attached again.

        Raises `InvalidProposal` for an opinion of no consultation, `ProposalNotFound`, `NotReady` for more than
        `MOST`, and what the file store raises for a file that it does not know.
        """
        with self._database.transaction() as session:
            if session.get(ProposalRow, proposal_id, with_for_update=True) is None:
                raise ProposalNotFound(f"there is no proposal {proposal_id}")
            _must_fit(session, proposal_id, kind, consultation_id)
            there = session.scalars(
                select(AttachmentRow).where(
                    AttachmentRow.proposal_id == proposal_id, AttachmentRow.withdrawn_at_us.is_(None)
                )
            ).all()
            wanted = (kind.value, consultation_id, file_id)
            for row in there:
                if (row.kind, row.consultation_id, row.file_id) == wanted:
                    return _attachment(row)
            if len(there) >= MOST:
                raise NotReady(f"a proposal has at most {MOST} files; withdraw those that are not needed")
            files.use_within(
                session,
                file_id,
                object_kind="proposal",
                object_id=proposal_id,
                owner_enterprise_id=None,
                actor=actor.name,
            )
            row = AttachmentRow(
                proposal_id=proposal_id,
                consultation_id=consultation_id,
                kind=kind.value,
                file_id=file_id,
                attached_at_us=self._now_us(),
                attached_by=actor.name,
            )
            session.add(row)
            session.flush()
            return _attachment(row)

    def withdraw(self, attachment_id: int, actor: Actor, *, reason: str) -> Attachment:
        """Says that a file was attached by mistake; raises `InvalidProposal` without a reason, `ProposalConflict` for
        one that is withdrawn."""
        if not reason.strip():
            raise InvalidProposal("reason: say why the file is withdrawn")
        with self._database.transaction() as session:
            row = _found(session.get(AttachmentRow, attachment_id, with_for_update=True), attachment_id)
            if row.withdrawn_at_us is not None:
                raise ProposalConflict(f"the file was withdrawn by {row.withdrawn_by} already")
            row.withdrawn_at_us, row.withdrawn_by = self._now_us(), actor.name
            row.withdrawal_reason = reason.strip()
            return _attachment(row)


def _must_fit(session: Session, proposal_id: int, kind: AttachmentKind, consultation_id: int | None) -> None:
    if (kind is AttachmentKind.OPINION) != (consultation_id is not None):
        raise InvalidProposal("consultation_id: an opinion belongs to a consultation, and nothing else does")
    if consultation_id is None:
        return
    consultation = session.get(ConsultationRow, consultation_id)
    if consultation is None or consultation.proposal_id != proposal_id:
        raise ProposalNotFound(f"there is no consultation {consultation_id} of proposal {proposal_id}")


def _found(row: AttachmentRow | None, attachment_id: int) -> AttachmentRow:
    if row is None:
        raise ProposalNotFound(f"there is no file {attachment_id} of a proposal")
    return row


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(
        id=row.id,
        proposal_id=row.proposal_id,
        consultation_id=row.consultation_id,
        kind=AttachmentKind(row.kind),
        file_id=row.file_id,
        attached_at_us=row.attached_at_us,
        attached_by=row.attached_by,
        withdrawn_at_us=row.withdrawn_at_us,
        withdrawn_by=row.withdrawn_by,
        withdrawal_reason=row.withdrawal_reason,
    )
