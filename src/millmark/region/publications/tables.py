"""Publications, what they were made of, and their withdrawals; rows are only ever added."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class PublicationRow(Base):
    __tablename__ = "publications"
    # Two that publish at once cannot both make the same version.
    __table_args__ = (UniqueConstraint("figure_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    figure_id: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    as_of: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    published_at_us: Mapped[int] = mapped_column(BigInteger)
    published_by: Mapped[str] = mapped_column(String(100))


class WithdrawalRow(Base):
    __tablename__ = "publication_withdrawals"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_at_us: Mapped[int] = mapped_column(BigInteger)
    withdrawn_by: Mapped[str] = mapped_column(String(100))


class BasisRow(Base):
    """Whose parts a version was the sum of, for each day that it tells: a later version is held against them. Nobody
    outside of the room reads it."""

    __tablename__ = "publication_bases"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    told: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
