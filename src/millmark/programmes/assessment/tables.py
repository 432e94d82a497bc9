"""Tables of assessments and of facts told of enterprises. Versions and facts are only ever added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base
from millmark.registry.orm import ExactDecimal


class AssessmentRow(Base):
    """One questionnaire of one enterprise, bound to one text of one pack; what it says is in its versions."""

    __tablename__ = "assessments"
    __table_args__ = (Index("ix_assessments_pack_edition", "pack", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    pack: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    variant: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    started_at_us: Mapped[int] = mapped_column(BigInteger)
    started_by: Mapped[str] = mapped_column(String(100))


class AssessmentVersionRow(Base):
    """All answers as somebody saved them; `level` and `score` are set in the version that was submitted."""

    __tablename__ = "assessment_versions"
    __table_args__ = (UniqueConstraint("assessment_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    documents: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    sources: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON)
    level: Mapped[int | None]
    score: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    digest: Mapped[str] = mapped_column(String(64))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
    saved_by: Mapped[str] = mapped_column(String(100))


class EnterpriseFactRow(Base):
    """One fact as it was told; of several the one with the latest `as_of` holds, then the one told last."""

    __tablename__ = "enterprise_facts"
    __table_args__ = (Index("ix_enterprise_facts_enterprise_id_fact", "enterprise_id", "fact"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    fact: Mapped[str] = mapped_column(String(64))
    value: Mapped[Any] = mapped_column(JSON)
    unit: Mapped[str] = mapped_column(String(32))
    as_of: Mapped[date]
    grade: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
