"""Uploaded documents and webhooks."""

from __future__ import annotations

revision = "0012_documents"
down_revision = "0011_challenges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
