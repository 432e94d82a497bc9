"""Calls, applications and every step of their life."""

from __future__ import annotations

revision = "0008_life"
down_revision = "0007_declared"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
