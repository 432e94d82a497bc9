"""Reminders of deadlines, and how far each account has read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_reminders"
down_revision = "0021_publications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(200), nullable=False),
        sa.Column("party", sa.String(16), nullable=False),
        sa.Column("account", sa.String(100), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("object_kind", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_reminders_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("occasion", name=op.f("uq_reminders_occasion")),
    )
    op.create_index("ix_reminders_enterprise_id", "reminders", ["enterprise_id"])
    op.create_table(
        "reminder_marks",
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("read_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_reminder_marks")),
    )


def downgrade() -> None:
    op.drop_table("reminder_marks")
    op.drop_table("reminders")
