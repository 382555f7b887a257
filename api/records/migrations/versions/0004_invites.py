"""Invites, and whether a tenant's candidates may see their grades."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.add_column(
        "tenants", sa.Column("show_grades", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "invites",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(40), nullable=True),
        sa.Column("candidate_id", sa.String(200), nullable=False),
        sa.Column("custom_id", sa.String(200), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("rubric_id", sa.String(200), nullable=False),
        sa.Column("rubric_version", sa.String(80), nullable=False),
        sa.Column("rubric_sha256", sa.String(64), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("time_limit", sa.Integer(), nullable=True),
        sa.Column("show_grade", sa.Boolean(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("draft_revision", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("submission_id", sa.String(40), nullable=True),
        sa.Column("grade_id", sa.String(40), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_invites_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_invites_submission_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rubric_sha256"],
            ["rubric_documents.tenant_id", "rubric_documents.sha256"],
            name="fk_invites_tenant_id_rubric_sha256",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    for columns in (
        ["tenant_id", "id"],
        ["tenant_id", "candidate_id"],
        ["submitted_at", "closes_at"],
        ["submission_id"],
    ):
        op.create_index(f"ix_invites_{'_'.join(columns)}", "invites", columns)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("invites")
    with op.batch_alter_table("tenants") as tenants:
        tenants.drop_column("show_grades")
