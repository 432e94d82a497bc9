"""Tables of statistics and their published versions."""

from __future__ import annotations

revision = "0018_statistics"
down_revision = "0017_investments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
