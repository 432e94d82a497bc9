"""Reads of lists: one line without an enterprise stands for all in the area of the office that read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_list_reads"
down_revision = "0023_publication_bases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enterprise_reads") as reads:
        reads.alter_column("enterprise_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM enterprise_reads WHERE enterprise_id IS NULL")
    with op.batch_alter_table("enterprise_reads") as reads:
        reads.alter_column("enterprise_id", existing_type=sa.Integer(), nullable=False)
