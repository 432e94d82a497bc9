"""The registry's tables. Rows never leave the room; `records.py` has what does."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Double,
    Enum,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from millmark.model import AssetLevel, DataType, Origin, SeriesRole
from millmark.registry.attributes import AttributeValue
from millmark.registry.orm import Base
from millmark.registry.records import GatewayKind, JsonValue

# Paths sort and compare by code point on every database, so that "all below acme/north" is one range of an index.
_PATH = Text().with_variant(Text(collation="C"), "postgresql")
# An id is the name under which points are stored; SQLite must never give it out again.
_NEVER_REUSED = {"sqlite_autoincrement": True}


def _word(words: type[StrEnum]) -> Enum:
    """One of a closed set of words, kept as text, so that a new word needs no change of schema."""
    return Enum(words, native_enum=False, length=32, values_callable=lambda kind: [str(word) for word in kind])


class EnterpriseRow(Base):
    __tablename__ = "enterprises"
    __table_args__ = (
        CheckConstraint("credit_code IS NULL OR NOT (is_placeholder OR is_demonstration)", name="code_is_real"),
        CheckConstraint("credit_code IS NOT NULL OR is_placeholder OR is_demonstration", name="absence_is_marked"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    is_placeholder: Mapped[bool]
    is_demonstration: Mapped[bool]
    area_code: Mapped[str] = mapped_column(String(6), index=True)
    industry_code: Mapped[str | None] = mapped_column(String(5))
    created_us: Mapped[int] = mapped_column(BigInteger)


class SiteRow(Base):
    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("enterprise_id", "slug"), _NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    slug: Mapped[str] = mapped_column(String(63))
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    area_code: Mapped[str] = mapped_column(String(6))
    time_zone: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(_PATH, unique=True)
    created_us: Mapped[int] = mapped_column(BigInteger)


class AssetRow(Base):
    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint("in_service_until_us > in_service_from_us", name="service_ends_after_start"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(_PATH, unique=True)
    level: Mapped[AssetLevel] = mapped_column(_word(AssetLevel))
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    counts_as_equipment: Mapped[bool]
    in_service_from_us: Mapped[int | None] = mapped_column(BigInteger)
    in_service_until_us: Mapped[int | None] = mapped_column(BigInteger)
    attributes: Mapped[dict[str, AttributeValue]] = mapped_column(JSON)
    created_us: Mapped[int] = mapped_column(BigInteger)


class SeriesRow(Base):
    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("asset_id", "metric"),
        CheckConstraint("rollover > 0", name="rollover_is_positive"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    metric: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    data_type: Mapped[DataType] = mapped_column(_word(DataType))
    role: Mapped[SeriesRole] = mapped_column(_word(SeriesRole))
    origin: Mapped[Origin] = mapped_column(_word(Origin))
    rollover: Mapped[float | None] = mapped_column(Double)
    created_us: Mapped[int] = mapped_column(BigInteger)


class DeclaredPropertiesRow(Base):
    """The properties a device declared last; a series without a row has none."""

    __tablename__ = "declared_properties"

    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), primary_key=True)
    properties: Mapped[dict[str, JsonValue]] = mapped_column(JSON)
    declared_us: Mapped[int] = mapped_column(BigInteger)


class GatewayRow(Base):
    __tablename__ = "gateways"

    id: Mapped[str] = mapped_column(String(63), primary_key=True)
    root_asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    kind: Mapped[GatewayKind] = mapped_column(_word(GatewayKind))
    may_register: Mapped[bool]
    key_hash: Mapped[str | None] = mapped_column(Text)
    created_us: Mapped[int] = mapped_column(BigInteger)


class GatewayQuotaRow(Base):
    """How much a gateway may bring where that differs from what the settings say for all."""

    __tablename__ = "gateway_quotas"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), primary_key=True)
    points_per_s: Mapped[float | None] = mapped_column(Double)
    bytes_per_s: Mapped[int | None] = mapped_column(BigInteger)
    series: Mapped[int | None]


class WriteGrantRow(Base):
    """A gateway without a row here is not written to."""

    __tablename__ = "write_grants"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), primary_key=True)
    granted_by: Mapped[str] = mapped_column(String(64))
    granted_us: Mapped[int] = mapped_column(BigInteger)


class BindingRow(Base):
    """Which series a gateway means by (asset relative to its root, metric).

    Kept apart from the series, so that a replaced gateway goes on with the series of the one before it.
    """

    __tablename__ = "bindings"
    __table_args__ = (Index("ix_bindings_series_id", "series_id"),)

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateways.id"), primary_key=True)
    relative_asset: Mapped[str] = mapped_column(Text, primary_key=True)
    metric: Mapped[str] = mapped_column(Text, primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
