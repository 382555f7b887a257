"""Reviews, the queue of what waits for one, and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypedDict

from grader.types import Band, Frozen, Grade, Mistake, Point, Verdict


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


class Corrections(TypedDict, total=False):
    """What a reviewer changes or confirms.

    Attributes:
        points: By point id a verdict, or `{"verdict", "quotes", "why"}`.
        mistakes: By mistake id whether it is made, or `{"made", "quotes"}`.
        idempotency_key: Under the same one it is done once; one is made without.
    """

    points: Mapping[str, Verdict | str | dict[str, Any]]
    mistakes: Mapping[str, bool | dict[str, Any]]
    idempotency_key: str


class ReviewOptions(Corrections, total=False):
    """What may be said of a review.

    Attributes:
        kind: What the person has seen; the grade by default.
        second_review: Ask for a blind review by another person before this one counts.
        based_on: Of the task that the person looked at: the review is refused if the outcome has
            changed since.
    """

    kind: ReviewKind
    second_review: bool
    based_on: str


class Review(Frozen):
    """A person's verdicts on a grade.

    Attributes:
        kind: What the person had seen.
        resolves: Whether it became the outcome.
        points: The verdicts given, by point id; what is not here was confirmed.
        mistakes: Likewise.
        score: Made by code from the verdicts; None where it is withheld.
    """

    id: str
    grade_id: str
    created_at: datetime
    reviewer: str
    kind: ReviewKind
    resolves: bool
    points: dict[str, Verdict]
    mistakes: dict[str, bool | None]
    reason: str
    score: float | None
    band: Band | None


class NewReview(Review):
    """A review that was appended, and what it led to.

    Attributes:
        wanted: The kind of review that comes next; None if the outcome is settled.
        differences: Ids on which a blind review differs from the open one.
        current: The outcome as it stands now.
    """

    wanted: ReviewKind | None
    differences: tuple[str, ...]
    current: Grade


class GradeReviews(Frozen):
    """All reviews of a grade, and where it stands.

    Attributes:
        wanted: The kind of review it waits for; None if it waits for none.
        resolved_by: The review that made the outcome; None while it is the judge's grade.
        current: The outcome: the grade with its latest review that counts.
        reviews: Oldest first.
    """

    grade_id: str
    wanted: ReviewKind | None
    resolved_by: str | None
    current: Grade
    reviews: tuple[Review, ...]


class QueueItem(Frozen):
    """A grade that waits for a person; before a blind review it tells nothing of the judge.

    Attributes:
        kind: The kind of review that is wanted.
        reasons: Why the grade asks for a person; none before a blind or a settling review.
        score: Likewise.
        claimed_by: Who has it, until `claimed_until`.
    """

    grade_id: str
    kind: ReviewKind
    waiting_since: datetime
    rubric_id: str
    rubric_version: str
    reasons: tuple[str, ...]
    score: float | None
    claimed_by: str | None
    claimed_until: datetime | None


class Opinion(Frozen):
    """One of two reviews that differ, without its reviewer's name."""

    kind: ReviewKind
    points: dict[str, Verdict]
    mistakes: dict[str, bool | None]
    reason: str


class AppealStatement(Frozen):
    """The candidate's words, for whoever decides."""

    id: str
    statement: str


class ReviewTask(Frozen):
    """What a reviewer is given to review a grade; nothing tells who the candidate is.

    Attributes:
        based_on: Names the outcome as it stands; send it with the review.
        grade: The outcome as it stands; None before a blind and a settling review.
        opinions: Before a settling review, the two that differ.
        appeal: The candidate's objection, where there is one and the review is open.
    """

    grade_id: str
    kind: ReviewKind
    based_on: str
    claimed_by: str | None
    claimed_until: datetime | None
    rubric_id: str
    rubric_version: str
    question: str
    reference_answer: str
    points: tuple[Point, ...]
    mistakes: tuple[Mistake, ...]
    answer: str
    grade: Grade | None
    opinions: tuple[Opinion, ...]
    appeal: AppealStatement | None


class LabelledAnswer(Frozen):
    """A reviewed answer with its labels, as `grader eval run` reads it.

    Attributes:
        points: By point id `{"verdict", "evidence"}`.
        mistakes: By mistake id `{"made", "evidence"}`.
        rater: Who gave the labels; `settled` for those that came of several reviews.
    """

    id: str
    rubric_id: str
    rubric_version: str
    answer: str
    points: dict[str, dict[str, Any]]
    mistakes: dict[str, dict[str, Any]]
    rater: str
    tags: dict[str, str]


class Appeal(Frozen):
    """A candidate's objection to a grade, and what a person made of it.

    Attributes:
        status: `open`, then `resolved` by a correction, or `rejected`.
        response: What the person answers.
        review_id: The review by which the person corrected the grade, or confirmed it.
    """

    id: str
    grade_id: str
    created_at: datetime
    statement: str
    status: str
    resolved_at: datetime | None
    resolved_by: str | None
    response: str | None
    review_id: str | None


class ReviewAgreement(Frozen):
    """Agreement between first and second reviewers, who did not know of each other's verdicts.

    Kappa is Cohen's; None where it is not defined, as when everybody always says the same.

    Attributes:
        grades: Grades that were reviewed twice.
        settled: Those of them on which the two differed somewhere, so that a third was asked.
        points: Points that both said something of.
        same_verdict: Share of them on which both said the same.
        mistakes: Mistakes likewise.
        same_mistake: Likewise.
    """

    grades: int
    settled: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    mistakes: int
    same_mistake: float | None
    mistake_kappa: float | None


class JudgeWeek(Frozen):
    """Agreement on the grades that people settled in one week.

    Attributes:
        week: Its Monday, in UTC.
        grades: How many were settled.
        points: Points that both the judge and the people gave a verdict on.
        same_verdict: Share of them with the same verdict.
        verdict_kappa: Cohen's; None where it is not defined.
        undecided: Points that the judge left ungraded, which count in nothing else here.
    """

    week: date
    grades: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    undecided: int


class JudgeAgreement(Frozen):
    """Agreement of the judge with the outcome that people came to; the fields are as for a week.

    An open review is made in sight of the judge's verdicts, and of grades that the judge was unsure
    of, so that this tells how things change rather than how good the judge is.
    """

    grades: int
    points: int
    same_verdict: float | None
    verdict_kappa: float | None
    undecided: int
    weeks: tuple[JudgeWeek, ...]
