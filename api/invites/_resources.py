"""Invites as they are returned: to the platform that makes them, and to the candidate."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime

from api.interviews import Interview, Script
from api.records import AppealRow, AppealStatus, InviteRow, InviteStatus
from api.reviews import Explanation
from api.rubrics import OptionText
from grader.interviewing import InterviewReport
from grader.types import Frozen


class NewInvite(Frozen):
    """An invite that was just made. It names nobody: who was invited is in the record.

    Attributes:
        url: The candidate's link. Whoever has it can answer, so give it to nobody else; it is not
            told again.
        closes_at: The last moment to begin.
    """

    id: str
    url: str
    closes_at: AwareDatetime


class Invite(Frozen):
    """An invite as its platform sees it.

    Attributes:
        rubric_sha256: The version that is asked and graded by; null, as the rubric's id and version,
            where the invite is to an interview.
        script: Of the interview; null where the invite is to a question.
        interview_id: The interview, once the candidate has begun.
        spoken: Whether the candidate may speak.
        time_limit: Seconds from the start to the answer; null for none.
        closes_at: The last moment to begin; once begun, to answer.
        started_at: When the candidate agreed to the terms.
        automatic: Whether the draft was taken as the answer because the time was over.
        submission_id: The answer.
        grade_id: Its grade; see `GET /v1/grades/{grade_id}`, which says if it is still to be made.
    """

    id: str
    status: InviteStatus
    rubric_id: str | None
    rubric_version: str | None
    rubric_sha256: str | None
    script: str | None
    interview_id: str | None
    spoken: bool
    candidate_id: str
    custom_id: str | None
    metadata: dict[str, str]
    time_limit: int | None
    show_grade: bool
    created_at: AwareDatetime
    closes_at: AwareDatetime
    started_at: AwareDatetime | None
    submitted_at: AwareDatetime | None
    automatic: bool
    revoked_at: AwareDatetime | None
    submission_id: str | None
    grade_id: str | None

    @classmethod
    def of(cls, row: InviteRow, moment: datetime) -> Self:
        """Return an invite as it stands at a moment."""
        return cls(
            id=row.id,
            status=row.status(moment),
            rubric_id=row.rubric_id,
            rubric_version=row.rubric_version,
            rubric_sha256=row.rubric_sha256,
            script=row.script,
            interview_id=row.interview_id,
            spoken=row.spoken,
            candidate_id=row.candidate_id,
            custom_id=row.custom_id,
            metadata=row.labels,
            time_limit=row.time_limit,
            show_grade=row.show_grade,
            created_at=row.created_at,
            closes_at=row.closes_at,
            started_at=row.started_at,
            submitted_at=row.submitted_at,
            automatic=row.automatic,
            revoked_at=row.revoked_at,
            submission_id=row.submission_id,
            grade_id=row.grade_id,
        )


class InvitePage(Frozen):
    """One page of invites, newest first.

    Attributes:
        next_cursor: Give it as `cursor` for the next page; null on the last.
    """

    items: tuple[Invite, ...]
    next_cursor: str | None


class Grading(StrEnum):
    """How far the grading of an answer has come.

    Attributes:
        NONE: There is no answer yet.
        PENDING: The grade is still to be made.
        DONE: It is made; whether the candidate sees it is another matter.
        FAILED: It cannot be made.
    """

    NONE = "none"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class OwnAppeal(Frozen):
    """What became of the candidate's appeal.

    Attributes:
        resolution: What the person who decided says; null until then.
    """

    created_at: AwareDatetime
    status: AppealStatus
    resolution: str | None

    @classmethod
    def of(cls, row: AppealRow) -> Self:
        """Return an appeal."""
        return cls(created_at=row.created_at, status=row.status, resolution=row.resolution)


class Invitation(Frozen):
    """An invite as its candidate sees it.

    Attributes:
        consent_text: What the candidate agrees to by starting.
        time_limit: Seconds from the start to the answer; null for none.
        closes_at: The last moment to begin; once begun, to answer.
        seconds_left: Until then, by the service's clock; null once there is an answer.
        question: Null until the candidate has started.
        script: The interview that the invite is to; null where it is to a question.
        interview: The interview as it stands; null until the candidate has started.
        report: What the interview came to; null unless it is over and that may be seen.
        spoken: Whether the answer may be spoken.
        options: Of a multiple-choice question, in order: the first is A.
        max_characters: A longer answer is refused.
        draft: What was saved last; empty once there is an answer.
        revision: Of the draft.
        draft_turn: The turn of the interview that the draft is for.
        automatic: Whether the draft was taken as the answer because the time was over.
        may_see_grade: Whether `explanation` will be there once the grade is made.
        explanation: The outcome; null unless it is made and may be seen.
        appeal: The latest one.
    """

    status: InviteStatus
    consent_text: str
    time_limit: int | None
    closes_at: AwareDatetime
    seconds_left: float | None
    question: str | None
    script: Script | None
    interview: Interview | None
    report: InterviewReport | None
    spoken: bool
    options: tuple[OptionText, ...]
    max_characters: int
    draft: str
    revision: int
    draft_turn: int | None
    submitted_at: AwareDatetime | None
    automatic: bool
    may_see_grade: bool
    grading: Grading
    explanation: Explanation | None
    appeal: OwnAppeal | None


class SavedDraft(Frozen):
    """A draft that was kept.

    Attributes:
        revision: Give it with the next one.
        seconds_left: By the service's clock.
    """

    revision: int
    saved_at: AwareDatetime
    seconds_left: float
