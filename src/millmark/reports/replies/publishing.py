"""Publishing replies with their metadata, and what strangers may read of them: never the name of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.programmes.errors import ReasonMissing
from millmark.programmes.life import Actor
from millmark.region.proposals import Proposal, ProposalDesk, as_proposal
from millmark.registry import Database
from millmark.reports.replies.errors import InvalidMetadata, ReplyNotFound
from millmark.reports.replies.freezing import FrozenReply, thaw
from millmark.reports.replies.tables import ReplyPublicationRow, SignedReplyRow


class Validity(StrEnum):
    """有效, 失效, 废止."""

    VALID = "valid"
    LAPSED = "lapsed"
    REPEALED = "repealed"


class Openness(StrEnum):
    """主动公开, 依申请公开, 不予公开."""

    PUBLIC = "public"
    ON_REQUEST = "on_request"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said of a published document: index number (索引号), document number (文号), topic (主题分类), issuer
    (发文单位), name (名称), days written and published, validity (有效性), openness (公开方式)."""

    index_number: str
    topic: str
    issuer: str
    name: str
    written_on: date
    published_on: date
    document_number: str | None = None
    validity: Validity = Validity.VALID
    openness: Openness = Openness.PUBLIC


@dataclass(frozen=True, slots=True)
class Publication:
    """Metadata as kept; the highest version holds, `reason` says why it took the place of the one before."""

    reply_id: int
    version: int
    metadata: Metadata
    reason: str | None
    recorded_by: str
    recorded_at_us: int


@dataclass(frozen=True, slots=True)
class PublishedReply:
    """A reply as strangers read it: its frozen words and figures and its metadata. Nothing in it names a person: who
    drafted, signed or proposed stays with the staff."""

    id: int
    metadata: Metadata
    reply: FrozenReply
    sha256: str


class ReplyPublications:
    """Publishes signed replies, and gives those that the public may read."""

    def __init__(self, database: Database, proposals: ProposalDesk, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._proposals = proposals
        self._now_us = now_us

    def publish(self, reply_id: int, metadata: Metadata, actor: Actor) -> Proposal:
        """Replies with what was signed; open ones become public. Raises `InvalidMetadata`, `ReplyNotFound`,
        `IllegalStep`."""
        _check(metadata)
        with self._database.transaction() as session:
            reply = _reply(session, reply_id)
            row = self._proposals.book.locked(session, reply.proposal_id)
            if row.round != reply.round:
                raise InvalidMetadata("the proposal is handled again since; publish the reply of the current round")
            action = "publish" if metadata.openness is Openness.PUBLIC else "deliver"
            detail: dict[str, Any] = {"index_number": metadata.index_number, "openness": metadata.openness.value}
            self._proposals.book.advance(session, row, action, actor, detail=detail)
            row.replied_on = metadata.written_on
            self._keep(session, reply_id, metadata, actor, None)
            return as_proposal(row)

    def amend(self, reply_id: int, metadata: Metadata, actor: Actor, *, reason: str) -> Publication:
        """Says something else of a published reply, such as that it no longer holds; its text stays as it was signed.

        Raises `InvalidMetadata` for one that was never published, `ReasonMissing`.
        """
        if not reason.strip():
            raise ReasonMissing("reason: say why the metadata change")
        _check(metadata)
        with self._database.transaction() as session:
            reply = _reply(session, reply_id)
            self._proposals.book.locked(session, reply.proposal_id)
            if _last(session, reply_id) is None:
                raise InvalidMetadata("the reply was not published yet; publish it first")
            self._keep(session, reply_id, metadata, actor, reason.strip())
            row = _last(session, reply_id)
            assert row is not None  # noqa: S101 - kept the line above
            return _publication(row)

    def publications(self, reply_id: int) -> list[Publication]:
        """Every version of a reply's metadata, the latest first."""
        query = select(ReplyPublicationRow).where(ReplyPublicationRow.reply_id == reply_id)
        with self._database.reading() as session:
            return [_publication(row) for row in session.scalars(query.order_by(ReplyPublicationRow.version.desc()))]

    def published_replies(self) -> list[PublishedReply]:
        """What the public may read, the latest published first; without any person's name."""
        latest = (
            select(ReplyPublicationRow.reply_id, func.max(ReplyPublicationRow.version).label("version"))
            .group_by(ReplyPublicationRow.reply_id)
            .subquery()
        )
        query = (
            select(ReplyPublicationRow, SignedReplyRow)
            .join(
                latest,
                (latest.c.reply_id == ReplyPublicationRow.reply_id) & (latest.c.version == ReplyPublicationRow.version),
            )
            .join(SignedReplyRow, SignedReplyRow.id == ReplyPublicationRow.reply_id)
            .where(ReplyPublicationRow.openness == Openness.PUBLIC)
            .order_by(ReplyPublicationRow.published_on.desc(), ReplyPublicationRow.reply_id.desc())
        )
        with self._database.reading() as session:
            return [
                PublishedReply(signed.id, _metadata(row), thaw(signed.frozen), signed.sha256)
                for row, signed in session.execute(query)
            ]

    def published_reply(self, reply_id: int) -> PublishedReply:
        """Raises `ReplyNotFound`, in the same words for one that is not public and for one that does not exist."""
        with self._database.reading() as session:
            row, signed = _last(session, reply_id), session.get(SignedReplyRow, reply_id)
        if row is None or signed is None or row.openness != Openness.PUBLIC:
            raise ReplyNotFound(f"there is no published reply {reply_id}")
        return PublishedReply(signed.id, _metadata(row), thaw(signed.frozen), signed.sha256)

    def suggested_index_number(self, code: str, year: int) -> str:
        """The next number of the year in a body's series, as a suggestion: `764137816/2026-00003`."""
        like = f"{code}/{year}-%"
        with self._database.reading() as session:
            count = session.scalar(
                select(func.count(func.distinct(ReplyPublicationRow.reply_id))).where(
                    ReplyPublicationRow.index_number.like(like)
                )
            )
        return f"{code}/{year}-{(count or 0) + 1:05d}"

    def _keep(self, session: Session, reply_id: int, metadata: Metadata, actor: Actor, reason: str | None) -> None:
        last = _last(session, reply_id)
        session.add(
            ReplyPublicationRow(
                reply_id=reply_id,
                version=1 if last is None else last.version + 1,
                index_number=metadata.index_number.strip(),
                document_number=(metadata.document_number or "").strip() or None,
                topic=metadata.topic.strip(),
                issuer=metadata.issuer.strip(),
                name=metadata.name.strip(),
                written_on=metadata.written_on,
                published_on=metadata.published_on,
                validity=metadata.validity,
                openness=metadata.openness,
                reason=reason,
                recorded_by=actor.name,
                recorded_at_us=self._now_us(),
            )
        )
        session.flush()


def _check(metadata: Metadata) -> None:
    for field in ("index_number", "topic", "issuer", "name"):
        if not getattr(metadata, field).strip():
            raise InvalidMetadata(f"{field}: must not be empty")
    if metadata.published_on < metadata.written_on:
        raise InvalidMetadata(
            f"published_on: {metadata.published_on} is before the reply was written, {metadata.written_on}"
        )


def _reply(session: Session, reply_id: int) -> SignedReplyRow:
    row = session.get(SignedReplyRow, reply_id)
    if row is None:
        raise ReplyNotFound(f"there is no signed reply {reply_id}")
    return row


def _last(session: Session, reply_id: int) -> ReplyPublicationRow | None:
    query = select(ReplyPublicationRow).where(ReplyPublicationRow.reply_id == reply_id)
    return session.scalars(query.order_by(ReplyPublicationRow.version.desc()).limit(1)).first()


def _metadata(row: ReplyPublicationRow) -> Metadata:
    return Metadata(
        index_number=row.index_number,
        document_number=row.document_number,
        topic=row.topic,
        issuer=row.issuer,
        name=row.name,
        written_on=row.written_on,
        published_on=row.published_on,
        validity=Validity(row.validity),
        openness=Openness(row.openness),
    )


def _publication(row: ReplyPublicationRow) -> Publication:
    return Publication(row.reply_id, row.version, _metadata(row), row.reason, row.recorded_by, row.recorded_at_us)
