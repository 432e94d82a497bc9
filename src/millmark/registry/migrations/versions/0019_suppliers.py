"""Suppliers, solutions, demands, cases and events."""

from __future__ import annotations

revision = "0019_suppliers"
down_revision = "0018_statistics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
