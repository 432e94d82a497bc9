"""Tables of a programme's life. Steps and versions are only ever added."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base
from millmark.registry.orm import ExactDecimal


class StepRow(Base):
    """`object_id` has no foreign key: one log holds the steps of all kinds of objects."""

    __tablename__ = "programme_steps"
    __table_args__ = (
        Index("ix_programme_steps_object_kind_object_id", "object_kind", "object_id"),
        Index("ix_programme_steps_at_us", "at_us"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    object_kind: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[int]
    version: Mapped[int]
    state_from: Mapped[str | None] = mapped_column(String(32))
    state_to: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(32))
    at_us: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallVersionRow(Base):
    """What a call said, version by version; the highest one holds."""

    __tablename__ = "call_versions"
    __table_args__ = (UniqueConstraint("call_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    version: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)


class ApplicationVersionRow(Base):
    """What an application said, version by version. `digest` is the SHA-256 of the canonical text of `content`.

    A version that was submitted carries who signed it and when; a saved draft does not.
    """

    __tablename__ = "application_versions"
    __table_args__ = (UniqueConstraint("application_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(String(100))
    saved_at_us: Mapped[int] = mapped_column(BigInteger)
    signed_by: Mapped[str | None] = mapped_column(String(100))
    signed_at_us: Mapped[int | None] = mapped_column(BigInteger)


class RecommendationRankRow(Base):
    """The place of an application on the list that an office sends with its recommendations of one call; steps keep
    what it was before."""

    __tablename__ = "recommendation_ranks"
    # Unique: of two who give the same place at once, one is told.
    __table_args__ = (
        UniqueConstraint("application_id", "office"),
        UniqueConstraint("call_id", "office", "area", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    office: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(6))
    rank: Mapped[int]


class ReviewRow(Base):
    """One reviewer's review of one application; scores are there once it is scored."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("application_id", "reviewer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    application_version: Mapped[int]
    reviewer: Mapped[str] = mapped_column(String(100), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    due_on: Mapped[date | None]
    scores: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    total: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    comment: Mapped[str | None] = mapped_column(Text)
    assigned_by: Mapped[str] = mapped_column(String(100))
    assigned_at_us: Mapped[int] = mapped_column(BigInteger)


class PublicityRow(Base):
    """A list made public for objections, both days included."""

    __tablename__ = "publicities"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    opened_by: Mapped[str] = mapped_column(String(100))
    opened_at_us: Mapped[int] = mapped_column(BigInteger)


class PublicityEntryRow(Base):
    """An application on a list made public."""

    __tablename__ = "publicity_entries"
    __table_args__ = (UniqueConstraint("publicity_id", "application_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publicity_id: Mapped[int] = mapped_column(ForeignKey("publicities.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)


class ObjectionRow(Base):
    """What somebody objects to an entry of a list; `objector` is whom the officer names who recorded it, if one did."""

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    publicity_id: Mapped[int] = mapped_column(ForeignKey("publicities.id"), index=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    objector: Mapped[str | None] = mapped_column(String(200))
    raised_by: Mapped[str] = mapped_column(String(100))
    raised_at_us: Mapped[int] = mapped_column(BigInteger)


class RecognitionRow(Base):
    """What an application came to. `record_id` is the programme record that the city's figures count; there is none for
    a fictional enterprise in a real programme."""

    __tablename__ = "recognitions"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Unique: an application is recognised once, whoever tries at the same time.
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), unique=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    grade_code: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    document: Mapped[str | None] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("programme_records.id"))
    recognised_by: Mapped[str] = mapped_column(String(100))
    recognised_at_us: Mapped[int] = mapped_column(BigInteger)
