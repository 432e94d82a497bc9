"""Tables of suppliers, solutions, demands and answers. Versions, marks and results are only ever added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.region.versioned import ContentVersion
from millmark.registry import Base, ExactDecimal


class SupplierRow(Base):
    """An enterprise that is, was or would be a supplier; unique, so that two applications cannot cross."""

    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), unique=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    applied_at_us: Mapped[int] = mapped_column(BigInteger)


class SupplierVersionRow(ContentVersion, Base):
    __tablename__ = "supplier_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))


class SupplierMarkRow(Base):
    """Marks that somebody gave for a year; a later row of the same side and enterprise replaces an earlier one."""

    __tablename__ = "supplier_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    year: Mapped[int]
    side: Mapped[str] = mapped_column(String(16))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    marks: Mapped[dict[str, Any]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(String(100))
    given_at_us: Mapped[int] = mapped_column(BigInteger)


class SupplierResultRow(Base):
    """What a year's evaluation came to; unique, so that a year is closed once."""

    __tablename__ = "supplier_results"
    __table_args__ = (UniqueConstraint("supplier_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    year: Mapped[int]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    grade: Mapped[str | None] = mapped_column(String(16))
    enterprises: Mapped[int]
    rules: Mapped[str] = mapped_column(String(32))
    closed_by: Mapped[str] = mapped_column(String(100))
    closed_at_us: Mapped[int] = mapped_column(BigInteger)


class SolutionRow(Base):
    __tablename__ = "solutions"

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]


class SolutionVersionRow(ContentVersion, Base):
    __tablename__ = "solution_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("solutions.id"))


class DemandRow(Base):
    """A demand; `assessment_id` is the assessment whose gap it was proposed from."""

    __tablename__ = "demands"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    written_at_us: Mapped[int] = mapped_column(BigInteger)


class DemandVersionRow(ContentVersion, Base):
    __tablename__ = "demand_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("demands.id"))


class AnswerRow(Base):
    """A supplier's answer to a demand, one each."""

    __tablename__ = "demand_answers"
    __table_args__ = (UniqueConstraint("demand_id", "supplier_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]


class AnswerVersionRow(ContentVersion, Base):
    __tablename__ = "answer_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("demand_answers.id"))
