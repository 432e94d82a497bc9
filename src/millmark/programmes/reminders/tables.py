"""Tables of reminders."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class ReminderRow(Base):
    """One reminder of one deadline to one side; `occasion` is what must not come twice, in one word."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("occasion"), Index("ix_reminders_enterprise_id", "enterprise_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion: Mapped[str] = mapped_column(String(200))
    party: Mapped[str] = mapped_column(String(16))
    account: Mapped[str | None] = mapped_column(String(100))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(16))
    deadline: Mapped[date]
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    created_at_us: Mapped[int] = mapped_column(BigInteger)


class ReminderMarkRow(Base):
    """Up to which reminder an account has read."""

    __tablename__ = "reminder_marks"

    account: Mapped[str] = mapped_column(String(100), primary_key=True)
    read_id: Mapped[int]
    at_us: Mapped[int] = mapped_column(BigInteger)
