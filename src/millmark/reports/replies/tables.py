"""Tables of replies: drafts by version, what was signed, and what the public was told of it. Rows are only added."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.region.proposals.tables import ProposalRow
from millmark.registry import Base


class ReplyDraftRow(Base):
    """A version of a draft; the highest one holds."""

    __tablename__ = "reply_drafts"
    __table_args__ = (UniqueConstraint("proposal_id", "round", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey(ProposalRow.id))
    round: Mapped[int]
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class SignedReplyRow(Base):
    """A reply as it was signed: `frozen` is all of it, with every figure's value, records and grade, and `sha256` the
    digest of its canonical text. Nothing ever writes to a row again."""

    __tablename__ = "signed_replies"
    __table_args__ = (UniqueConstraint("proposal_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey(ProposalRow.id))
    round: Mapped[int]
    draft_version: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    reply_class: Mapped[str | None] = mapped_column(String(1))
    frozen: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    signed_by: Mapped[str] = mapped_column(String(100))
    signed_at_us: Mapped[int] = mapped_column(BigInteger)


class ReplyPublicationRow(Base):
    """What is said of a reply where it is published (元数据), version by version: a reply that no longer holds gets a
    new one with another validity."""

    __tablename__ = "reply_publications"
    __table_args__ = (UniqueConstraint("reply_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("signed_replies.id"))
    version: Mapped[int]
    index_number: Mapped[str] = mapped_column(String(100))
    document_number: Mapped[str | None] = mapped_column(String(100))
    topic: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    written_on: Mapped[date]
    published_on: Mapped[date]
    validity: Mapped[str] = mapped_column(String(16))
    openness: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
