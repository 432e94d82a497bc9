"""Assessments, their answers, and facts told of enterprises."""

from __future__ import annotations

revision = "0010_assessments"
down_revision = "0009_money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
