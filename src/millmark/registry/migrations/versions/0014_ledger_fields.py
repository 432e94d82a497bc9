"""The ledger's own fields for each kind, and places."""

from __future__ import annotations

revision = "0014_ledger_fields"
down_revision = "0013_projects"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
