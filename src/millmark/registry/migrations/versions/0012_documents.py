"""Uploaded documents and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_documents"
down_revision = "0011_challenges"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _files()
    _documents()
    _webhooks()


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("owner_enterprise_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("kept_at_us", sa.BigInteger(), nullable=False),
        sa.Column("kept_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_enterprise_id"], ["enterprises.id"], name=op.f("fk_files_owner_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_sha256"), "files", ["sha256"])
    op.create_index(op.f("ix_files_owner_enterprise_id"), "files", ["owner_enterprise_id"])
    op.create_table(
        "file_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=False),
        sa.Column("object_kind", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("used_at_us", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_file_uses_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_uses")),
        sa.UniqueConstraint("file_id", "object_kind", "object_id", name=op.f("uq_file_uses_file_id")),
    )
    op.create_index(op.f("ix_file_uses_file_id"), "file_uses", ["file_id"])


def _documents() -> None:
    op.create_table(
        "document_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.String(64), nullable=True),
        sa.Column("recorded_at_us", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_document_templates_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_templates")),
        sa.UniqueConstraint("kind", "language", "version", name=op.f("uq_document_templates_kind")),
    )
    op.create_table(
        "official_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("series", sa.String(32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(100), nullable=False),
        sa.Column("docx_file_id", sa.String(64), nullable=False),
        sa.Column("pdf_file_id", sa.String(64), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("sources_sha256", sa.String(64), nullable=False),
        sa.Column("issued_at_us", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.String(100), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_official_documents_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(["docx_file_id"], ["files.id"], name=op.f("fk_official_documents_docx_file_id_files")),
        sa.ForeignKeyConstraint(["pdf_file_id"], ["files.id"], name=op.f("fk_official_documents_pdf_file_id_files")),
        sa.ForeignKeyConstraint(
            ["replaces"], ["official_documents.id"], name=op.f("fk_official_documents_replaces_official_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_documents")),
        sa.UniqueConstraint("series", "year", "serial", name=op.f("uq_official_documents_series")),
        sa.UniqueConstraint("replaces", name=op.f("uq_official_documents_replaces")),
    )
    op.create_index(op.f("ix_official_documents_enterprise_id"), "official_documents", ["enterprise_id"])
    op.create_index("ix_official_documents_object_kind_object_id", "official_documents", ["object_kind", "object_id"])


def _webhooks() -> None:
    op.create_table(
        "webhook_subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("object_kinds", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_subscriptions")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_subscriptions_name")),
    )
    op.create_table(
        "webhook_outbox",
        sa.Column("step_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken_at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_webhook_outbox")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("object_kind", sa.String(32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at_us", sa.BigInteger(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["webhook_subscriptions.id"],
            name=op.f("fk_webhook_deliveries_subscription_id_webhook_subscriptions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint("subscription_id", "step_id", name=op.f("uq_webhook_deliveries_subscription_id")),
    )
    op.create_index("ix_webhook_deliveries_state_next_at_us", "webhook_deliveries", ["state", "next_at_us"])
    op.create_index(
        "ix_webhook_deliveries_subscription_id_object",
        "webhook_deliveries",
        ["subscription_id", "object_kind", "object_id", "step_id"],
    )


def downgrade() -> None:
    for table in (
        "webhook_deliveries",
        "webhook_outbox",
        "webhook_subscriptions",
        "official_documents",
        "document_templates",
        "file_uses",
        "files",
    ):
        op.drop_table(table)
