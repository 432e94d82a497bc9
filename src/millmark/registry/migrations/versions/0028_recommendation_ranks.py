"""Ranks that offices give to what they recommend: one application in each place of an office's list for a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_recommendation_ranks"
down_revision = "0027_proposal_attachments"
branch_labels = None
depends_on = None

_TABLE = "recommendation_ranks"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("area", sa.String(6), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f(f"fk_{_TABLE}_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f(f"fk_{_TABLE}_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("application_id", "office", name=op.f(f"uq_{_TABLE}_application_id")),
        sa.UniqueConstraint("call_id", "office", "area", "rank", name=op.f(f"uq_{_TABLE}_call_id")),
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
