"""Calls, applications and every step of their life; officers with an area.

What was kept before becomes the first version of itself: a call that was published, an application that was submitted
with the claims it had, a decision on that version.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008_life"
down_revision = "0007_declared"
branch_labels = None
depends_on = None

_STEPS = sa.table(
    "programme_steps",
    sa.column("object_kind", sa.String),
    sa.column("object_id", sa.Integer),
    sa.column("version", sa.Integer),
    sa.column("state_from", sa.String),
    sa.column("state_to", sa.String),
    sa.column("action", sa.String),
    sa.column("actor", sa.String),
    sa.column("role", sa.String),
    sa.column("at_us", sa.BigInteger),
    sa.column("reason", sa.Text),
    sa.column("detail", sa.JSON),
)
_VERSIONS = sa.table(
    "application_versions",
    sa.column("application_id", sa.Integer),
    sa.column("version", sa.Integer),
    sa.column("content", sa.JSON),
    sa.column("digest", sa.String),
    sa.column("saved_by", sa.String),
    sa.column("saved_at_us", sa.BigInteger),
    sa.column("signed_by", sa.String),
    sa.column("signed_at_us", sa.BigInteger),
)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("area_code", sa.String(6), nullable=True))
    _create_steps()
    _extend_calls()
    _extend_applications()
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("application_version", sa.Integer(), nullable=True))
        decisions.add_column(sa.Column("conditions", sa.JSON(), nullable=True))
    op.execute("UPDATE decisions SET application_version = 1")
    with op.batch_alter_table("decisions") as decisions:
        decisions.alter_column("application_version", existing_type=sa.Integer(), nullable=False)
    _create_versions()
    _create_reviews()
    _create_publicity()
    _create_recognitions()
    _carry_over()


def downgrade() -> None:
    for table in ("recognitions", "objections", "publicity_entries", "publicities", "reviews"):
        op.drop_table(table)
    for table in ("application_versions", "call_versions"):
        op.drop_table(table)
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_column("conditions")
        decisions.drop_column("application_version")
    # An application that was never submitted has no place in the tables of before.
    unsubmitted = "SELECT id FROM applications WHERE submitted_at_us IS NULL"
    for table in ("application_claims", "decisions"):
        op.execute(f"DELETE FROM {table} WHERE application_id IN ({unsubmitted})")  # noqa: S608 - names from above
    op.execute("DELETE FROM applications WHERE submitted_at_us IS NULL")
    with op.batch_alter_table("applications") as applications:
        applications.alter_column("submitted_at_us", existing_type=sa.BigInteger(), nullable=False)
        applications.alter_column("submitted_by", existing_type=sa.String(100), nullable=False)
        for column in ("state", "version", "due_on", "started_at_us", "started_by"):
            applications.drop_column(column)
    with op.batch_alter_table("calls") as calls:
        for column in ("pack_edition", "pack_digest", "quota", "budget_line", "state", "version"):
            calls.drop_column(column)
    op.drop_table("programme_steps")
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("area_code")


def _create_steps() -> None:
    op.create_table(
        "programme_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("object_kind", sa.String(16), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_from", sa.String(32), nullable=True),
        sa.Column("state_to", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_steps")),
    )
    op.create_index("ix_programme_steps_object_kind_object_id", "programme_steps", ["object_kind", "object_id"])
    op.create_index("ix_programme_steps_at_us", "programme_steps", ["at_us"])


def _extend_calls() -> None:
    with op.batch_alter_table("calls") as calls:
        calls.add_column(sa.Column("pack_edition", sa.String(32), nullable=True))
        calls.add_column(sa.Column("pack_digest", sa.String(64), nullable=True))
        calls.add_column(sa.Column("quota", sa.Integer(), nullable=True))
        calls.add_column(sa.Column("budget_line", sa.String(64), nullable=True))
        calls.add_column(sa.Column("state", sa.String(32), nullable=True))
        calls.add_column(sa.Column("version", sa.Integer(), nullable=True))
    op.execute("UPDATE calls SET state = 'published', version = 1")
    with op.batch_alter_table("calls") as calls:
        calls.alter_column("state", existing_type=sa.String(32), nullable=False)
        calls.alter_column("version", existing_type=sa.Integer(), nullable=False)


def _extend_applications() -> None:
    with op.batch_alter_table("applications") as applications:
        applications.add_column(sa.Column("state", sa.String(32), nullable=True))
        applications.add_column(sa.Column("version", sa.Integer(), nullable=True))
        applications.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        applications.add_column(sa.Column("started_at_us", sa.BigInteger(), nullable=True))
        applications.add_column(sa.Column("started_by", sa.String(100), nullable=True))
        applications.alter_column("submitted_at_us", existing_type=sa.BigInteger(), nullable=True)
        applications.alter_column("submitted_by", existing_type=sa.String(100), nullable=True)
    op.execute(
        "UPDATE applications SET state = 'submitted', version = 1, "
        "started_at_us = submitted_at_us, started_by = submitted_by"
    )
    with op.batch_alter_table("applications") as applications:
        applications.alter_column("state", existing_type=sa.String(32), nullable=False)
        applications.alter_column("version", existing_type=sa.Integer(), nullable=False)
        applications.alter_column("started_at_us", existing_type=sa.BigInteger(), nullable=False)
        applications.alter_column("started_by", existing_type=sa.String(100), nullable=False)


def _create_versions() -> None:
    op.create_table(
        "call_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_versions_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_versions")),
        sa.UniqueConstraint("call_id", "version", name=op.f("uq_call_versions_call_id")),
    )
    op.create_table(
        "application_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.Column("signed_by", sa.String(100), nullable=True),
        sa.Column("signed_at_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_versions_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_versions")),
        sa.UniqueConstraint("application_id", "version", name=op.f("uq_application_versions_application_id")),
    )


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("application_version", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(100), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.String(100), nullable=False),
        sa.Column("assigned_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_reviews_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("application_id", "reviewer", name=op.f("uq_reviews_application_id")),
    )
    op.create_index(op.f("ix_reviews_reviewer"), "reviews", ["reviewer"])


def _create_publicity() -> None:
    op.create_table(
        "publicities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_publicities_call_id_calls")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicities")),
    )
    op.create_index(op.f("ix_publicities_call_id"), "publicities", ["call_id"])
    op.create_table(
        "publicity_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publicity_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicities.id"], name=op.f("fk_publicity_entries_publicity_id_publicities")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_publicity_entries_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_entries")),
        sa.UniqueConstraint("publicity_id", "application_id", name=op.f("uq_publicity_entries_publicity_id")),
    )
    op.create_index(op.f("ix_publicity_entries_application_id"), "publicity_entries", ["application_id"])
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publicity_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("objector", sa.String(200), nullable=True),
        sa.Column("raised_by", sa.String(100), nullable=False),
        sa.Column("raised_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicities.id"], name=op.f("fk_objections_publicity_id_publicities")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_objections_application_id_applications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_publicity_id"), "objections", ["publicity_id"])
    op.create_index(op.f("ix_objections_application_id"), "objections", ["application_id"])


def _create_recognitions() -> None:
    op.create_table(
        "recognitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("grade_code", sa.String(64), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("recognised_by", sa.String(100), nullable=False),
        sa.Column("recognised_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_recognitions_application_id_applications")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_recognitions_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_recognitions_programme_id_programmes")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_recognitions_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["programme_records.id"], name=op.f("fk_recognitions_record_id_programme_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognitions")),
        sa.UniqueConstraint("application_id", name=op.f("uq_recognitions_application_id")),
        sa.UniqueConstraint("number", name=op.f("uq_recognitions_number")),
    )
    op.create_index(op.f("ix_recognitions_call_id"), "recognitions", ["call_id"])
    op.create_index(op.f("ix_recognitions_enterprise_id"), "recognitions", ["enterprise_id"])


def _carry_over() -> None:
    """The first step, and an application's first version, of what is there already."""
    connection = op.get_bind()
    for call_id, recorded_at_us in connection.execute(sa.text("SELECT id, recorded_at_us FROM calls ORDER BY id")):
        connection.execute(_STEPS.insert().values(**_first("call", call_id, "published", "publish", recorded_at_us)))
    applications = sa.text("SELECT id, submitted_at_us, submitted_by FROM applications ORDER BY id")
    for application_id, at_us, by in connection.execute(applications).all():
        claims = sa.text("SELECT claim_id FROM application_claims WHERE application_id = :one ORDER BY id")
        claim_ids = list(connection.execute(claims, {"one": application_id}).scalars())
        content = {"facts": {}, "documents": {}, "claim_ids": claim_ids, "pledge": False}
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        version = {
            "application_id": application_id,
            "version": 1,
            "content": content,
            "digest": hashlib.sha256(canonical.encode()).hexdigest(),
            "saved_by": by,
            "saved_at_us": at_us,
            "signed_by": by,
            "signed_at_us": at_us,
        }
        connection.execute(_VERSIONS.insert().values(**version))
        step = _first("application", application_id, "submitted", "submit", at_us, by)
        connection.execute(_STEPS.insert().values(**step))


def _first(kind: str, object_id: int, state: str, action: str, at_us: int, actor: str = "platform") -> dict[str, Any]:
    return {
        "object_kind": kind,
        "object_id": object_id,
        "version": 1,
        "state_from": None,
        "state_to": state,
        "action": action,
        "actor": actor,
        "role": "platform",
        "at_us": at_us,
        "reason": None,
        "detail": {"carried_over": True},
    }
