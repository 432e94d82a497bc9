"""Demand places, candidate sites and plans of coverage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_coverage"
down_revision = "0014_ledger_fields"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _places()
    _candidates()
    _parameters()
    _plans()
    _scenarios()


def downgrade() -> None:
    for table in (
        "data_centre_scenarios",
        "coverage_plans",
        "coverage_parameters",
        "candidate_sites",
        "demand_places",
    ):
        op.drop_table(table)


def _ends() -> list[sa.Column[object]]:
    return [
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.String(100), nullable=True),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
    ]


def _places() -> None:
    op.create_table(
        "demand_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("holds", sa.String(64), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("area_class", sa.String(16), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("longitude_e6", sa.Integer(), nullable=False),
        sa.Column("latitude_e6", sa.Integer(), nullable=False),
        *_ends(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_places")),
        sa.UniqueConstraint("holds", name=op.f("uq_demand_places_holds")),
    )
    op.create_index(op.f("ix_demand_places_number"), "demand_places", ["number"])
    op.create_index(op.f("ix_demand_places_area_code"), "demand_places", ["area_code"])


def _candidates() -> None:
    op.create_table(
        "candidate_sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("holds", sa.String(64), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("bands", sa.String(100), nullable=False),
        sa.Column("height_dm", sa.Integer(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=False),
        sa.Column("latitude_e6", sa.Integer(), nullable=False),
        *_ends(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_sites")),
        sa.UniqueConstraint("holds", name=op.f("uq_candidate_sites_holds")),
    )
    op.create_index(op.f("ix_candidate_sites_number"), "candidate_sites", ["number"])
    op.create_index(op.f("ix_candidate_sites_area_code"), "candidate_sites", ["area_code"])


def _parameters() -> None:
    op.create_table(
        "coverage_parameters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_parameters")),
    )


def _plans() -> None:
    op.create_table(
        "coverage_plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("parameters_id", sa.Integer(), nullable=True),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("inputs_digest", sa.String(64), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("asked_at_us", sa.BigInteger(), nullable=False),
        sa.Column("started_at_us", sa.BigInteger(), nullable=True),
        sa.Column("finished_at_us", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.String(100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_plans")),
        sa.ForeignKeyConstraint(
            ["parameters_id"],
            ["coverage_parameters.id"],
            name=op.f("fk_coverage_plans_parameters_id_coverage_parameters"),
        ),
    )
    op.create_index(op.f("ix_coverage_plans_state"), "coverage_plans", ["state"])


def _scenarios() -> None:
    op.create_table(
        "data_centre_scenarios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_centre_scenarios")),
    )
    op.create_index(op.f("ix_data_centre_scenarios_name"), "data_centre_scenarios", ["name"])
