"""The log of reads. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry.orm import Base


class EnterpriseReadRow(Base):
    """That somebody who is not of an enterprise was shown its detail; without an enterprise, that somebody was shown a
    list of those in `office`.

    `office` is the area's code of an officer or the department of its staff, empty for a whole bureau; `action` the
    permission by which it was read, `path` the address without its query.
    """

    __tablename__ = "enterprise_reads"
    __table_args__ = (Index("ix_enterprise_reads_enterprise_at", "enterprise_id", "at_us"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    actor: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    office: Mapped[str] = mapped_column(String(64))
    means: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str | None] = mapped_column(Text)
