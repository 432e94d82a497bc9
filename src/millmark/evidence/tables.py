"""Tables of the evidence room: seals with their leaves, and claims. Rows are added, never changed."""

from __future__ import annotations

from datetime import date as calendar_date

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry.orm import Base

_FIRST_SEAL = text("kind = 'day'")


class SealRow(Base):
    """`token` is the seal's JWS; `leaves` are its leaves, packed (`packing`). A day has one seal of kind `day`."""

    __tablename__ = "seals"
    __table_args__ = (
        UniqueConstraint("site_id", "sequence"),
        Index(
            "uq_seals_site_id_date_day",
            "site_id",
            "date",
            unique=True,
            sqlite_where=_FIRST_SEAL,
            postgresql_where=_FIRST_SEAL,
        ),
        Index("ix_seals_site_id_date", "site_id", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    sequence: Mapped[int]
    date: Mapped[calendar_date]
    kind: Mapped[str] = mapped_column(String(16))
    token: Mapped[str] = mapped_column(Text)
    leaves: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ClaimRow(Base):
    """`statement` is what the claim signs, apart from its `document`, which is large."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_enterprise_id_issued_at_us", "enterprise_id", "issued_at_us"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    issued_at_us: Mapped[int] = mapped_column(BigInteger)
    statement: Mapped[bytes] = mapped_column(LargeBinary)
    document: Mapped[bytes] = mapped_column(LargeBinary)
