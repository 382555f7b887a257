"""Tests that Greenhouse had sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "greenhouse_tests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invite_id", sa.String(40), nullable=False),
        sa.Column("url", sa.String(2048), nullable=False),
        sa.Column("url_sha256", sa.String(64), nullable=False),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_greenhouse_tests"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_greenhouse_tests_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invite_id"], ["invites.id"], name="fk_greenhouse_tests_invite_id", ondelete="CASCADE"
        ),
    )
    op.create_index(
        "ix_greenhouse_tests_tenant_id_url_sha256",
        "greenhouse_tests",
        ["tenant_id", "url_sha256"],
        unique=True,
    )
    for column in ("invite_id", "next_attempt_at"):
        op.create_index(f"ix_greenhouse_tests_{column}", "greenhouse_tests", [column])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("greenhouse_tests")
