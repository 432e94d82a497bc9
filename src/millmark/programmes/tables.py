"""The room's tables. Rows are only ever added: a correction voids a row by a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class ProgrammeRow(Base):
    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(16))
    is_demonstration: Mapped[bool]
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class CallRow(Base):
    """What holds of a call now; `call_versions` has what it said before. A call from before packs had editions has
    neither edition nor digest."""

    __tablename__ = "calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    opens_on: Mapped[date]
    closes_on: Mapped[date | None]
    pack: Mapped[str] = mapped_column(String(64))
    pack_edition: Mapped[str | None] = mapped_column(String(32))
    pack_digest: Mapped[str | None] = mapped_column(String(64))
    quota: Mapped[int | None]
    budget_line: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class ApplicationRow(Base):
    """`submitted_*` are empty until the first submission; `due_on` is the day by which what is awaited must come."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("call_id", "enterprise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    due_on: Mapped[date | None]
    started_at_us: Mapped[int] = mapped_column(BigInteger)
    started_by: Mapped[str] = mapped_column(String(100))
    submitted_at_us: Mapped[int | None] = mapped_column(BigInteger)
    submitted_by: Mapped[str | None] = mapped_column(String(100))


class ApplicationClaimRow(Base):
    __tablename__ = "application_claims"
    __table_args__ = (UniqueConstraint("application_id", "claim_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    # No foreign key: a region also decides on claims that other nodes issued.
    claim_id: Mapped[str] = mapped_column(String(64), index=True)
    submitted_at_us: Mapped[int] = mapped_column(BigInteger)
    submitted_by: Mapped[str] = mapped_column(String(100))


class DecisionRow(Base):
    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    application_version: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    grade: Mapped[str] = mapped_column(String(16))
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    claim_ids: Mapped[list[str]] = mapped_column(JSON)
    presented_claim_ids: Mapped[list[str]] = mapped_column(JSON)
    demonstration: Mapped[bool]
    # Every condition with its own answer; empty for packs whose rules are answered together.
    conditions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    pack: Mapped[str] = mapped_column(String(64))
    pack_version: Mapped[str] = mapped_column(String(32))
    pack_digest: Mapped[str] = mapped_column(String(64))
    decided_at_us: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[str] = mapped_column(String(100))


class ProgrammeRecordRow(Base):
    """Recommendations, recognitions and awards, told apart by `kind`; an award has `amount_fen` for each subject."""

    __tablename__ = "programme_records"
    __table_args__ = (Index("ix_programme_records_programme_id_kind", "programme_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    area: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(200))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    counting: Mapped[str] = mapped_column(String(16))
    count: Mapped[int]
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    first_date: Mapped[date]
    last_date: Mapped[date]
    stated_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(16))
    placeholder: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
    # Unique: a record is voided once, whoever tries at the same time.
    voids: Mapped[int | None] = mapped_column(ForeignKey("programme_records.id"), unique=True)
