"""Checks and challenges of claims, and consents to their publication."""

from __future__ import annotations

revision = "0011_challenges"
down_revision = "0010_assessments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
