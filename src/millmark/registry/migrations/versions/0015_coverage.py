"""Demand places, candidate sites and plans of coverage."""

from __future__ import annotations

revision = "0015_coverage"
down_revision = "0014_ledger_fields"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
