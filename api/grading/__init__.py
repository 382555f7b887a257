"""Grading for tenants: which rubric, what is kept of it, and grades made in the background."""

from __future__ import annotations

from api.grading._background import BackgroundGrading
from api.grading._service import GradeService
from api.grading._work import (
    GradingTask,
    find_rubric,
    keep_grade,
    make_grade,
    new_submission,
    tenant_budget,
    tokens_left,
)

__all__ = [
    "BackgroundGrading",
    "GradeService",
    "GradingTask",
    "find_rubric",
    "keep_grade",
    "make_grade",
    "new_submission",
    "tenant_budget",
    "tokens_left",
]
