"""Interviews, their events and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and have kept responses go with the interview that they show."""
    _create_interviews()
    _create_events()
    _create_answers()
    with op.batch_alter_table("idempotency_keys") as keys:
        keys.add_column(sa.Column("interview_id", sa.String(40), nullable=True))
        keys.create_foreign_key(
            "fk_idempotency_keys_interview_id",
            "interviews",
            ["interview_id"],
            ["id"],
            ondelete="CASCADE",
        )
        keys.create_index("ix_idempotency_keys_interview_id", ["interview_id"])


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("idempotency_keys") as keys:
        keys.drop_index("ix_idempotency_keys_interview_id")
        keys.drop_constraint("fk_idempotency_keys_interview_id", type_="foreignkey")
        keys.drop_column("interview_id")
    for table in ("interview_answers", "interview_events", "interviews"):
        op.drop_table(table)


def _create_interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("candidate_id", sa.String(200), nullable=True),
        sa.Column("custom_id", sa.String(200), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("script", sa.String(200), nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "intern",
                "junior",
                "mid",
                "senior",
                "staff",
                name="level",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "paused",
                "finished",
                name="interviewstatus",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
        _owned_by_tenant("interviews"),
    )
    for columns in (
        ["tenant_id", "id"],
        ["tenant_id", "status", "id"],
        ["tenant_id", "candidate_id"],
        ["tenant_id", "custom_id"],
        ["tenant_id", "created_at"],
        ["due_at"],
    ):
        op.create_index(f"ix_interviews_{'_'.join(columns)}", "interviews", columns)


def _create_events() -> None:
    op.create_table(
        "interview_events",
        sa.Column("interview_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", "number", name="pk_interview_events"),
        _part_of_interview("interview_events"),
        _owned_by_tenant("interview_events"),
    )


def _create_answers() -> None:
    op.create_table(
        "interview_answers",
        sa.Column("interview_id", sa.String(40), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(40), nullable=False),
        sa.Column("submission_id", sa.String(40), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("interview_id", "turn", name="pk_interview_answers"),
        _part_of_interview("interview_answers"),
        _owned_by_tenant("interview_answers"),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name="fk_interview_answers_submission_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_interview_answers_submission_id", "interview_answers", ["submission_id"])


def _owned_by_tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenants.id"], name=f"fk_{table}_tenant_id", ondelete="CASCADE"
    )


def _part_of_interview(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["interview_id"], ["interviews.id"], name=f"fk_{table}_interview_id", ondelete="CASCADE"
    )
