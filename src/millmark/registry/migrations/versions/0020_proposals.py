"""Departments and their accounts; proposals, their replies and commitments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_proposals"
down_revision = "0019_suppliers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "departments",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("name_zh", name=op.f("uq_departments_name_zh")),
    )
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("department", sa.String(64), nullable=True))
        accounts.create_foreign_key(op.f("fk_accounts_department_departments"), "departments", ["department"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_constraint(op.f("fk_accounts_department_departments"), type_="foreignkey")
        accounts.drop_column("department")
    op.drop_table("departments")
