"""The above-scale roster, key enterprises, monthly reports and warnings."""

from __future__ import annotations

revision = "0016_watch"
down_revision = "0015_coverage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
