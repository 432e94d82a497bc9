"""Seals with their leaves, and claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_evidence"
down_revision = "0001_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("site_id", sa.Integer(), sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("site_id", "sequence"),
    )
    first_seal = sa.text("kind = 'day'")
    op.create_index(
        "uq_seals_site_id_date_day",
        "seals",
        ["site_id", "date"],
        unique=True,
        sqlite_where=first_seal,
        postgresql_where=first_seal,
    )
    op.create_index("ix_seals_site_id_date", "seals", ["site_id", "date"])
    op.create_table(
        "claims",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("issued_at_us", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_claims_enterprise_id_issued_at_us", "claims", ["enterprise_id", "issued_at_us"])


def downgrade() -> None:
    op.drop_table("claims")
    op.drop_table("seals")
