"""People's part in grading: reviews, appeals, and what a candidate is told."""

from __future__ import annotations

from api.reviews._agreement import ReviewAgreement, agreement
from api.reviews._appealing import appeal, resolve
from api.reviews._appending import Reviewed
from api.reviews._case import Case, latest_resolving
from api.reviews._claiming import claim, claim_next, release
from api.reviews._errors import (
    AppealStands,
    NothingWaits,
    ReviewClaimed,
    ReviewInvalid,
    ReviewOutOfTurn,
    SameReviewer,
)
from api.reviews._examples import ReviewedTexts, keep_example
from api.reviews._explanation import Explanation
from api.reviews._export import exported
from api.reviews._judge_agreement import JudgeAgreement, judge_agreement
from api.reviews._requests import (
    AppealRequest,
    ClaimRequest,
    NextClaimRequest,
    ResolutionRequest,
    ReviewRequest,
)
from api.reviews._resources import (
    Appeal,
    AppealPage,
    GradeReviews,
    NewReview,
    QueueItem,
    QueuePage,
    Review,
    ReviewTask,
)
from api.reviews._reviewing import review

__all__ = [
    "Appeal",
    "AppealPage",
    "AppealRequest",
    "AppealStands",
    "Case",
    "ClaimRequest",
    "Explanation",
    "GradeReviews",
    "JudgeAgreement",
    "NewReview",
    "NextClaimRequest",
    "NothingWaits",
    "QueueItem",
    "QueuePage",
    "ResolutionRequest",
    "Review",
    "ReviewAgreement",
    "ReviewClaimed",
    "ReviewInvalid",
    "ReviewOutOfTurn",
    "ReviewRequest",
    "ReviewTask",
    "Reviewed",
    "ReviewedTexts",
    "SameReviewer",
    "agreement",
    "appeal",
    "claim",
    "claim_next",
    "exported",
    "judge_agreement",
    "keep_example",
    "latest_resolving",
    "release",
    "resolve",
    "review",
]
