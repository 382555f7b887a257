"""Invites: one candidate's one attempt at a question, behind a link."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from grader.types import Frozen


class InviteTerms(TypedDict, total=False):
    """Under which terms a candidate is invited.

    Attributes:
        rubric_version: A version of the rubric; the current one by default.
        script: Id of an interview script that the candidate goes through instead of one question.
        custom_id: Your name for the answer.
        metadata: Your own notes, kept with the answer.
        expires_in: Seconds until which the candidate must have begun.
        time_limit: Seconds from the start to the answer.
        consent_text: What the candidate agrees to before the question is shown.
        spoken: Whether the candidate may speak; the tenant must allow it.
        show_grade: Whether the candidate sees the outcome; the tenant must allow it.
        idempotency_key: Under the same one it is made once; one is made without.
    """

    rubric_version: str
    script: str
    custom_id: str
    metadata: dict[str, str]
    expires_in: int
    time_limit: int
    consent_text: str
    spoken: bool
    show_grade: bool
    idempotency_key: str


class NewInvite(Frozen):
    """An invite that was just made.

    Attributes:
        url: The candidate's link, told this once. Whoever has it can answer.
        closes_at: The last moment to begin.
    """

    id: str
    url: str
    closes_at: datetime


class Invite(Frozen):
    """An invite, and how far its candidate has come.

    Attributes:
        status: `open`, `started`, `submitted`, `expired` or `revoked`.
        rubric_id: What is asked; None, as its version and hash, for an interview.
        script: Of the interview; None for one question.
        interview_id: The interview, once the candidate has begun.
        spoken: Whether the candidate may speak.
        time_limit: Seconds from the start to the answer; None for no limit.
        closes_at: The last moment to begin; once begun, to answer.
        automatic: Whether the draft was taken as the answer because the time was over.
        submission_id: The answer.
        grade_id: Its grade, which may still be to be made.
    """

    id: str
    status: str
    rubric_id: str | None
    rubric_version: str | None
    rubric_sha256: str | None
    script: str | None = None
    interview_id: str | None = None
    spoken: bool = False
    candidate_id: str
    custom_id: str | None
    metadata: dict[str, str]
    time_limit: int | None
    show_grade: bool
    created_at: datetime
    closes_at: datetime
    started_at: datetime | None
    submitted_at: datetime | None
    automatic: bool
    revoked_at: datetime | None
    submission_id: str | None
    grade_id: str | None
