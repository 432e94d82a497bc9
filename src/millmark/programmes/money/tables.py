"""Tables of money. Entries and postings are only ever added; a mistake is set right by an entry that reverses it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class BudgetLineRow(Base):
    """One purse. Whoever takes from it locks this row first, so takers follow each other."""

    __tablename__ = "budget_lines"
    __table_args__ = (Index("ix_budget_lines_programme_id_year", "programme_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(16))
    year: Mapped[int]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    opened_at_us: Mapped[int] = mapped_column(BigInteger)
    opened_by: Mapped[str] = mapped_column(String(100))


class MoneyEntryRow(Base):
    """One movement on one line, with the balances after it.

    The numbering within the line and the checks on the balances stand guard beside the lock: entries written without it
    would collide, and none can leave an account below nothing.
    """

    __tablename__ = "money_entries"
    __table_args__ = (
        UniqueConstraint("line_id", "number"),
        CheckConstraint(
            "appropriated_fen >= 0 AND available_fen >= 0 AND committed_fen >= 0 AND paid_fen >= 0 "
            "AND recovered_fen >= 0",
            name="not_overspent",
        ),
        CheckConstraint("appropriated_fen = available_fen + committed_fen + paid_fen + recovered_fen", name="balanced"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    document: Mapped[str] = mapped_column(String(500))
    reason: Mapped[str | None] = mapped_column(Text)
    at_us: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(100))
    # Unique: an entry is reversed once, whoever tries at the same time.
    reverses: Mapped[int | None] = mapped_column(ForeignKey("money_entries.id"), unique=True)
    appropriated_fen: Mapped[int] = mapped_column(BigInteger)
    available_fen: Mapped[int] = mapped_column(BigInteger)
    committed_fen: Mapped[int] = mapped_column(BigInteger)
    paid_fen: Mapped[int] = mapped_column(BigInteger)
    recovered_fen: Mapped[int] = mapped_column(BigInteger)


class MoneyPostingRow(Base):
    """Half of an entry: what it gave to an account, or, below nothing, took from it."""

    __tablename__ = "money_postings"
    __table_args__ = (UniqueConstraint("entry_id", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("money_entries.id"))
    account: Mapped[str] = mapped_column(String(16))
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class AwardRow(Base):
    """What a recognised enterprise gets. `record_id` is the programme record that the city's figures count."""

    __tablename__ = "awards"

    id: Mapped[int] = mapped_column(primary_key=True)
    recognition_id: Mapped[int] = mapped_column(ForeignKey("recognitions.id"), index=True)
    # Unique while the award lives: two at once for one recognition collide. None once it is withdrawn.
    holds: Mapped[int | None] = mapped_column(unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    record_id: Mapped[int | None] = mapped_column(ForeignKey("programme_records.id"))


class AwardVersionRow(Base):
    """One calculation of an award: its inputs, every step of the sum, and the text of the pack it follows."""

    __tablename__ = "award_versions"
    __table_args__ = (UniqueConstraint("award_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    version: Mapped[int]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    calculation: Mapped[dict[str, Any]] = mapped_column(JSON)
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    funding: Mapped[list[dict[str, int]]] = mapped_column(JSON)
    pack: Mapped[str] = mapped_column(String(64))
    pack_edition: Mapped[str] = mapped_column(String(32))
    pack_digest: Mapped[str] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class DisbursementRow(Base):
    """One payment of a part of an award from one budget line; `entry_id` is the entry that booked it."""

    __tablename__ = "disbursements"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("budget_lines.id"), index=True)
    instalment: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(String(100))
    approved_by: Mapped[str | None] = mapped_column(String(100))
    # Unique: a transfer at the bank pays one disbursement.
    receipt: Mapped[str | None] = mapped_column(String(100), unique=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("money_entries.id"))
