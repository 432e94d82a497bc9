"""Quotas of single gateways; what is open in one is as the settings say for all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_quotas"
down_revision = "0005_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_quotas",
        sa.Column("gateway_id", sa.String(63), nullable=False),
        sa.Column("points_per_s", sa.Double(), nullable=True),
        sa.Column("bytes_per_s", sa.BigInteger(), nullable=True),
        sa.Column("series", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateways.id"], name=op.f("fk_gateway_quotas_gateway_id_gateways"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_gateway_quotas")),
    )


def downgrade() -> None:
    op.drop_table("gateway_quotas")
