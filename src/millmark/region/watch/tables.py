"""The watch's tables.

Versions, records and steps are only ever added. `monthly_values` is what the latest versions say, laid out for sums:
one row a month and enterprise in the order of months, with the industry, area and size that the enterprise had then,
so that no sum needs a join.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base, ExactDecimal

# Rows lie in the order of their key, so that a month is read in one piece.
_BY_KEY = {"sqlite_with_rowid": False}


class HoldingRow(Base):
    __tablename__ = "watch_holdings"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class ProfileRow(Base):
    __tablename__ = "watch_profiles"
    __table_args__ = (Index("ix_watch_profiles_enterprise_id_valid_from", "enterprise_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    valid_from: Mapped[date]
    industry_code: Mapped[str] = mapped_column(String(4))
    size_class: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(String(6))
    park: Mapped[str | None] = mapped_column(String(100))
    holding_id: Mapped[int | None] = mapped_column(ForeignKey("watch_holdings.id"))
    chains: Mapped[list[str]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))


class WatchRecordRow(Base):
    __tablename__ = "watch_records"
    __table_args__ = (Index("ix_watch_records_kind_holds_from", "kind", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(200))
    industry_code: Mapped[str | None] = mapped_column(String(4))
    area: Mapped[str] = mapped_column(String(64))
    area_code: Mapped[str | None] = mapped_column(String(6))
    first_date: Mapped[date]
    last_date: Mapped[date]
    stated_on: Mapped[date | None]
    # Kept beside the dates that it follows from, so that a query can ask for it.
    holds_from: Mapped[date]
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(32))
    counting: Mapped[str] = mapped_column(String(16))
    qualifier: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(16))
    placeholder: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
    # Unique: a record is voided once and ended once, whoever tries at the same time.
    voids: Mapped[int | None] = mapped_column(ForeignKey("watch_records.id"), unique=True)
    ends: Mapped[int | None] = mapped_column(ForeignKey("watch_records.id"), unique=True)


class MonthlyVersionRow(Base):
    __tablename__ = "monthly_versions"
    __table_args__ = (UniqueConstraint("enterprise_id", "month", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    month: Mapped[int]
    version: Mapped[int]
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    output_fen: Mapped[int | None] = mapped_column(BigInteger)
    electricity_kwh: Mapped[int | None] = mapped_column(BigInteger)
    orders_fen: Mapped[int | None] = mapped_column(BigInteger)
    staff: Mapped[int | None] = mapped_column(BigInteger)
    tax_fen: Mapped[int | None] = mapped_column(BigInteger)
    more: Mapped[dict[str, int]] = mapped_column(JSON)
    grade: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    explanations: Mapped[dict[str, str]] = mapped_column(JSON)
    reported_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class MonthlyValueRow(Base):
    __tablename__ = "monthly_values"
    __table_args__ = (Index("ix_monthly_values_enterprise_id_month", "enterprise_id", "month"), _BY_KEY)

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    version: Mapped[int]
    industry_code: Mapped[str] = mapped_column(String(4))
    division: Mapped[int]
    area_code: Mapped[str] = mapped_column(String(6))
    size_class: Mapped[str] = mapped_column(String(16))
    holding_id: Mapped[int | None]
    grade: Mapped[str] = mapped_column(String(16))
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    output_fen: Mapped[int | None] = mapped_column(BigInteger)
    electricity_kwh: Mapped[int | None] = mapped_column(BigInteger)
    orders_fen: Mapped[int | None] = mapped_column(BigInteger)
    staff: Mapped[int | None] = mapped_column(BigInteger)
    tax_fen: Mapped[int | None] = mapped_column(BigInteger)


class MonthlyMoreRow(Base):
    """Values of the optional indicators, one row each, by indicator and month."""

    __tablename__ = "monthly_more_values"
    __table_args__ = (_BY_KEY,)

    indicator: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class WarningRow(Base):
    """A warning from the first month that its rule speaks to the last; who did what about it stands in its steps."""

    __tablename__ = "watch_warnings"
    __table_args__ = (UniqueConstraint("rule", "enterprise_id", "first_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    rule: Mapped[str] = mapped_column(String(64))
    first_month: Mapped[int]
    last_month: Mapped[int]
    severity: Mapped[str] = mapped_column(String(16))
    values: Mapped[dict[str, float]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), index=True)
    raised_at_us: Mapped[int] = mapped_column(BigInteger)


class WarningStepRow(Base):
    __tablename__ = "watch_warning_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    warning_id: Mapped[int] = mapped_column(ForeignKey("watch_warnings.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    at_us: Mapped[int] = mapped_column(BigInteger)
