"""What devices declare of their series beside type and unit: ranges, descriptions, whatever they have."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_declared"
down_revision = "0006_quotas"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declared_properties",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("declared_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_declared_properties_series_id_series"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_declared_properties")),
    )


def downgrade() -> None:
    op.drop_table("declared_properties")
