"""Tables of events: what was announced, who registered, who came, what they were told. Attendances and notes are only
ever added: a correction voids a row by a new one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.region.versioned import ContentVersion
from millmark.registry import Base, ExactDecimal


class EventRow(Base):
    """An event; `counts_as` is the kind of the city's pack as which its attendances count."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    counts_as: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]


class EventVersionRow(ContentVersion, Base):
    __tablename__ = "event_versions"
    __table_args__ = (UniqueConstraint("owner_id", "version"),)

    owner_id: Mapped[int] = mapped_column(ForeignKey("events.id"))


class RegistrationRow(Base):
    """An enterprise that would come, with how many people."""

    __tablename__ = "event_registrations"
    __table_args__ = (UniqueConstraint("event_id", "enterprise_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    people: Mapped[int]
    contact: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    registered_at_us: Mapped[int] = mapped_column(BigInteger)


class AttendanceRow(Base):
    """Who came: a fact of a kind of the city's pack, named or in bulk, with the document that says so."""

    __tablename__ = "event_attendances"
    __table_args__ = (Index("ix_event_attendances_kind_holds_from", "kind", "holds_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(64))
    first_date: Mapped[date]
    last_date: Mapped[date]
    stated_on: Mapped[date | None]
    holds_from: Mapped[date]
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal)
    unit: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(200))
    counting: Mapped[str] = mapped_column(String(16))
    qualifier: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(String(32))
    placeholder: Mapped[bool]
    demonstration: Mapped[bool]
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)
    recorded_by: Mapped[str] = mapped_column(String(100))
    # Unique: a row is voided once, whoever tries at the same time.
    voids: Mapped[int | None] = mapped_column(ForeignKey("event_attendances.id"), unique=True)


class CoachingNoteRow(Base):
    """What an enterprise was told, or what came of it; `answers` is the note that this one follows up."""

    __tablename__ = "coaching_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    scenarios: Mapped[list[Any]] = mapped_column(JSON)
    follow_up_by: Mapped[date | None]
    answers: Mapped[int | None] = mapped_column(ForeignKey("coaching_notes.id"), unique=True)
    written_by: Mapped[str] = mapped_column(String(100))
    written_at_us: Mapped[int] = mapped_column(BigInteger)
