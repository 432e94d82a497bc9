"""Tables of statistics and their published versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_statistics"
down_revision = "0017_investments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics_definitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_definitions")),
        sa.UniqueConstraint("slug", "version", name=op.f("uq_statistics_definitions_slug")),
    )
    op.create_table(
        "statistics_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(63), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(100), nullable=False),
        sa.Column("signed_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_publications")),
        sa.UniqueConstraint("slug", "number", name=op.f("uq_statistics_publications_slug")),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["statistics_definitions.id"],
            name=op.f("fk_statistics_publications_definition_id_statistics_definitions"),
        ),
    )
    op.create_index(op.f("ix_statistics_publications_measure"), "statistics_publications", ["measure"])
    op.create_table(
        "statistics_bases",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("contributions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", name=op.f("pk_statistics_bases")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["statistics_publications.id"],
            name=op.f("fk_statistics_bases_publication_id_statistics_publications"),
        ),
    )
    op.create_table(
        "statistics_peer_releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(64), nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("grouping", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("released_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_peer_releases")),
        sa.UniqueConstraint("measure", "period", "grouping", name=op.f("uq_statistics_peer_releases_measure")),
    )


def downgrade() -> None:
    for table in (
        "statistics_peer_releases",
        "statistics_bases",
        "statistics_publications",
        "statistics_definitions",
    ):
        op.drop_table(table)
