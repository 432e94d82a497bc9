"""Investment projects, production-factor requests, dispatch briefs, and who read an enterprise's detail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_investments"
down_revision = "0016_watch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _steps()
    _factors()
    _projects()
    _progress()
    _briefs()
    _reads()


def downgrade() -> None:
    for table in (
        "enterprise_reads",
        "dispatch_brief_versions",
        "dispatch_briefs",
        "investment_problems",
        "investment_payments",
        "investment_milestones",
        "investment_versions",
        "investment_trackings",
        "investments",
        "factor_assignments",
        "factor_request_versions",
        "factor_requests",
        "dispatch_steps",
    ):
        op.drop_table(table)


def _steps() -> None:
    op.create_table(
        "dispatch_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_kind", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_from", sa.String(32), nullable=True),
        sa.Column("state_to", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_steps")),
    )
    op.create_index("ix_dispatch_steps_object", "dispatch_steps", ["object_kind", "object_id"])


def _factors() -> None:
    op.create_table(
        "factor_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("factor", sa.String(64), nullable=False),
        sa.Column("urgency", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("asked_at_us", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_by_office", sa.Boolean(), nullable=False),
        sa.Column("assign_by", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("answered_at_us", sa.BigInteger(), nullable=True),
        sa.Column("settled_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_requests")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_factor_requests_enterprise_id_enterprises")
        ),
    )
    op.create_index(op.f("ix_factor_requests_enterprise_id"), "factor_requests", ["enterprise_id"])
    op.create_index(op.f("ix_factor_requests_state"), "factor_requests", ["state"])
    op.create_table(
        "factor_request_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_request_versions")),
        sa.UniqueConstraint("request_id", "version", name=op.f("uq_factor_request_versions_request_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["factor_requests.id"], name=op.f("fk_factor_request_versions_request_id_factor_requests")
        ),
    )
    op.create_table(
        "factor_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assigned_at_us", sa.BigInteger(), nullable=False),
        sa.Column("assigned_by", sa.String(100), nullable=False),
        sa.Column("taken_up_at_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_as", sa.String(16), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_assignments")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["factor_requests.id"], name=op.f("fk_factor_assignments_request_id_factor_requests")
        ),
    )
    op.create_index(op.f("ix_factor_assignments_request_id"), "factor_assignments", ["request_id"])
    op.create_index(op.f("ix_factor_assignments_department"), "factor_assignments", ["department"])


def _projects() -> None:
    op.create_table(
        "investments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(6), nullable=True),
        sa.Column("stage", sa.String(64), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investments")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_investments_enterprise_id_enterprises")
        ),
    )
    op.create_index(op.f("ix_investments_enterprise_id"), "investments", ["enterprise_id"])
    op.create_table(
        "investment_trackings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("fact", sa.JSON(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("until_recorded_at_us", sa.BigInteger(), nullable=True),
        sa.Column("voided_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_trackings")),
        sa.UniqueConstraint("import_key", name=op.f("uq_investment_trackings_import_key")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investments.id"], name=op.f("fk_investment_trackings_investment_id_investments")
        ),
    )
    op.create_index(op.f("ix_investment_trackings_investment_id"), "investment_trackings", ["investment_id"])
    op.create_index("ix_investment_trackings_kind_holds_from", "investment_trackings", ["kind", "holds_from"])
    op.create_table(
        "investment_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_versions")),
        sa.UniqueConstraint("investment_id", "version", name=op.f("uq_investment_versions_investment_id")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investments.id"], name=op.f("fk_investment_versions_investment_id_investments")
        ),
    )


def _progress() -> None:
    op.create_table(
        "investment_milestones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.String(64), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(100), nullable=False),
        sa.Column("reported_at_us", sa.BigInteger(), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_milestones")),
        sa.UniqueConstraint("voids", name=op.f("uq_investment_milestones_voids")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investments.id"], name=op.f("fk_investment_milestones_investment_id_investments")
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["investment_milestones.id"], name=op.f("fk_investment_milestones_voids_investment_milestones")
        ),
    )
    op.create_index(op.f("ix_investment_milestones_investment_id"), "investment_milestones", ["investment_id"])
    op.create_table(
        "investment_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_payments")),
        sa.UniqueConstraint("voids", name=op.f("uq_investment_payments_voids")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investments.id"], name=op.f("fk_investment_payments_investment_id_investments")
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["investment_payments.id"], name=op.f("fk_investment_payments_voids_investment_payments")
        ),
    )
    op.create_index(op.f("ix_investment_payments_investment_id"), "investment_payments", ["investment_id"])
    op.create_table(
        "investment_problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("investment_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("department", sa.String(64), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("raised_by", sa.String(100), nullable=False),
        sa.Column("raised_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_investment_problems")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investments.id"], name=op.f("fk_investment_problems_investment_id_investments")
        ),
    )
    op.create_index(op.f("ix_investment_problems_investment_id"), "investment_problems", ["investment_id"])
    op.create_index(op.f("ix_investment_problems_department"), "investment_problems", ["department"])


def _briefs() -> None:
    op.create_table(
        "dispatch_briefs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(64), nullable=True),
        sa.Column("frozen", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("begun_at_us", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.String(100), nullable=False),
        sa.Column("issued_at_us", sa.BigInteger(), nullable=True),
        sa.Column("issued_by", sa.String(100), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_briefs")),
        sa.UniqueConstraint("number", name=op.f("uq_dispatch_briefs_number")),
        sa.UniqueConstraint("replaces", name=op.f("uq_dispatch_briefs_replaces")),
        sa.ForeignKeyConstraint(
            ["replaces"], ["dispatch_briefs.id"], name=op.f("fk_dispatch_briefs_replaces_dispatch_briefs")
        ),
    )
    op.create_index("ix_dispatch_briefs_area_month", "dispatch_briefs", ["area_code", "month"])
    op.create_table(
        "dispatch_brief_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_brief_versions")),
        sa.UniqueConstraint("brief_id", "version", name=op.f("uq_dispatch_brief_versions_brief_id")),
        sa.ForeignKeyConstraint(
            ["brief_id"], ["dispatch_briefs.id"], name=op.f("fk_dispatch_brief_versions_brief_id_dispatch_briefs")
        ),
    )


def _reads() -> None:
    op.create_table(
        "enterprise_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("means", sa.String(16), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_reads")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_enterprise_reads_enterprise_id_enterprises")
        ),
    )
    op.create_index("ix_enterprise_reads_enterprise_at", "enterprise_reads", ["enterprise_id", "at_us"])
