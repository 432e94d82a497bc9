"""The above-scale roster, key enterprises, monthly reports and warnings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_watch"
down_revision = "0015_coverage"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger


def upgrade() -> None:
    _profiles()
    _records()
    _reports()
    _warnings()


def downgrade() -> None:
    for table in (
        "watch_warning_steps",
        "watch_warnings",
        "monthly_more_values",
        "monthly_values",
        "monthly_versions",
        "watch_records",
        "watch_profiles",
        "watch_holdings",
    ):
        op.drop_table(table)


def _enterprise(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["enterprise_id"], ["enterprises.id"], name=op.f(f"fk_{table}_enterprise_id_enterprises")
    )


def _profiles() -> None:
    op.create_table(
        "watch_holdings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("recorded_at_us", _BIG(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_holdings")),
        sa.UniqueConstraint("name", name=op.f("uq_watch_holdings_name")),
    )
    op.create_table(
        "watch_profiles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("industry_code", sa.String(4), nullable=False),
        sa.Column("size_class", sa.String(16), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("park", sa.String(100), nullable=True),
        sa.Column("holding_id", sa.Integer(), nullable=True),
        sa.Column("chains", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at_us", _BIG(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_profiles")),
        _enterprise("watch_profiles"),
        sa.ForeignKeyConstraint(
            ["holding_id"], ["watch_holdings.id"], name=op.f("fk_watch_profiles_holding_id_watch_holdings")
        ),
    )
    op.create_index(
        op.f("ix_watch_profiles_enterprise_id_valid_from"), "watch_profiles", ["enterprise_id", "valid_from"]
    )


def _records() -> None:
    op.create_table(
        "watch_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("industry_code", sa.String(4), nullable=True),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=True),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("holds_from", sa.Date(), nullable=False),
        # Millionths, see registry.orm.ExactDecimal.
        sa.Column("quantity", _BIG(), nullable=True),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("counting", sa.String(16), nullable=False),
        sa.Column("qualifier", sa.String(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("recorded_at_us", _BIG(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("voids", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_records")),
        sa.UniqueConstraint("import_key", name=op.f("uq_watch_records_import_key")),
        sa.UniqueConstraint("voids", name=op.f("uq_watch_records_voids")),
        sa.UniqueConstraint("ends", name=op.f("uq_watch_records_ends")),
        _enterprise("watch_records"),
        sa.ForeignKeyConstraint(["voids"], ["watch_records.id"], name=op.f("fk_watch_records_voids_watch_records")),
        sa.ForeignKeyConstraint(["ends"], ["watch_records.id"], name=op.f("fk_watch_records_ends_watch_records")),
    )
    op.create_index(op.f("ix_watch_records_enterprise_id"), "watch_records", ["enterprise_id"])
    op.create_index(op.f("ix_watch_records_kind_holds_from"), "watch_records", ["kind", "holds_from"])


def _values() -> tuple[sa.Column[int], ...]:
    names = ("revenue_fen", "output_fen", "electricity_kwh", "orders_fen", "staff", "tax_fen")
    return tuple(sa.Column(name, _BIG(), nullable=True) for name in names)


def _reports() -> None:
    op.create_table(
        "monthly_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_values(),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("explanations", sa.JSON(), nullable=False),
        sa.Column("reported_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", _BIG(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_versions")),
        sa.UniqueConstraint("enterprise_id", "month", "version", name=op.f("uq_monthly_versions_enterprise_id")),
        _enterprise("monthly_versions"),
    )
    op.create_table(
        "monthly_values",
        sa.Column("month", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("industry_code", sa.String(4), nullable=False),
        sa.Column("division", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("size_class", sa.String(16), nullable=False),
        sa.Column("holding_id", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(16), nullable=False),
        *_values(),
        sa.PrimaryKeyConstraint("month", "enterprise_id", name=op.f("pk_monthly_values")),
        _enterprise("monthly_values"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_monthly_values_enterprise_id_month"), "monthly_values", ["enterprise_id", "month"])
    op.create_table(
        "monthly_more_values",
        sa.Column("indicator", sa.String(64), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("value", _BIG(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "month", "enterprise_id", name=op.f("pk_monthly_more_values")),
        _enterprise("monthly_more_values"),
        sqlite_with_rowid=False,
    )


def _warnings() -> None:
    op.create_table(
        "watch_warnings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("raised_at_us", _BIG(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_warnings")),
        sa.UniqueConstraint("rule", "enterprise_id", "first_month", name=op.f("uq_watch_warnings_rule")),
        _enterprise("watch_warnings"),
    )
    op.create_index(op.f("ix_watch_warnings_enterprise_id"), "watch_warnings", ["enterprise_id"])
    op.create_index(op.f("ix_watch_warnings_state"), "watch_warnings", ["state"])
    op.create_table(
        "watch_warning_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warning_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("at_us", _BIG(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_warning_steps")),
        sa.ForeignKeyConstraint(
            ["warning_id"], ["watch_warnings.id"], name=op.f("fk_watch_warning_steps_warning_id_watch_warnings")
        ),
    )
    op.create_index(op.f("ix_watch_warning_steps_warning_id"), "watch_warning_steps", ["warning_id"])
