"""Tables of cases and of the effects that they tell. Versions and effects are only ever added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.region.versioned import ContentVersion
from millmark.registry import Base, ExactDecimal


class CaseRow(Base):
    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]


class CaseVersionRow(ContentVersion, Base):
    __tablename__ = "case_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))


class CaseEffectRow(Base):
    """One effect of a case at a version of it, claimed or told; a later one of the same name replaces it in sight."""

    __tablename__ = "case_effects"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int]
    topic: Mapped[str] = mapped_column(String(16))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(32))
    lower_is_better: Mapped[bool]
    measure: Mapped[str | None] = mapped_column(String(64))
    formula_version: Mapped[str | None] = mapped_column(String(64))
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
