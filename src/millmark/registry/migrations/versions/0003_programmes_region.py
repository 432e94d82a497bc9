"""Programmes with their calls, applications, decisions and records; the city's ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_programmes_region"
down_revision = "0002_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _programmes_and_calls()
    _applications()
    _decisions()
    _programme_records()
    _ledger()


def downgrade() -> None:
    for table in (
        "ledger_entries",
        "programme_records",
        "decisions",
        "application_claims",
        "applications",
        "calls",
        "programmes",
    ):
        op.drop_table(table)


def _programmes_and_calls() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("slug", name=op.f("uq_programmes_slug")),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("title_zh", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("slug", name=op.f("uq_calls_slug")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_calls_programme_id_programmes")),
    )
    op.create_index(op.f("ix_calls_programme_id"), "calls", ["programme_id"])


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at_us", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("call_id", "enterprise_id", name=op.f("uq_applications_call_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_applications_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_applications_enterprise_id_enterprises")
        ),
    )
    op.create_index(op.f("ix_applications_enterprise_id"), "applications", ["enterprise_id"])
    op.create_table(
        "application_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.String(64), nullable=False),
        sa.Column("submitted_at_us", sa.BigInteger(), nullable=False),
        sa.Column("submitted_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_claims")),
        sa.UniqueConstraint("application_id", "claim_id", name=op.f("uq_application_claims_application_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_claims_application_id_applications")
        ),
    )
    op.create_index(op.f("ix_application_claims_claim_id"), "application_claims", ["claim_id"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("claim_ids", sa.JSON(), nullable=False),
        sa.Column("presented_claim_ids", sa.JSON(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("pack_version", sa.String(32), nullable=False),
        sa.Column("pack_digest", sa.String(64), nullable=False),
        sa.Column("decided_at_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_decisions_application_id_applications")
        ),
    )
    op.create_index(op.f("ix_decisions_application_id"), "decisions", ["application_id"])


def _programme_records() -> None:
    op.create_table(
        "programme_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("counting", sa.String(16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_records")),
        sa.UniqueConstraint("import_key", name=op.f("uq_programme_records_import_key")),
        sa.UniqueConstraint("voids", name=op.f("uq_programme_records_voids")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_programme_records_programme_id_programmes")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_programme_records_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["voids"], ["programme_records.id"], name=op.f("fk_programme_records_voids_programme_records")
        ),
    )
    op.create_index("ix_programme_records_programme_id_kind", "programme_records", ["programme_id", "kind"])


def _ledger() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("holds_from", sa.Date(), nullable=False),
        # Millionths, see registry.orm.ExactDecimal.
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("counting", sa.String(16), nullable=False),
        sa.Column("qualifier", sa.String(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("import_key", name=op.f("uq_ledger_entries_import_key")),
        sa.UniqueConstraint("voids", name=op.f("uq_ledger_entries_voids")),
        sa.ForeignKeyConstraint(["voids"], ["ledger_entries.id"], name=op.f("fk_ledger_entries_voids_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_kind_holds_from", "ledger_entries", ["kind", "holds_from"])
