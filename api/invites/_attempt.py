"""A candidate's one attempt: agreeing to the terms, writing, handing in, and what comes after."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import Caller
from api.deliveries import EventType, announce
from api.grading import new_submission
from api.invites._errors import (
    DraftChanged,
    InvitationExpired,
    InvitationGone,
    InvitationRevoked,
    InvitationUsed,
    NotStarted,
    OtherKindOfInvite,
    SpeechNotAllowed,
)
from api.invites._requests import DraftRequest
from api.records import (
    AuditLog,
    InviteRow,
    InviteStatus,
    PendingGrades,
    RubricDocuments,
    Submissions,
    Transcripts,
    find_invite,
    new_id,
    now,
)
from api.reviews import appeal
from grader.answers import read_answer
from grader.speech import SpokenAnswer
from grader.types import Rubric

GRACE = timedelta(seconds=15)
"""What is sent in the last moment may take so long to arrive."""


class Attempt:
    """One candidate's dealings with one invite, in one transaction.

    Attributes:
        row: The invite.
        moment: When they take place.
    """

    def __init__(self, session: AsyncSession, row: InviteRow, moment: datetime) -> None:
        """Act on `row` in `session`."""
        self.row = row
        self.moment = moment
        self._session = session

    @classmethod
    async def open(cls, session: AsyncSession, invite_id: str, *, lock: bool = False) -> Self:
        """Find the invite that a link leads to.

        Args:
            session: A transaction.
            invite_id: From the link.
            lock: Whether others who would change it wait until the transaction ends.

        Raises:
            InvitationGone: It was deleted.
            InvitationRevoked: It was taken back.
        """
        row = await find_invite(session, invite_id, lock=lock)
        if row is None:
            raise InvitationGone(
                "the invitation was deleted, and with it the answer if there was one; ask whoever "
                "sent the link"
            )
        if row.revoked_at is not None:
            raise InvitationRevoked(
                "whoever invited you took the invitation back; ask them if you did not expect that"
            )
        return cls(session, row, now())

    @property
    def status(self) -> InviteStatus:
        """Where it stands now."""
        return self.row.status(self.moment)

    @property
    def seconds_left(self) -> float:
        """Seconds until it closes."""
        return max(0.0, (self.row.closes_at - self.moment).total_seconds())

    @property
    def overdue(self) -> bool:
        """Whether the time is over and the draft stands for the answer, but is not handed in yet."""
        row = self.row
        open_still = row.submitted_at is None and row.interview_id is None
        return self._closed and open_still and bool(row.draft.strip())

    def start(self) -> None:
        """Note the candidate's consent, and begin; once begun, nothing changes.

        Raises:
            InvitationUsed: There is an answer.
            InvitationExpired: It is too late to begin.
        """
        self._check_unanswered()
        if self.row.started_at is not None:
            return
        if self.status is InviteStatus.EXPIRED:
            raise self._expired()
        self.row.started_at = self.moment
        if self.row.time_limit is not None:
            self.row.closes_at = self.moment + timedelta(seconds=self.row.time_limit)
        terms = hashlib.sha256(self.row.consent_text.encode()).hexdigest()
        self._note("invite.consented", {"consent_sha256": terms})

    def save(self, asked: DraftRequest) -> None:
        """Keep what the candidate has written so far.

        Raises:
            NotStarted: The candidate has not agreed to the terms.
            InvitationUsed: There is an answer.
            InvitationExpired: The time is over.
            DraftChanged: Another draft was saved meanwhile.
        """
        self._check_writing()
        if self.row.interview_id is None and self._closed:
            raise self._expired()
        if (asked.answer, asked.turn) == (self.row.draft, self.row.draft_turn):
            return
        if asked.revision != self.row.draft_revision:
            raise DraftChanged(
                "the draft was changed elsewhere meanwhile, perhaps in another tab; nothing was "
                "overwritten: take over what is kept, or send yours again with its revision",
                draft=self.row.draft,
                revision=self.row.draft_revision,
            )
        self.row.draft, self.row.draft_turn = asked.answer, asked.turn
        self.row.draft_revision += 1

    async def rubric(self) -> Rubric:
        """Return what is asked.

        Raises:
            OtherKindOfInvite: The invite is to an interview.
        """
        if self.row.rubric_sha256 is None:
            raise OtherKindOfInvite(
                "this invitation is to an interview; its turns are answered at /v1/invitation/turns"
            )
        return await RubricDocuments(self._session, self.row.tenant_id).get(self.row.rubric_sha256)

    def check_speech(self) -> None:
        """Check that the candidate may speak.

        Raises:
            SpeechNotAllowed: Answers are typed.
        """
        if not self.row.spoken:
            raise SpeechNotAllowed("whoever invited you wants the answer typed; type it")

    def check_begun(self) -> None:
        """Check that the candidate has agreed to the terms, and is not done.

        Raises:
            NotStarted: The candidate has not agreed to the terms.
            InvitationUsed: There is an answer.
        """
        self._check_writing()

    async def hand_in(
        self, answer: str, *, max_characters: int, spoken: SpokenAnswer | None = None
    ) -> None:
        """Take the candidate's answer, and promise a grade; the same answer again changes nothing.

        An answer that comes too late is not taken, but what was saved in time is.

        Args:
            answer: The candidate's words.
            max_characters: Longer answers are refused.
            spoken: What was heard, where it was spoken; `answer` is its transcript's text.

        Raises:
            NotStarted: The candidate has not agreed to the terms.
            InvitationUsed: There is another answer.
            InvitationExpired: The time is over, and nothing was saved.
            AnswerInvalid: The answer cannot be graded as it stands.
        """
        if self.row.submission_id is not None:
            kept = await Submissions(self._session, self.row.tenant_id).get(self.row.submission_id)
            if kept is not None and kept.answer == answer:
                return
        self._check_writing()
        if self._closed:
            if not self.overdue:
                raise self._expired()
            await self.settle()
            return
        read_answer(answer, max_characters=max_characters)
        await self._submit(answer, automatic=False, spoken=spoken)

    async def settle(self) -> None:
        """Take the draft as the answer, since the time is over."""
        if self.overdue:
            await self._submit(self.row.draft, automatic=True)
        else:
            self.row.draft = ""

    async def appeal(self, statement: str, grade_id: str | None) -> None:
        """Ask for a person to look at a grade.

        Args:
            statement: The candidate's own words.
            grade_id: Which grade; None where there is none yet.

        Raises:
            NotStarted: There is no answer yet.
            NotYetGraded: There is no grade yet.
            AppealStands: There is an open appeal already.
        """
        if grade_id is None:
            raise NotStarted("there is no answer yet that a person could look at")
        await appeal(self._session, self._caller, grade_id, statement)

    async def _submit(
        self, answer: str, *, automatic: bool, spoken: SpokenAnswer | None = None
    ) -> None:
        row, tenant_id = self.row, self.row.tenant_id
        rubric = await self.rubric()
        submission = new_submission(
            tenant_id,
            rubric,
            answer,
            candidate_id=row.candidate_id,
            custom_id=row.custom_id,
            labels=row.labels,
        )
        await Submissions(self._session, tenant_id).add(submission)
        if spoken is not None:
            await Transcripts(self._session, tenant_id).add(submission.id, spoken)
        row.grade_id = new_id("grd")
        await PendingGrades(self._session, tenant_id).add(row.grade_id, submission, rubric)
        row.submission_id = submission.id
        row.submitted_at = self.moment
        row.automatic = automatic
        row.draft = ""
        told = {"submission_id": submission.id, "grade_id": row.grade_id, "automatic": automatic}
        announce(self._session, tenant_id, EventType.INVITE_SUBMITTED, {"id": row.id} | told)
        self._note(EventType.INVITE_SUBMITTED.value, told)

    @property
    def _closed(self) -> bool:
        return self.moment > self.row.closes_at + GRACE

    @property
    def _caller(self) -> Caller:
        """The candidate, who may do nothing but what is done here, as the audit log names them."""
        return Caller(self.row.tenant_id, frozenset(), self.row.id)

    def _check_unanswered(self) -> None:
        if self.row.submitted_at is not None:
            raise InvitationUsed(
                f"an answer was handed in on {self.row.submitted_at:%Y-%m-%d at %H:%M} UTC, and "
                "there is one attempt"
            )

    def _check_writing(self) -> None:
        self._check_unanswered()
        if self.row.started_at is None:
            raise NotStarted("agree to the terms first; the question is shown then")

    def _expired(self) -> InvitationExpired:
        over = f"{self.row.closes_at:%Y-%m-%d at %H:%M} UTC"
        if self.row.started_at is None:
            return InvitationExpired(
                f"the invitation could be used until {over}; ask whoever sent it for another"
            )
        return InvitationExpired(f"the time to answer was over on {over}, and nothing was saved")

    def _note(self, action: str, details: dict[str, object]) -> None:
        audit = AuditLog(self._session, self.row.tenant_id)
        audit.add(action, self.row.id, actor=self._caller.actor, details=details)
