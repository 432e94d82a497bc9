"""Investment projects, production-factor requests and dispatch briefs."""

from __future__ import annotations

revision = "0017_investments"
down_revision = "0016_watch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
