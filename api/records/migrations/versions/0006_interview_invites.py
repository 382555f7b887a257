"""Invites to whole interviews, and whether candidates who answer by an invite may speak."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OF_A_QUESTION = (
    ("rubric_id", sa.String(200)),
    ("rubric_version", sa.String(80)),
    ("rubric_sha256", sa.String(64)),
)


def upgrade() -> None:
    """Add the columns; an invite to an interview has no rubric of its own."""
    op.add_column(
        "tenants",
        sa.Column("spoken_invites", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    with op.batch_alter_table("invites") as invites:
        for name, kind in _OF_A_QUESTION:
            invites.alter_column(name, existing_type=kind, nullable=True)
        invites.add_column(sa.Column("script", sa.String(200), nullable=True))
        invites.add_column(sa.Column("interview_id", sa.String(40), nullable=True))
        invites.add_column(sa.Column("draft_turn", sa.Integer(), nullable=True))
        invites.add_column(
            sa.Column("spoken", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        invites.create_foreign_key(
            "fk_invites_interview_id",
            "interviews",
            ["interview_id"],
            ["id"],
            ondelete="CASCADE",
        )
        invites.create_index("ix_invites_interview_id", ["interview_id"])


def downgrade() -> None:
    """Drop them, and with them the invites to interviews."""
    op.execute("DELETE FROM invites WHERE script IS NOT NULL")
    with op.batch_alter_table("invites") as invites:
        invites.drop_index("ix_invites_interview_id")
        invites.drop_constraint("fk_invites_interview_id", type_="foreignkey")
        for name in ("spoken", "draft_turn", "interview_id", "script"):
            invites.drop_column(name)
        for name, kind in _OF_A_QUESTION:
            invites.alter_column(name, existing_type=kind, nullable=False)
    with op.batch_alter_table("tenants") as tenants:
        tenants.drop_column("spoken_invites")
