"""What the region publishes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_publications"
down_revision = "0020_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("figure_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("published_at_us", sa.BigInteger(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("figure_id", "version", name=op.f("uq_publications_figure_id")),
    )
    op.create_table(
        "publication_withdrawals",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_at_us", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_publication_withdrawals_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_publication_withdrawals")),
    )


def downgrade() -> None:
    op.drop_table("publication_withdrawals")
    op.drop_table("publications")
