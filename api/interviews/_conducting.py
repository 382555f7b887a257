"""Conducting interviews that are kept in the records, each step in a transaction of its own.

An answer is kept before it is graded. Grading happens outside of any transaction, on what was read;
its result is written to what the interview is by then, if that still waits for it. So a pause in the
meantime holds, two processes that grade the same answer leave one grade, and one that dies leaves
the answer to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import NotFound
from api.grading import GradingTask, keep_grade, new_submission, tenant_budget, tokens_left
from api.interviews._grading import TenantGrading
from api.interviews._held import Held, InterviewStore
from api.records import (
    Database,
    Interviews,
    Invites,
    LlmUsage,
    ReviewQueue,
    Submissions,
    Transcripts,
    now,
)
from api.workers import patiently
from grader.errors import AnswerInvalid
from grader.grading import Grader
from grader.interviewing import (
    InterviewConflict,
    Interviewer,
    Judged,
    Phrasing,
    Step,
    open_turn,
)
from grader.speech import SpokenAnswer
from grader.types import Grade, Rubric

# A grade whose making has ended the process so often is not tried again.
_MOST_ATTEMPTS = 3
_GIVEN_UP = f"The service ended {_MOST_ATTEMPTS} times while this was judged."

Move = Callable[[Held], Step]
"""What a request does to an interview."""


class Conductor:
    """Conducts the interviews of all tenants."""

    def __init__(
        self,
        database: Database,
        grader: Grader,
        phrasing: Phrasing,
        *,
        clock: Callable[[], datetime] = now,
        on_grade: Callable[[Grade], object] = lambda _: None,
        on_change: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Put the parts together.

        Args:
            database: Holds the interviews.
            grader: Makes the grades.
            phrasing: Puts follow-ups into words.
            clock: Tells the time.
            on_grade: Called with each grade once it is kept.
            on_change: Called with the id of an interview once a change to it is kept.
        """
        self._database = database
        self._grader = grader
        self._phrasing = phrasing
        self._clock = clock
        self._on_grade = on_grade
        self.changed = on_change

    def store(self, session: AsyncSession, tenant_id: str) -> InterviewStore:
        """Return one tenant's interviews."""
        return InterviewStore(session, tenant_id, self._grader, self._clock)

    async def find(self, tenant_id: str, interview_id: str) -> Held:
        """Read an interview, to look at.

        Raises:
            NotFound: There is no such interview.
        """
        async with self._database.read() as session:
            return await self.store(session, tenant_id).load(interview_id)

    async def change(self, tenant_id: str, interview_id: str, move: Move) -> Held:
        """Do to an interview what a request asks for, in a transaction of its own.

        Raises:
            NotFound: There is no such interview.
            InterviewConflict: The interview is not where the request takes it to be.
        """
        async with self._database.write() as session:
            held = await self.change_in(session, tenant_id, interview_id, move)
        self.changed(interview_id)
        return held

    async def change_in(
        self, session: AsyncSession, tenant_id: str, interview_id: str, move: Move
    ) -> Held:
        """Do the same in a given transaction; call `changed` after it."""
        store = self.store(session, tenant_id)
        held = await store.load(interview_id, lock=True)
        return await store.keep(held, move(held))

    async def expects(
        self,
        tenant_id: str,
        interview_id: str,
        turn: int,
        *,
        idempotency_key: str | None = None,
    ) -> Rubric | None:
        """Return what a turn is about that waits for an answer, before it is read what was said.

        Returns:
            None where this very request has brought the answer before, and came to no response.

        Raises:
            NotFound: There is no such interview.
            InterviewConflict: The turn is not open.
        """
        async with self._database.read() as session:
            held = await self.store(session, tenant_id).load(interview_id)
            try:
                question = open_turn(held.state, turn)
            except InterviewConflict:
                if await _is_kept(session, held, turn, idempotency_key):
                    return None
                raise
        return held.engine.rubric(question.planned.rubric)

    async def receive(
        self,
        tenant_id: str,
        interview_id: str,
        said: str | SpokenAnswer,
        *,
        turn: int,
        idempotency_key: str | None = None,
    ) -> None:
        """Keep an answer; it is graded by `tend`.

        Raises:
            NotFound: There is no such interview.
            InterviewConflict: The turn is not open.
            AnswerInvalid: The answer cannot be graded as it stands; the turn stays open.
        """
        async with self._database.write() as session:
            store = self.store(session, tenant_id)
            held = await store.load(interview_id, lock=True)
            try:
                step = held.receive(said, turn=turn)
            except InterviewConflict:
                if await _is_kept(session, held, turn, idempotency_key):
                    return
                raise
            held = await store.keep(held, step)
            await self._keep_answer(session, held, turn, idempotency_key)
        self.changed(interview_id)

    async def tend(self, tenant_id: str, interview_id: str) -> None:
        """Do what is to be done in an interview that no request asks for: grade, go on, close."""

        async def write() -> Grade | None:
            async with self._database.write() as session:
                return await self._conclude(session, held, judged, used)

        try:
            held = await patiently(partial(self.find, tenant_id, interview_id), "interviews")
            judged, used = Judged(), 0
            if held.is_unsettled:
                judged, used = await patiently(partial(self._judge, held), "interviews")
            grade = await patiently(write, "interviews")
        except NotFound:
            return  # deleted meanwhile
        self.changed(interview_id)
        if grade is not None:
            self._on_grade(grade)

    async def _judge(self, held: Held) -> tuple[Judged, int]:
        """Return what was judged, and how many tokens an LLM used for it."""
        left = await tokens_left(self._grader, self._database, held.row.tenant_id)
        with tenant_budget(left) as budget:
            judged = await self._interviewer(held).judge(held.state)
        return judged, budget.used

    async def _conclude(
        self, session: AsyncSession, before: Held, judged: Judged, used: int
    ) -> Grade | None:
        tenant_id, interview_id = before.row.tenant_id, before.row.id
        store = self.store(session, tenant_id)
        held = await store.load(interview_id, lock=True)
        grade = None
        if held.place != before.place:
            return None  # somebody else has gone on
        if held.is_unsettled:
            step = self._interviewer(held).conclude(held.state, judged)
            grade = judged.grade
        else:
            step = await self._overdue(session, held)
        after = await store.keep(held, step)
        if any(event.type == "answer_received" for event in step.events):
            await self._keep_answer(session, after, step.state.turns, None)
            after.row.due_at = after.at  # to be graded at once
        if grade is not None:
            await self._keep_grade(session, held, grade)
            used -= grade.usage.input_tokens + grade.usage.output_tokens
        await LlmUsage(session, tenant_id).add(used)
        return grade

    async def _overdue(self, session: AsyncSession, held: Held) -> Step:
        """Close a question whose time is up, or take what its candidate had saved until then."""
        turn = held.state.turn
        if held.is_overdue and turn is not None:
            invite = await Invites(session, held.row.tenant_id).of_interview(held.row.id)
            if invite is not None and invite.draft_turn == turn.number and invite.draft.strip():
                draft, invite.draft, invite.draft_turn = invite.draft, "", None
                with suppress(AnswerInvalid):
                    return held.receive(draft, turn=turn.number)
        return held.close_if_overdue()

    async def _keep_answer(
        self, session: AsyncSession, held: Held, turn: int, idempotency_key: str | None
    ) -> None:
        """Keep an answer as one outside of interviews is kept."""
        row, task = held.row, held.engine.task(held.state)
        submission = new_submission(
            row.tenant_id,
            task.rubric,
            task.said,
            candidate_id=row.candidate_id,
            custom_id=row.custom_id,
            labels=row.labels,
            asked=list(task.asked),
        )
        await Submissions(session, row.tenant_id).add(submission)
        if task.spoken is not None:
            await Transcripts(session, row.tenant_id).add(submission.id, task.spoken)
        await Interviews(session, row.tenant_id).add_answer(
            row.id, turn, submission.id, idempotency_key
        )

    async def _keep_grade(self, session: AsyncSession, held: Held, grade: Grade) -> None:
        """Keep a grade as one of an answer outside of interviews is kept."""
        tenant_id, interview_id = held.row.tenant_id, held.row.id
        question, turn = held.state.current, held.state.turn
        if question is None or turn is None:
            raise RuntimeError("a grade of no turn")
        answer = await Interviews(session, tenant_id).answer(interview_id, turn.number)
        if answer is None:
            raise LookupError(f"turn {turn.number} of {interview_id} has no submission")
        submission = await Submissions(session, tenant_id).get(answer.submission_id)
        if submission is None:
            raise LookupError(answer.submission_id)
        # This grade is of all that was said; of one before it there is nothing left to review.
        for earlier in question.turns[:-1]:
            if earlier.grade is not None:
                await ReviewQueue(session, tenant_id).done(earlier.grade.id)
        rubric = held.engine.rubric(question.planned.rubric)
        await keep_grade(session, GradingTask(grade.id, submission, rubric), grade)

    def _interviewer(self, held: Held) -> Interviewer:
        given_up = _GIVEN_UP if held.row.attempts > _MOST_ATTEMPTS else None
        grading = TenantGrading(self._grader, held.row.tenant_id, given_up=given_up)
        return Interviewer(held.engine, grading, held.at.timestamp, self._phrasing)


async def _is_kept(
    session: AsyncSession, held: Held, turn: int, idempotency_key: str | None
) -> bool:
    """Tell whether the answer to a turn came with this key, by a request that got no response."""
    if idempotency_key is None:
        return False
    before = await Interviews(session, held.row.tenant_id).answer(held.row.id, turn)
    return before is not None and before.idempotency_key == idempotency_key
