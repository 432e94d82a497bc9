"""Tables of dispatch briefs. What is issued never changes; a better one replaces it in sight."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class BriefRow(Base):
    """`frozen` is what was issued, with every value and where it came from; `files` the ids of Word files and PDFs."""

    __tablename__ = "dispatch_briefs"
    __table_args__ = (Index("ix_dispatch_briefs_area_month", "area_code", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    area_code: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    number: Mapped[str | None] = mapped_column(String(64), unique=True)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str | None] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    begun_at_us: Mapped[int] = mapped_column(BigInteger)
    begun_by: Mapped[str] = mapped_column(String(100))
    issued_at_us: Mapped[int | None] = mapped_column(BigInteger)
    issued_by: Mapped[str | None] = mapped_column(String(100))
    # Unique: a brief is replaced once, whoever tries at the same time.
    replaces: Mapped[int | None] = mapped_column(ForeignKey("dispatch_briefs.id"), unique=True)


class BriefVersionRow(Base):
    __tablename__ = "dispatch_brief_versions"
    __table_args__ = (UniqueConstraint("brief_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("dispatch_briefs.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
