"""Imports that correct: how many rows say something else than what stands, what, and how many were corrected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_row_changes"
down_revision = "0024_list_reads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ledger_imports") as imports:
        imports.add_column(sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
        imports.add_column(sa.Column("corrected", sa.Integer(), nullable=False, server_default="0"))
        imports.add_column(sa.Column("changes", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ledger_imports") as imports:
        imports.drop_column("changes")
        imports.drop_column("corrected")
        imports.drop_column("changed")
