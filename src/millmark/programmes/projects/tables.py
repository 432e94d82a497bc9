"""Tables of projects. Versions, reports, invoices, effects and receipts are only ever added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base
from millmark.registry.orm import ExactDecimal


class ProjectRow(Base):
    """`version` is the latest that the enterprise wrote, `approved_version` the one that holds."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    recognition_id: Mapped[int] = mapped_column(ForeignKey("recognitions.id"), index=True)
    # Unique while the project lives: two at once for one recognition collide. None once it is terminated.
    holds: Mapped[int | None] = mapped_column(unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    approved_version: Mapped[int | None]


class ProjectVersionRow(Base):
    """What a project said, version by version; `content` is that of `content.ProjectContent`."""

    __tablename__ = "project_versions"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class MilestoneReportRow(Base):
    """What was said about a milestone at one time; the last word counts, an office's `confirmed` ends it."""

    __tablename__ = "milestone_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    milestone: Mapped[str] = mapped_column(String(64))
    percent: Mapped[int]
    confirmed: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    file_ids: Mapped[list[str]] = mapped_column(JSON)
    reported_by: Mapped[str] = mapped_column(String(100))
    reported_at_us: Mapped[int] = mapped_column(BigInteger)


class AcceptanceRow(Base):
    """An acceptance with the assessments before and after; `level_*` are set when it is decided."""

    __tablename__ = "acceptances"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    # Unique while it lives: a project has one acceptance at a time.
    holds: Mapped[int | None] = mapped_column(unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    finished_on: Mapped[date | None]
    summary: Mapped[str] = mapped_column(Text)
    file_ids: Mapped[list[str]] = mapped_column(JSON)
    before_assessment_id: Mapped[int | None]
    after_assessment_id: Mapped[int | None]
    level_before: Mapped[int | None]
    level_after: Mapped[int | None]


class InvoiceRow(Base):
    """`holds` is the invoice's own number, unique over all projects and enterprises, and None once it is void."""

    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptances.id"), index=True)
    holds: Mapped[str | None] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(20))
    seller: Mapped[str] = mapped_column(String(200))
    issued_on: Mapped[date]
    category: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    tax_fen: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[str | None] = mapped_column(String(64))
    added_by: Mapped[str] = mapped_column(String(100))
    added_at_us: Mapped[int] = mapped_column(BigInteger)
    accepted_fen: Mapped[int | None] = mapped_column(BigInteger)
    checked_by: Mapped[str | None] = mapped_column(String(100))
    check_note: Mapped[str] = mapped_column(Text)
    void_reason: Mapped[str | None] = mapped_column(Text)
    voided_by: Mapped[str | None] = mapped_column(String(100))
    voided_at_us: Mapped[int | None] = mapped_column(BigInteger)


class EffectRow(Base):
    """One effect of a project, told or claimed; a later one of the same topic and name replaces it."""

    __tablename__ = "project_effects"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    topic: Mapped[str] = mapped_column(String(16))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(32))
    lower_is_better: Mapped[bool]
    measure: Mapped[str | None] = mapped_column(String(64))
    before_claim_id: Mapped[str | None] = mapped_column(String(64))
    after_claim_id: Mapped[str | None] = mapped_column(String(64))
    before_value: Mapped[Decimal] = mapped_column(ExactDecimal)
    after_value: Mapped[Decimal] = mapped_column(ExactDecimal)
    before_first: Mapped[date]
    before_last: Mapped[date]
    after_first: Mapped[date]
    after_last: Mapped[date]
    before_coverage: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    after_coverage: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    grade: Mapped[str] = mapped_column(String(16))
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class ClawbackRow(Base):
    """Money of an award that is to come back."""

    __tablename__ = "clawbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    grounds: Mapped[str] = mapped_column(String(32))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str | None] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(String(100))


class ClawbackReceiptRow(Base):
    """Money that came back; `entry_id` is the entry that booked it."""

    __tablename__ = "clawback_receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    clawback_id: Mapped[int] = mapped_column(ForeignKey("clawbacks.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    # Unique: what the bank received once is booked once.
    receipt: Mapped[str] = mapped_column(String(100), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("money_entries.id"))
    booked_by: Mapped[str] = mapped_column(String(100))
    booked_at_us: Mapped[int] = mapped_column(BigInteger)
