"""Consents of enterprises to having their part of published tables told, and their withdrawals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_statistics_waivers"
down_revision = "0025_row_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics_waivers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("withdraws", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_waivers")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_statistics_waivers_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["withdraws"], ["statistics_waivers.id"], name=op.f("fk_statistics_waivers_withdraws_statistics_waivers")
        ),
        sa.UniqueConstraint("withdraws", name=op.f("uq_statistics_waivers_withdraws")),
    )
    op.create_index(op.f("ix_statistics_waivers_enterprise_id"), "statistics_waivers", ["enterprise_id"])


def downgrade() -> None:
    op.drop_table("statistics_waivers")
