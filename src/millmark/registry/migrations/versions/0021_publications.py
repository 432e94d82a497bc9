"""What the region publishes, departments, and who read an enterprise's details."""

from __future__ import annotations

revision = "0021_publications"
down_revision = "0020_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
