"""What exists: enterprises, sites, assets, series and gateways."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001_registry"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    path = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "enterprises",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(63), nullable=False, unique=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.String(18), unique=True),
        sa.Column("is_placeholder", sa.Boolean(), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False, index=True),
        sa.Column("industry_code", sa.String(5)),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("credit_code IS NULL OR NOT (is_placeholder OR is_demonstration)", name="code_is_real"),
        sa.CheckConstraint("credit_code IS NOT NULL OR is_placeholder OR is_demonstration", name="absence_is_marked"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("slug", sa.String(63), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("path", path, nullable=False, unique=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("enterprise_id", "slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("path", path, nullable=False, unique=True),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False, index=True),
        sa.Column("site_id", sa.Integer(), sa.ForeignKey("sites.id"), index=True),
        sa.Column("counts_as_equipment", sa.Boolean(), nullable=False),
        sa.Column("in_service_from_us", sa.BigInteger()),
        sa.Column("in_service_until_us", sa.BigInteger()),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("in_service_until_us > in_service_from_us", name="service_ends_after_start"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("asset_id", sa.Integer(), sa.ForeignKey("assets.id"), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("data_type", sa.String(32), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("rollover", sa.Double()),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("asset_id", "metric"),
        sa.CheckConstraint("rollover > 0", name="rollover_is_positive"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "gateways",
        sa.Column("id", sa.String(63), primary_key=True),
        sa.Column("root_asset_id", sa.Integer(), sa.ForeignKey("assets.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("may_register", sa.Boolean(), nullable=False),
        sa.Column("key_hash", sa.Text()),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "bindings",
        sa.Column("gateway_id", sa.String(63), sa.ForeignKey("gateways.id"), primary_key=True),
        sa.Column("relative_asset", sa.Text(), primary_key=True),
        sa.Column("metric", sa.Text(), primary_key=True),
        sa.Column("series_id", sa.Integer(), sa.ForeignKey("series.id"), nullable=False, index=True),
    )


def downgrade() -> None:
    for table in ("bindings", "gateways", "series", "assets", "sites", "enterprises"):
        op.drop_table(table)
