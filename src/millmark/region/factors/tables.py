"""Tables of factor requests. What a request asks for is kept version by version."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class FactorRequestRow(Base):
    __tablename__ = "factor_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    area_code: Mapped[str] = mapped_column(String(6))
    factor: Mapped[str] = mapped_column(String(64))
    urgency: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32), index=True)
    version: Mapped[int]
    round: Mapped[int]
    level: Mapped[int]
    asked_at_us: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_by_office: Mapped[bool]
    assign_by: Mapped[date]
    answer_by: Mapped[date | None]
    answered_at_us: Mapped[int | None] = mapped_column(BigInteger)
    settled_at_us: Mapped[int | None] = mapped_column(BigInteger)


class FactorRequestVersionRow(Base):
    __tablename__ = "factor_request_versions"
    __table_args__ = (UniqueConstraint("request_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("factor_requests.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class FactorAssignmentRow(Base):
    """A department's part in one round. `department` is an id of the list of departments."""

    __tablename__ = "factor_assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("factor_requests.id"), index=True)
    round: Mapped[int]
    department: Mapped[str] = mapped_column(String(64), index=True)
    lead: Mapped[bool]
    due_on: Mapped[date]
    assigned_at_us: Mapped[int] = mapped_column(BigInteger)
    assigned_by: Mapped[str] = mapped_column(String(100))
    taken_up_at_us: Mapped[int | None] = mapped_column(BigInteger)
    ended_at_us: Mapped[int | None] = mapped_column(BigInteger)
    ended_as: Mapped[str | None] = mapped_column(String(16))
    answer: Mapped[str | None] = mapped_column(Text)
