"""Whose parts a published figure was the sum of, so that a later version can be held against them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_publication_bases"
down_revision = "0022_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication_bases",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_bases_publication_id_publications"),
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication_bases")),
    )


def downgrade() -> None:
    op.drop_table("publication_bases")
