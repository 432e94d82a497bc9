"""Budget lines and the double-entry records of awards."""

from __future__ import annotations

revision = "0009_money"
down_revision = "0008_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
