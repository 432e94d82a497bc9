"""Tables of the web room: accounts, their sessions, and the log of what was done."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.region.departments.tables import DepartmentRow
from millmark.registry.orm import Base


class AccountRow(Base):
    """`enterprise_id` is set for exactly those roles that belong to an enterprise; `area_code` may be set for officers,
    who then see the enterprises of that administrative division alone; `department` for staff of a department, who see
    what is assigned to it."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("(role IN ('engineer', 'manager', 'supplier')) = (enterprise_id IS NOT NULL)", name="scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    area_code: Mapped[str | None] = mapped_column(String(6))
    department: Mapped[str | None] = mapped_column(ForeignKey(DepartmentRow.id))
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool]
    disabled: Mapped[bool]
    created_us: Mapped[int] = mapped_column(BigInteger)
    password_set_us: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Base):
    """Only the SHA-256 of a session's token is kept: a copy of the database signs nobody in."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    created_us: Mapped[int] = mapped_column(BigInteger)
    seen_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """One thing done, written before the deed; `outcome` and `result` follow, so an entry without them broke off."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_at_us", "at_us"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(64))
    means: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    outcome: Mapped[int | None]
