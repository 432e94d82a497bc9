"""Proposals, their replies and commitments."""

from __future__ import annotations

revision = "0020_proposals"
down_revision = "0019_suppliers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
