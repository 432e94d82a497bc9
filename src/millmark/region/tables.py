"""The room's table. Rows are only ever added: a correction voids a row by a new one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base, ExactDecimal


class LedgerEntryRow(Base):
    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ix_ledger_entries_kind_holds_from", "kind", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(64))
    first_date: Mapped[date]
    last_date: Mapped[date]
    stated_on: Mapped[date | None]
    # Kept beside the dates that it follows from, so that a query can ask for it.
    holds_from: Mapped[date]
    quantity: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(200))
    counting: Mapped[str] = mapped_column(String(16))
    qualifier: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(16))
    placeholder: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
    # Unique: an entry is voided once, whoever tries at the same time.
    voids: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
