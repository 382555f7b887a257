"""Grades that wait for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.records._base import Base, Id, Name, OwnId, TenantId


class ReviewKind(StrEnum):
    """What a reviewer has seen before saying anything.

    Attributes:
        OPEN: The grade as it stands.
        BLIND: The answer and the rubric, but neither the judge's verdicts nor another's.
        SETTLING: The open and the blind review, which differ.
    """

    OPEN = "open"
    BLIND = "blind"
    SETTLING = "settling"


class ReviewQueueRow(Base):
    """One grade that waits for a review; gone once nothing more is wanted.

    Attributes:
        wanted: The kind of review that comes next.
        entered_at: Since when that is wanted.
        claimed_by: The reviewer who has it, until `claimed_until`.
    """

    __tablename__ = "review_queue"
    __table_args__ = (Index(None, "tenant_id", "wanted", "grade_id"),)

    grade_id: Mapped[OwnId] = mapped_column(ForeignKey("grades.id", ondelete="CASCADE"))
    tenant_id: Mapped[TenantId]
    wanted: Mapped[ReviewKind]
    entered_at: Mapped[datetime]
    claimed_by: Mapped[Name | None]
    claim_key_id: Mapped[Id | None]
    claimed_until: Mapped[datetime | None]

    def held_by_other(self, reviewer: str, moment: datetime) -> bool:
        """Tell whether somebody else has it."""
        live = self.claimed_until is not None and self.claimed_until > moment
        return live and self.claimed_by != reviewer
