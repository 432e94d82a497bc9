"""Checks and challenges of claims, and consents to their publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_challenges"
down_revision = "0010_assessments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _other_nodes()
    _arrivals_and_challenges()
    _consents()


def _other_nodes() -> None:
    op.create_table(
        "node_keys",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("key_id", sa.String(43), nullable=False),
        sa.Column("x", sa.String(43), nullable=False),
        sa.UniqueConstraint("key_id"),
    )
    op.create_index("ix_node_keys_enterprise_id", "node_keys", ["enterprise_id"])
    op.create_table(
        "node_key_events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("node_key_id", sa.Integer(), sa.ForeignKey("node_keys.id"), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_node_key_events_node_key_id", "node_key_events", ["node_key_id"])
    op.create_table(
        "witnessed_seals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("seal_hash", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(43), nullable=False),
        sa.Column("sealed_at_us", sa.BigInteger(), nullable=False),
        sa.Column("received_at_us", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.UniqueConstraint("site", "sequence"),
    )
    op.create_index("ix_witnessed_seals_seal_hash", "witnessed_seals", ["seal_hash"])
    op.create_index("ix_witnessed_seals_enterprise_id_date", "witnessed_seals", ["enterprise_id", "date"])
    op.create_table(
        "witness_alarms",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("standing_hash", sa.String(64)),
        sa.Column("told_hash", sa.String(64), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("received_at_us", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("told_hash", "kind"),
    )
    op.create_index("ix_witness_alarms_enterprise_id", "witness_alarms", ["enterprise_id"])
    op.create_table(
        "imported_claims",
        sa.Column("claim_id", sa.String(36), sa.ForeignKey("claims.id"), primary_key=True),
        sa.Column("key_id", sa.String(43), nullable=False),
        sa.Column("document_sha256", sa.String(64), nullable=False),
        sa.Column("received_at_us", sa.BigInteger(), nullable=False),
        sa.Column("received_by", sa.String(100), nullable=False),
    )


def _arrivals_and_challenges() -> None:
    op.create_table(
        "claim_arrivals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("claim_id", sa.String(64), nullable=False),
        sa.Column("applicant_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("application_id", sa.Integer()),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("checked_at_us", sa.BigInteger(), nullable=False),
        sa.Column("checked_by", sa.String(100), nullable=False),
    )
    op.create_index("ix_claim_arrivals_claim_id", "claim_arrivals", ["claim_id"])
    op.create_index("ix_claim_arrivals_application_id", "claim_arrivals", ["application_id"])
    op.create_table(
        "audits",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("share_permille", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("draw_on", sa.Date(), nullable=False),
        sa.Column("committed_at_us", sa.BigInteger(), nullable=False),
        sa.Column("committed_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("nonce"),
    )
    op.create_table(
        "audit_draws",
        sa.Column("audit_id", sa.Integer(), sa.ForeignKey("audits.id"), primary_key=True),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("drawn_at_us", sa.BigInteger(), nullable=False),
        sa.Column("drawn_by", sa.String(100), nullable=False),
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("claim_id", sa.String(36), sa.ForeignKey("claims.id"), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("application_id", sa.Integer()),
        sa.Column("audit_id", sa.Integer(), sa.ForeignKey("audits.id")),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at_us", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.Column("deadline_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_challenges_claim_id", "challenges", ["claim_id"])
    op.create_index("ix_challenges_enterprise_id", "challenges", ["enterprise_id"])
    op.create_index("ix_challenges_state", "challenges", ["state"])
    op.create_table(
        "challenge_answers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("challenge_id", sa.Integer(), sa.ForeignKey("challenges.id"), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("rows_sha256", sa.String(64)),
        sa.Column("rows_bytes", sa.BigInteger(), nullable=False),
        sa.Column("claimed_value", sa.Double()),
        sa.Column("recomputed_value", sa.Double()),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("answered_at_us", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.String(100), nullable=False),
    )
    op.create_index("ix_challenge_answers_challenge_id", "challenge_answers", ["challenge_id"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("enterprise_id", sa.Integer(), sa.ForeignKey("enterprises.id"), nullable=False),
        sa.Column("recipient", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("detail", sa.String(16), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("claim_id", sa.String(36)),
        sa.Column("application_id", sa.Integer()),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("given_at_us", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.String(100), nullable=False),
    )
    op.create_index("ix_consents_enterprise_id", "consents", ["enterprise_id"])
    op.create_table(
        "consent_withdrawals",
        sa.Column("consent_id", sa.Integer(), sa.ForeignKey("consents.id"), primary_key=True),
        sa.Column("withdrawn_at_us", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "consent_withdrawals",
        "consents",
        "challenge_answers",
        "challenges",
        "audit_draws",
        "audits",
        "claim_arrivals",
        "imported_claims",
        "witness_alarms",
        "witnessed_seals",
        "node_key_events",
        "node_keys",
    ):
        op.drop_table(table)
