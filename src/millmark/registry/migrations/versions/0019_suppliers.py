"""Suppliers, solutions, demands, cases and events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_suppliers"
down_revision = "0018_statistics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _suppliers()
    _solutions()
    _demands()
    _cases()
    _events()
    _attendances()


def _suppliers() -> None:
    op.create_table(
        "suppliers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_suppliers_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("enterprise_id", name=op.f("uq_suppliers_enterprise_id")),
    )
    op.create_table(
        "supplier_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["suppliers.id"], name=op.f("fk_supplier_versions_owner_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_supplier_versions_owner_id")),
    )
    op.create_table(
        "supplier_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(100), nullable=False),
        sa.Column("given_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_supplier_marks_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_marks_supplier_id_suppliers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_marks")),
    )
    op.create_index(op.f("ix_supplier_marks_supplier_id"), "supplier_marks", ["supplier_id"])
    op.create_table(
        "supplier_results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.String(16), nullable=True),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(32), nullable=False),
        sa.Column("closed_by", sa.String(100), nullable=False),
        sa.Column("closed_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_supplier_results_supplier_id_suppliers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_results")),
        sa.UniqueConstraint("supplier_id", "year", name=op.f("uq_supplier_results_supplier_id")),
    )


def _solutions() -> None:
    op.create_table(
        "solutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_solutions_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solutions")),
    )
    op.create_index(op.f("ix_solutions_supplier_id"), "solutions", ["supplier_id"])
    op.create_table(
        "solution_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["solutions.id"], name=op.f("fk_solution_versions_owner_id_solutions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_solution_versions_owner_id")),
    )


def _demands() -> None:
    op.create_table(
        "demands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_demands_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_demands_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
    )
    op.create_index(op.f("ix_demands_enterprise_id"), "demands", ["enterprise_id"])
    op.create_table(
        "demand_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["demands.id"], name=op.f("fk_demand_versions_owner_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_demand_versions_owner_id")),
    )
    op.create_table(
        "demand_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("demand_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_demand_answers_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.id"], name=op.f("fk_demand_answers_supplier_id_suppliers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_answers")),
        sa.UniqueConstraint("demand_id", "supplier_id", name=op.f("uq_demand_answers_demand_id")),
    )
    op.create_index(op.f("ix_demand_answers_supplier_id"), "demand_answers", ["supplier_id"])
    op.create_table(
        "answer_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["demand_answers.id"], name=op.f("fk_answer_versions_owner_id_demand_answers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_answer_versions_owner_id")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_cases_enterprise_id_enterprises")),
        sa.ForeignKeyConstraint(["supplier_id"], ["suppliers.id"], name=op.f("fk_cases_supplier_id_suppliers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_enterprise_id"), "cases", ["enterprise_id"])
    op.create_table(
        "case_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["cases.id"], name=op.f("fk_case_versions_owner_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_case_versions_owner_id")),
    )
    op.create_table(
        "case_effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(16), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("lower_is_better", sa.Boolean(), nullable=False),
        sa.Column("measure", sa.String(64), nullable=True),
        sa.Column("formula_version", sa.String(64), nullable=True),
        sa.Column("before_claim_id", sa.String(64), nullable=True),
        sa.Column("after_claim_id", sa.String(64), nullable=True),
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
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_effects_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_effects")),
    )
    op.create_index(op.f("ix_case_effects_case_id"), "case_effects", ["case_id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counts_as", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_table(
        "event_versions",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["events.id"], name=op.f("fk_event_versions_owner_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_versions")),
        sa.UniqueConstraint("owner_id", "version", name=op.f("uq_event_versions_owner_id")),
    )
    op.create_table(
        "event_registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("registered_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_event_registrations_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_registrations_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_registrations")),
        sa.UniqueConstraint("event_id", "enterprise_id", name=op.f("uq_event_registrations_event_id")),
    )
    op.create_index(op.f("ix_event_registrations_enterprise_id"), "event_registrations", ["enterprise_id"])


def _attendances() -> None:
    op.create_table(
        "event_attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("counting", sa.String(16), nullable=False),
        sa.Column("qualifier", sa.String(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(32), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_event_attendances_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_attendances_event_id_events")),
        sa.ForeignKeyConstraint(
            ["voids"], ["event_attendances.id"], name=op.f("fk_event_attendances_voids_event_attendances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_attendances")),
        sa.UniqueConstraint("voids", name=op.f("uq_event_attendances_voids")),
        sa.UniqueConstraint("import_key", name=op.f("uq_event_attendances_import_key")),
    )
    op.create_index(op.f("ix_event_attendances_enterprise_id"), "event_attendances", ["enterprise_id"])
    op.create_index(op.f("ix_event_attendances_event_id"), "event_attendances", ["event_id"])
    op.create_index("ix_event_attendances_kind_holds_from", "event_attendances", ["kind", "holds_from"])
    op.create_table(
        "coaching_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("scenarios", sa.JSON(), nullable=False),
        sa.Column("follow_up_by", sa.Date(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("written_by", sa.String(100), nullable=False),
        sa.Column("written_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answers"], ["coaching_notes.id"], name=op.f("fk_coaching_notes_answers_coaching_notes")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_coaching_notes_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_coaching_notes_event_id_events")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coaching_notes")),
        sa.UniqueConstraint("answers", name=op.f("uq_coaching_notes_answers")),
    )
    op.create_index(op.f("ix_coaching_notes_enterprise_id"), "coaching_notes", ["enterprise_id"])
    op.create_index(op.f("ix_coaching_notes_event_id"), "coaching_notes", ["event_id"])


def downgrade() -> None:
    for table in (
        "coaching_notes",
        "event_attendances",
        "event_registrations",
        "event_versions",
        "events",
        "case_effects",
        "case_versions",
        "cases",
        "answer_versions",
        "demand_answers",
        "demand_versions",
        "demands",
        "solution_versions",
        "solutions",
        "supplier_results",
        "supplier_marks",
        "supplier_versions",
        "suppliers",
    ):
        op.drop_table(table)
