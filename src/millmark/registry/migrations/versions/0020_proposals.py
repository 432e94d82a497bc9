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
    _create_proposals()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_constraint(op.f("fk_accounts_department_departments"), type_="foreignkey")
        accounts.drop_column("department")
    op.drop_table("departments")


_TABLES = (
    "reply_publications",
    "signed_replies",
    "reply_drafts",
    "commitments",
    "proposal_feedback",
    "proposal_contacts",
    "proposal_consultations",
    "proposal_people",
    "proposals",
)


def _create_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(6), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("session", sa.String(100), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("lead", sa.String(200), nullable=True),
        sa.Column("assigner", sa.String(200), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("return_by", sa.Date(), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reply_class", sa.String(1), nullable=True),
        sa.Column("verdict", sa.String(16), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("registered_at_us", sa.BigInteger(), nullable=False),
        sa.Column("registered_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("area_code", "kind", "session", "number", name=op.f("uq_proposals_area_code")),
        sa.UniqueConstraint("import_key", name=op.f("uq_proposals_import_key")),
    )
    op.create_index("ix_proposals_received_on", "proposals", ["received_on"])
    op.create_table(
        "proposal_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("office", sa.String(200), nullable=True),
        sa.Column("reach", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_people_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_people")),
    )
    op.create_index("ix_proposal_people_proposal_id", "proposal_people", ["proposal_id"])
    op.create_table(
        "proposal_consultations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("return_by", sa.Date(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("area", sa.String(64), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("holds_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.Column("asked_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_consultations_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(
            ["department"], ["departments.id"], name=op.f("fk_proposal_consultations_department_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_consultations")),
        sa.UniqueConstraint("import_key", name=op.f("uq_proposal_consultations_import_key")),
        sa.UniqueConstraint("proposal_id", "department", name=op.f("uq_proposal_consultations_proposal_id")),
    )
    op.create_index("ix_proposal_consultations_department", "proposal_consultations", ["department"])
    op.create_table(
        "proposal_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_contacts_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_contacts")),
    )
    op.create_index("ix_proposal_contacts_proposal_id", "proposal_contacts", ["proposal_id"])
    op.create_table(
        "proposal_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_feedback_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_feedback")),
        sa.UniqueConstraint("proposal_id", "round", name=op.f("uq_proposal_feedback_proposal_id")),
    )
    op.create_table(
        "commitments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("department", sa.String(64), nullable=True),
        sa.Column("promised_for", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("promised_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_commitments_proposal_id_proposals")),
        sa.ForeignKeyConstraint(["department"], ["departments.id"], name=op.f("fk_commitments_department_departments")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("proposal_id", "round", "position", name=op.f("uq_commitments_proposal_id")),
    )
    op.create_index("ix_commitments_department", "commitments", ["department"])
    op.create_index("ix_commitments_state_due_on", "commitments", ["state", "due_on"])
    op.create_table(
        "reply_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name=op.f("fk_reply_drafts_proposal_id_proposals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_drafts")),
        sa.UniqueConstraint("proposal_id", "round", "version", name=op.f("uq_reply_drafts_proposal_id")),
    )
    op.create_table(
        "signed_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("reply_class", sa.String(1), nullable=True),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("signed_by", sa.String(100), nullable=False),
        sa.Column("signed_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_signed_replies_proposal_id_proposals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_replies")),
        sa.UniqueConstraint("proposal_id", "round", name=op.f("uq_signed_replies_proposal_id")),
    )
    op.create_table(
        "reply_publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("index_number", sa.String(100), nullable=False),
        sa.Column("document_number", sa.String(100), nullable=True),
        sa.Column("topic", sa.String(100), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("validity", sa.String(16), nullable=False),
        sa.Column("openness", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["signed_replies.id"], name=op.f("fk_reply_publications_reply_id_signed_replies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_publications")),
        sa.UniqueConstraint("reply_id", "version", name=op.f("uq_reply_publications_reply_id")),
    )
