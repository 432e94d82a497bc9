"""Projects, acceptance, follow-up and clawback."""

from __future__ import annotations

revision = "0013_projects"
down_revision = "0012_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
