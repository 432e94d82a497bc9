"""Budget lines and the double-entry records of awards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_money"
down_revision = "0008_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _budget_lines()
    _awards()
    _entries()
    _disbursements()


def downgrade() -> None:
    for table in (
        "disbursements",
        "money_postings",
        "money_entries",
        "award_versions",
        "awards",
        "budget_lines",
    ):
        op.drop_table(table)


def _budget_lines() -> None:
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(200), nullable=False),
        sa.Column("name_en", sa.String(200), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint("code", name=op.f("uq_budget_lines_code")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_budget_lines_programme_id_programmes")
        ),
    )
    op.create_index("ix_budget_lines_programme_id_year", "budget_lines", ["programme_id", "year"])


def _awards() -> None:
    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recognition_id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("holds", name=op.f("uq_awards_holds")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognitions.id"], name=op.f("fk_awards_recognition_id_recognitions")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_awards_programme_id_programmes")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_awards_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["programme_records.id"], name=op.f("fk_awards_record_id_programme_records")
        ),
    )
    for column in ("recognition_id", "programme_id", "enterprise_id"):
        op.create_index(op.f(f"ix_awards_{column}"), "awards", [column])
    op.create_table(
        "award_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("calculation", sa.JSON(), nullable=False),
        sa.Column("instalments", sa.JSON(), nullable=False),
        sa.Column("funding", sa.JSON(), nullable=False),
        sa.Column("pack", sa.String(64), nullable=False),
        sa.Column("pack_edition", sa.String(32), nullable=False),
        sa.Column("pack_digest", sa.String(64), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_versions")),
        sa.UniqueConstraint("award_id", "version", name=op.f("uq_award_versions_award_id")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_award_versions_award_id_awards")),
    )


def _entries() -> None:
    op.create_table(
        "money_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.String(500), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("appropriated_fen", sa.BigInteger(), nullable=False),
        sa.Column("available_fen", sa.BigInteger(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_entries")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_money_entries_line_id")),
        sa.UniqueConstraint("reverses", name=op.f("uq_money_entries_reverses")),
        sa.CheckConstraint(
            "appropriated_fen >= 0 AND available_fen >= 0 AND committed_fen >= 0 AND paid_fen >= 0 "
            "AND recovered_fen >= 0",
            name=op.f("ck_money_entries_not_overspent"),
        ),
        sa.CheckConstraint(
            "appropriated_fen = available_fen + committed_fen + paid_fen + recovered_fen",
            name=op.f("ck_money_entries_balanced"),
        ),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_money_entries_line_id_budget_lines")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_money_entries_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["reverses"], ["money_entries.id"], name=op.f("fk_money_entries_reverses_money_entries")
        ),
    )
    op.create_index(op.f("ix_money_entries_award_id"), "money_entries", ["award_id"])
    op.create_table(
        "money_postings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_postings")),
        sa.UniqueConstraint("entry_id", "account", name=op.f("uq_money_postings_entry_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["money_entries.id"], name=op.f("fk_money_postings_entry_id_money_entries")
        ),
    )


def _disbursements() -> None:
    op.create_table(
        "disbursements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("instalment", sa.String(64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(100), nullable=False),
        sa.Column("approved_by", sa.String(100), nullable=True),
        sa.Column("receipt", sa.String(100), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursements")),
        sa.UniqueConstraint("receipt", name=op.f("uq_disbursements_receipt")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_disbursements_award_id_awards")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_lines.id"], name=op.f("fk_disbursements_line_id_budget_lines")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["money_entries.id"], name=op.f("fk_disbursements_entry_id_money_entries")
        ),
    )
    op.create_index(op.f("ix_disbursements_award_id"), "disbursements", ["award_id"])
    op.create_index(op.f("ix_disbursements_line_id"), "disbursements", ["line_id"])
