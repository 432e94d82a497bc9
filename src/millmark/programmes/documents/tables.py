"""Tables of files, documents' templates, documents and webhooks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class FileRow(Base):
    """A file somebody brought or the platform made; its bytes lie in the folder of files under `sha256`."""

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int] = mapped_column(BigInteger)
    owner_enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(64))
    kept_at_us: Mapped[int] = mapped_column(BigInteger)
    kept_by: Mapped[str] = mapped_column(String(100))


class FileUseRow(Base):
    """That an object (an application, an acceptance) refers to a file; whoever may read the one may read the other."""

    __tablename__ = "file_uses"
    __table_args__ = (UniqueConstraint("file_id", "object_kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("files.id"), index=True)
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    used_at_us: Mapped[int] = mapped_column(BigInteger)
    used_by: Mapped[str] = mapped_column(String(100))


class DocumentTemplateRow(Base):
    """A version of an office's own template; without a file it says that the shipped one holds again."""

    __tablename__ = "document_templates"
    __table_args__ = (UniqueConstraint("kind", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    file_id: Mapped[str | None] = mapped_column(ForeignKey("files.id"))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class OfficialDocumentRow(Base):
    """A numbered document as it was issued; a corrected one has a number of its own and names the one it replaces."""

    __tablename__ = "official_documents"
    __table_args__ = (
        UniqueConstraint("series", "year", "serial"),
        Index("ix_official_documents_object_kind_object_id", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    series: Mapped[str] = mapped_column(String(32))
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    template: Mapped[str] = mapped_column(String(100))
    docx_file_id: Mapped[str] = mapped_column(ForeignKey("files.id"))
    pdf_file_id: Mapped[str] = mapped_column(ForeignKey("files.id"))
    sources: Mapped[dict[str, Any]] = mapped_column(JSON)
    sources_sha256: Mapped[str] = mapped_column(String(64))
    issued_at_us: Mapped[int] = mapped_column(BigInteger)
    issued_by: Mapped[str] = mapped_column(String(100))
    # Unique: a document is replaced once, whoever tries at the same time.
    replaces: Mapped[int | None] = mapped_column(ForeignKey("official_documents.id"), unique=True)


class WebhookSubscriptionRow(Base):
    """Who is told of steps; the secret is kept encrypted by a key beside the database."""

    __tablename__ = "webhook_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    url: Mapped[str] = mapped_column(String(2000))
    object_kinds: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool]
    created_at_us: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(100))


class WebhookOutboxRow(Base):
    """That a step was handed to every subscription there was then; a step is handed on once."""

    __tablename__ = "webhook_outbox"

    step_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at_us: Mapped[int] = mapped_column(BigInteger)


class WebhookDeliveryRow(Base):
    """One step on its way to one subscription."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("subscription_id", "step_id"),
        Index("ix_webhook_deliveries_state_next_at_us", "state", "next_at_us"),
        Index("ix_webhook_deliveries_subscription_id_object", "subscription_id", "object_kind", "object_id", "step_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("webhook_subscriptions.id"))
    step_id: Mapped[int]
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    next_at_us: Mapped[int] = mapped_column(BigInteger)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at_us: Mapped[int] = mapped_column(BigInteger)
    delivered_at_us: Mapped[int | None] = mapped_column(BigInteger)
