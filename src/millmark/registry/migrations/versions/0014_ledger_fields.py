"""The ledger's own fields for each kind, places, areas by code, parts of what is counted in bulk, and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_ledger_fields"
down_revision = "0013_projects"
branch_labels = None
depends_on = None

_COLUMNS = (
    "holds_until",
    "area_code",
    "owner",
    "longitude",
    "latitude",
    "fields",
    "part_of",
    "replaces",
    "batch_id",
)


def upgrade() -> None:
    op.create_table(
        "ledger_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("staged", sa.LargeBinary(), nullable=True),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("defaults", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("checked_at_us", sa.BigInteger(), nullable=True),
        sa.Column("area_code", sa.String(12), nullable=True),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("done_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_imports")),
    )
    with op.batch_alter_table("ledger_entries") as entries:
        entries.add_column(sa.Column("holds_until", sa.Date(), nullable=True))
        entries.add_column(sa.Column("area_code", sa.String(12), nullable=True))
        entries.add_column(sa.Column("owner", sa.String(100), nullable=True))
        entries.add_column(sa.Column("longitude", sa.Double(), nullable=True))
        entries.add_column(sa.Column("latitude", sa.Double(), nullable=True))
        entries.add_column(sa.Column("fields", sa.JSON(), nullable=True))
        entries.add_column(sa.Column("part_of", sa.Integer(), nullable=True))
        entries.add_column(sa.Column("replaces", sa.Integer(), nullable=True))
        entries.add_column(sa.Column("batch_id", sa.Integer(), nullable=True))
        entries.create_unique_constraint(op.f("uq_ledger_entries_replaces"), ["replaces"])
        entries.create_foreign_key(
            op.f("fk_ledger_entries_part_of_ledger_entries"), "ledger_entries", ["part_of"], ["id"]
        )
        entries.create_foreign_key(
            op.f("fk_ledger_entries_replaces_ledger_entries"), "ledger_entries", ["replaces"], ["id"]
        )
        entries.create_foreign_key(
            op.f("fk_ledger_entries_batch_id_ledger_imports"), "ledger_imports", ["batch_id"], ["id"]
        )
    op.create_index(op.f("ix_ledger_entries_part_of"), "ledger_entries", ["part_of"])
    op.create_index(op.f("ix_ledger_entries_batch_id"), "ledger_entries", ["batch_id"])
    op.create_index("ix_ledger_entries_kind_area_code", "ledger_entries", ["kind", "area_code"])
    op.create_index("ix_ledger_entries_kind_subject", "ledger_entries", ["kind", "subject"])


def downgrade() -> None:
    for index in (
        "ix_ledger_entries_kind_subject",
        "ix_ledger_entries_kind_area_code",
        "ix_ledger_entries_batch_id",
        "ix_ledger_entries_part_of",
    ):
        op.drop_index(index, "ledger_entries")
    with op.batch_alter_table("ledger_entries") as entries:
        for name in (
            "fk_ledger_entries_part_of_ledger_entries",
            "fk_ledger_entries_replaces_ledger_entries",
            "fk_ledger_entries_batch_id_ledger_imports",
        ):
            entries.drop_constraint(op.f(name), type_="foreignkey")
        entries.drop_constraint(op.f("uq_ledger_entries_replaces"), type_="unique")
        for name in _COLUMNS:
            entries.drop_column(name)
    op.drop_table("ledger_imports")
