"""Files of proposals: the original as it came, opinions with their stamp, the reply as it went out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027_proposal_attachments"
down_revision = "0026_statistics_waivers"
branch_labels = None
depends_on = None

_TABLE = "proposal_attachments"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=False),
        sa.Column("attached_at_us", sa.BigInteger(), nullable=False),
        sa.Column("attached_by", sa.String(100), nullable=False),
        sa.Column("withdrawn_at_us", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(100), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f(f"fk_{_TABLE}_proposal_id_proposals")),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["proposal_consultations.id"],
            name=op.f(f"fk_{_TABLE}_consultation_id_proposal_consultations"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f(f"fk_{_TABLE}_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_proposal_id"), _TABLE, ["proposal_id"])


def downgrade() -> None:
    op.drop_table(_TABLE)
