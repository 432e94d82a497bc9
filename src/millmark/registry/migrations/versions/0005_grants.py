"""Gateways to whose machines values may be written; nobody's may until somebody says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_grants"
down_revision = "0004_web"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "write_grants",
        sa.Column("gateway_id", sa.String(63), nullable=False),
        sa.Column("granted_by", sa.String(64), nullable=False),
        sa.Column("granted_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateways.id"], name=op.f("fk_write_grants_gateway_id_gateways"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_write_grants")),
    )


def downgrade() -> None:
    op.drop_table("write_grants")
