"""Tables of what a region knows of other nodes: their keys, the seals it saw, and claims they brought.

Rows are added, never changed.
"""

from __future__ import annotations

from datetime import date as calendar_date

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry.orm import Base


class NodeKeyRow(Base):
    """A public key that speaks for an enterprise; `key_id` is its JWK thumbprint, `x` the key itself (RFC 8037)."""

    __tablename__ = "node_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    key_id: Mapped[str] = mapped_column(String(43), unique=True)
    x: Mapped[str] = mapped_column(String(43))


class NodeKeyEventRow(Base):
    """What became of a key; it counts from `since_us` on, which may lie before `at_us` for a revocation."""

    __tablename__ = "node_key_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    node_key_id: Mapped[int] = mapped_column(ForeignKey("node_keys.id"), index=True)
    action: Mapped[str] = mapped_column(String(16))
    at_us: Mapped[int] = mapped_column(BigInteger)
    since_us: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)


class WitnessedSealRow(Base):
    """A seal as it was first seen here. `token` is the seal itself: who signed it cannot deny it."""

    __tablename__ = "witnessed_seals"
    __table_args__ = (
        UniqueConstraint("site", "sequence"),
        Index("ix_witnessed_seals_enterprise_id_date", "enterprise_id", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    site: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int]
    date: Mapped[calendar_date]
    kind: Mapped[str] = mapped_column(String(16))
    seal_hash: Mapped[str] = mapped_column(String(64), index=True)
    key_id: Mapped[str] = mapped_column(String(43))
    sealed_at_us: Mapped[int] = mapped_column(BigInteger)
    received_at_us: Mapped[int] = mapped_column(BigInteger)
    token: Mapped[str] = mapped_column(Text)


class WitnessAlarmRow(Base):
    """A signed seal that contradicts what was seen before; kept with its token, for ever."""

    __tablename__ = "witness_alarms"
    __table_args__ = (UniqueConstraint("told_hash", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    site: Mapped[str] = mapped_column(Text)
    date: Mapped[calendar_date]
    sequence: Mapped[int]
    standing_hash: Mapped[str | None] = mapped_column(String(64))
    told_hash: Mapped[str] = mapped_column(String(64))
    token: Mapped[str] = mapped_column(Text)
    received_at_us: Mapped[int] = mapped_column(BigInteger)


class ImportedClaimRow(Base):
    """Says of a claim that another node issued it, by which key, and when it came here."""

    __tablename__ = "imported_claims"

    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(43))
    document_sha256: Mapped[str] = mapped_column(String(64))
    received_at_us: Mapped[int] = mapped_column(BigInteger)
    received_by: Mapped[str] = mapped_column(String(100))
