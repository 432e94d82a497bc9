"""Definitions by version, what was published, and what each publication was made from. Rows are only ever added."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class StatisticsDefinitionRow(Base):
    __tablename__ = "statistics_definitions"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class StatisticsPublicationRow(Base):
    __tablename__ = "statistics_publications"
    __table_args__ = (UniqueConstraint("slug", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    number: Mapped[int]
    definition_id: Mapped[int] = mapped_column(ForeignKey("statistics_definitions.id"))
    measure: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    suppressed: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(String(100))
    signed_at_us: Mapped[int] = mapped_column(BigInteger)


class StatisticsBasisRow(Base):
    """The contributions that a version was made from, packed: a later version is held against them."""

    __tablename__ = "statistics_bases"

    publication_id: Mapped[int] = mapped_column(ForeignKey("statistics_publications.id"), primary_key=True)
    contributions: Mapped[bytes] = mapped_column(LargeBinary)


class StatisticsWaiverRow(Base):
    """An enterprise's consent, or with `withdraws` its withdrawal, which holds from `valid_from` on."""

    __tablename__ = "statistics_waivers"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    measures: Mapped[list[str]] = mapped_column(JSON)
    document: Mapped[str] = mapped_column(Text)
    withdraws: Mapped[int | None] = mapped_column(ForeignKey("statistics_waivers.id"), unique=True)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at_us: Mapped[int] = mapped_column(BigInteger)


class PeerReleaseRow(Base):
    """What peers were told of an industry in a period: once told, told the same to everybody who asks."""

    __tablename__ = "statistics_peer_releases"
    __table_args__ = (UniqueConstraint("measure", "period", "grouping"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(64))
    period: Mapped[str] = mapped_column(String(16))
    grouping: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    members: Mapped[list[int]] = mapped_column(JSON)
    released_at_us: Mapped[int] = mapped_column(BigInteger)
