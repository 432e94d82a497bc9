"""The ledger's tables. Entries are only ever added: a correction voids a row by a new one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base, ExactDecimal


class LedgerEntryRow(Base):
    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_kind_holds_from", "kind", "holds_from"),
        Index("ix_ledger_entries_kind_area_code", "kind", "area_code"),
        Index("ix_ledger_entries_kind_subject", "kind", "subject"),
    )

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
    holds_until: Mapped[date | None]
    area_code: Mapped[str | None] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(100))
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    fields: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    part_of: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), index=True)
    replaces: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_imports.id"), index=True)


class LedgerImportRow(Base):
    """A sheet brought to the ledger. `content` is the file as it came; `staged` its good rows, once checked."""

    __tablename__ = "ledger_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    staged: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    headings: Mapped[list[str]] = mapped_column(JSON)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    defaults: Mapped[dict[str, Any]] = mapped_column(JSON)
    samples: Mapped[list[list[str]]] = mapped_column(JSON)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    total: Mapped[int]
    good: Mapped[int]
    known: Mapped[int]
    bad: Mapped[int]
    # Rows that were brought before and say something else now; written only if somebody wants them as corrections.
    changed: Mapped[int] = mapped_column(server_default="0")
    changes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON, deferred=True)
    added: Mapped[int]
    corrected: Mapped[int] = mapped_column(server_default="0")
    # The ledger as it stood at the check: what was told holds only as long as nothing came in between.
    checked_at_us: Mapped[int | None] = mapped_column(BigInteger)
    area_code: Mapped[str | None] = mapped_column(String(12))
    created_at_us: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(String(100))
    done_at_us: Mapped[int | None] = mapped_column(BigInteger)
