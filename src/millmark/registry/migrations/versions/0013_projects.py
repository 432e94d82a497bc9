"""Projects, acceptance, follow-up and clawback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_projects"
down_revision = "0012_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _projects()
    _acceptances()
    _effects()
    _clawbacks()


def downgrade() -> None:
    for table in (
        "clawback_receipts",
        "clawbacks",
        "project_effects",
        "invoices",
        "acceptances",
        "milestone_reports",
        "project_versions",
        "projects",
    ):
        op.drop_table(table)


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recognition_id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("holds", name=op.f("uq_projects_holds")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognitions.id"], name=op.f("fk_projects_recognition_id_recognitions")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_projects_programme_id_programmes")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_projects_enterprise_id_enterprises")
        ),
    )
    op.create_index(op.f("ix_projects_recognition_id"), "projects", ["recognition_id"])
    op.create_index(op.f("ix_projects_programme_id"), "projects", ["programme_id"])
    op.create_index(op.f("ix_projects_enterprise_id"), "projects", ["enterprise_id"])
    op.create_table(
        "project_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_versions")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_project_versions_project_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_versions_project_id_projects")),
    )
    op.create_table(
        "milestone_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.String(64), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("file_ids", sa.JSON(), nullable=False),
        sa.Column("reported_by", sa.String(100), nullable=False),
        sa.Column("reported_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_reports")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_milestone_reports_project_id_projects")),
    )
    op.create_index(op.f("ix_milestone_reports_project_id"), "milestone_reports", ["project_id"])


def _acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("file_ids", sa.JSON(), nullable=False),
        sa.Column("before_assessment_id", sa.Integer(), nullable=True),
        sa.Column("after_assessment_id", sa.Integer(), nullable=True),
        sa.Column("level_before", sa.Integer(), nullable=True),
        sa.Column("level_after", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint("holds", name=op.f("uq_acceptances_holds")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_acceptances_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_acceptances_enterprise_id_enterprises")
        ),
    )
    op.create_index(op.f("ix_acceptances_project_id"), "acceptances", ["project_id"])
    op.create_index(op.f("ix_acceptances_enterprise_id"), "acceptances", ["enterprise_id"])
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.String(40), nullable=True),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("seller", sa.String(200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=True),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at_us", sa.BigInteger(), nullable=False),
        sa.Column("accepted_fen", sa.BigInteger(), nullable=True),
        sa.Column("checked_by", sa.String(100), nullable=True),
        sa.Column("check_note", sa.Text(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("voided_by", sa.String(100), nullable=True),
        sa.Column("voided_at_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("holds", name=op.f("uq_invoices_holds")),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptances.id"], name=op.f("fk_invoices_acceptance_id_acceptances")
        ),
    )
    op.create_index(op.f("ix_invoices_acceptance_id"), "invoices", ["acceptance_id"])


def _effects() -> None:
    op.create_table(
        "project_effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("lower_is_better", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.String(64), nullable=True),
        sa.Column("before_claim_id", sa.String(64), nullable=True),
        sa.Column("after_claim_id", sa.String(64), nullable=True),
        # Millionths, see registry.orm.ExactDecimal.
        sa.Column("before_value", sa.BigInteger(), nullable=False),
        sa.Column("after_value", sa.BigInteger(), nullable=False),
        sa.Column("before_first", sa.Date(), nullable=False),
        sa.Column("before_last", sa.Date(), nullable=False),
        sa.Column("after_first", sa.Date(), nullable=False),
        sa.Column("after_last", sa.Date(), nullable=False),
        sa.Column("before_coverage", sa.BigInteger(), nullable=True),
        sa.Column("after_coverage", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_effects")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_effects_project_id_projects")),
    )
    op.create_index(op.f("ix_project_effects_project_id"), "project_effects", ["project_id"])


def _clawbacks() -> None:
    op.create_table(
        "clawbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawbacks")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_clawbacks_award_id_awards")),
    )
    op.create_index(op.f("ix_clawbacks_award_id"), "clawbacks", ["award_id"])
    op.create_table(
        "clawback_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clawback_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.String(100), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("booked_by", sa.String(100), nullable=False),
        sa.Column("booked_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawback_receipts")),
        sa.UniqueConstraint("receipt", name=op.f("uq_clawback_receipts_receipt")),
        sa.ForeignKeyConstraint(
            ["clawback_id"], ["clawbacks.id"], name=op.f("fk_clawback_receipts_clawback_id_clawbacks")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["budget_lines.id"], name=op.f("fk_clawback_receipts_line_id_budget_lines")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["money_entries.id"], name=op.f("fk_clawback_receipts_entry_id_money_entries")
        ),
    )
    op.create_index(op.f("ix_clawback_receipts_clawback_id"), "clawback_receipts", ["clawback_id"])
