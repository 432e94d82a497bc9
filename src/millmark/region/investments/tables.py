"""Tables of investment projects. Plans are kept version by version; reports, payments and trackings are voided in
sight, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class InvestmentRow(Base):
    """A project, or in bulk several that a document counts and does not name (`subject` is null)."""

    __tablename__ = "investments"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    area_code: Mapped[str | None] = mapped_column(String(6))
    stage: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class TrackingRow(Base):
    """That a project is tracked: what a figure counts, as a document states it.

    `fact` is the statement as it was brought. `until` is set once, when the tracking ends, and `voided_at_us` once,
    when the project is voided; each with its time, so that what was known at any moment can be asked.
    """

    __tablename__ = "investment_trackings"
    __table_args__ = (Index("ix_investment_trackings_kind_holds_from", "kind", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    investment_id: Mapped[int] = mapped_column(ForeignKey("investments.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(200))
    holds_from: Mapped[date]
    fact: Mapped[dict[str, Any]] = mapped_column(JSON)
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
    until: Mapped[date | None]
    until_recorded_at_us: Mapped[int | None] = mapped_column(BigInteger)
    voided_at_us: Mapped[int | None] = mapped_column(BigInteger)


class InvestmentVersionRow(Base):
    __tablename__ = "investment_versions"
    __table_args__ = (UniqueConstraint("investment_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    investment_id: Mapped[int] = mapped_column(ForeignKey("investments.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)


class MilestoneReportRow(Base):
    """That a milestone was reached. A row that `voids` another says only that the other does not hold."""

    __tablename__ = "investment_milestones"

    id: Mapped[int] = mapped_column(primary_key=True)
    investment_id: Mapped[int] = mapped_column(ForeignKey("investments.id"), index=True)
    milestone: Mapped[str] = mapped_column(String(64))
    happened_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    reported_by: Mapped[str] = mapped_column(String(100))
    reported_at_us: Mapped[int] = mapped_column(BigInteger)
    # Unique: a report is voided once, whoever tries at the same time.
    voids: Mapped[int | None] = mapped_column(ForeignKey("investment_milestones.id"), unique=True)


class PaymentRow(Base):
    """Money put into a project. A row that `voids` another says only that the other does not hold, and why."""

    __tablename__ = "investment_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    investment_id: Mapped[int] = mapped_column(ForeignKey("investments.id"), index=True)
    paid_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(16))
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    voids: Mapped[int | None] = mapped_column(ForeignKey("investment_payments.id"), unique=True)


class ProblemRow(Base):
    """`department` is an id of the list of departments; null where the office itself solves the problem."""

    __tablename__ = "investment_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    investment_id: Mapped[int] = mapped_column(ForeignKey("investments.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(String(64), index=True)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    level: Mapped[int]
    raised_by: Mapped[str] = mapped_column(String(100))
    raised_at_us: Mapped[int] = mapped_column(BigInteger)
    ended_on: Mapped[date | None]
