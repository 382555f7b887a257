"""An interview in the records, as a state that can be gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.deliveries import EventType, announce
from api.errors import NotFound
from api.records import InterviewRow, Interviews, InterviewStatus, Invites, RubricDocuments
from grader.bank import Bank
from grader.errors import RubricNotFound
from grader.grading import Grader
from grader.interviewing import InterviewEngine, InterviewPlan, InterviewState, Phase, Step
from grader.speech import SpokenAnswer
from grader.types import Rubric, RubricRef

LEASE = timedelta(seconds=30)
"""Whoever makes a grade has to say so again within this time, or somebody else makes it."""

GRACE = timedelta(seconds=10)
"""For an answer sent in the last second to arrive, before its question is closed."""

# Longer than a service lets pass between two notes that it is there (`InterviewKeeper`).
_AWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Held:
    """An interview that was read from the records, or is about to be written to them.

    Attributes:
        state: As of the last transition.
        engine: Knows the rubrics of this interview.
        at: The present moment.
    """

    row: InterviewRow
    state: InterviewState
    engine: InterviewEngine
    at: datetime

    @property
    def present(self) -> InterviewState:
        """The state with the time that has passed until now."""
        return self.state.at(self._now)

    @property
    def is_unsettled(self) -> bool:
        """Whether a judge or the interviewer has the next move."""
        choosing = self.state.phase is Phase.CHOOSING and not self.state.paused
        return choosing or self.state.phase is Phase.JUDGING

    @property
    def place(self) -> tuple[Phase, int]:
        """How far the interview has come, pauses aside."""
        return self.state.phase, self.state.turns

    def receive(self, said: str | SpokenAnswer, *, turn: int) -> Step:
        """Take an answer now, typed or spoken; see `InterviewEngine.receive`."""
        spoken = None if isinstance(said, str) else said
        answer = said if isinstance(said, str) else said.transcript.text
        return self.engine.receive(self.state, answer, turn=turn, at=self._now, spoken=spoken)

    def skip(self, *, turn: int) -> Step:
        """Let the candidate pass now; see `InterviewEngine.skip`."""
        return self.engine.skip(self.state, turn=turn, at=self._now)

    def pause(self) -> Step:
        """Stop the clock now; see `InterviewEngine.pause`."""
        return self.engine.pause(self.state, at=self._now)

    def resume(self) -> Step:
        """Let the clock go on now; see `InterviewEngine.resume`."""
        return self.engine.resume(self.state, at=self._now)

    def finish(self) -> Step:
        """End the interview now; see `InterviewEngine.finish`."""
        return self.engine.finish(self.state, at=self._now)

    @property
    def is_overdue(self) -> bool:
        """Whether the time of a question was up some while ago; see `GRACE`."""
        state = self.state.at(self._now - GRACE.total_seconds())
        waits = state.phase is Phase.ANSWERING and not state.paused
        return waits and state.question_seconds_left <= 0

    def close_if_overdue(self) -> Step:
        """Close a question whose time was up some while ago; see `GRACE`."""
        return self.engine.tick(self.state, at=self._now - GRACE.total_seconds())

    @property
    def _now(self) -> float:
        return self.at.timestamp()


class InterviewStore:
    """One tenant's interviews as states; what is read with a lock is for this transaction alone."""

    def __init__(
        self,
        session: AsyncSession,
        tenant_id: str,
        grader: Grader,
        clock: Callable[[], datetime],
    ) -> None:
        """Work in `session` for one tenant.

        Args:
            session: The transaction.
            tenant_id: Whose interviews.
            grader: Has the shared bank.
            clock: Tells the time.
        """
        self._session = session
        self._tenant_id = tenant_id
        self._grader = grader
        self._clock = clock
        self._interviews = Interviews(session, tenant_id)

    async def load(self, interview_id: str, *, lock: bool = False) -> Held:
        """Read an interview.

        Raises:
            NotFound: There is none.
            InterviewStateInvalid: A later version of this package wrote it.
        """
        row = await self._interviews.get(interview_id, lock=lock)
        if row is None:
            raise NotFound(f"there is no interview '{interview_id[:80]}'")
        state = InterviewState.from_json(row.state)
        at = self._clock()
        away = at - row.seen_at
        if away > _AWAY and row.status is InterviewStatus.ACTIVE:
            state = state.unwatched(away.total_seconds())
        return Held(row, state, await self._engine(state.plan), at)

    async def begin(self, row: InterviewRow, plan: InterviewPlan, rubrics: Bank) -> Held:
        """Keep a new interview, and put its first question.

        Args:
            row: With what is said of it; the rest is filled in.
            plan: What is to be asked.
            rubrics: Holds every rubric of the plan; they are kept, so that it can go on whatever
                becomes of them.
        """
        documents = RubricDocuments(self._session, self._tenant_id)
        for question in plan.questions:
            await documents.keep(rubrics.get(question.rubric.id, question.rubric.version))
        at = self._clock()
        engine = self._engine_over(rubrics)
        step = engine.begin(plan, at=at.timestamp())
        held = Held(row, step.state, engine, at)
        row.title, row.level, row.minutes = plan.title, plan.level, plan.minutes
        self._fill(held)
        await self._interviews.add(row)
        self._tell(held, step)
        return held

    async def keep(self, held: Held, step: Step) -> Held:
        """Write what a transition of a locked interview has come to."""
        after = replace(held, state=step.state)
        self._fill(after)
        self._tell(after, step)
        if any(event.type == "finished" for event in step.events):
            await self._hand_in_invite(after)
        await self._session.flush()
        return after

    async def _hand_in_invite(self, held: Held) -> None:
        """Close the invite by which an interview was held, where it was."""
        invite = await Invites(self._session, self._tenant_id).of_interview(held.row.id)
        if invite is None:
            return
        invite.submitted_at = held.at
        invite.draft, invite.draft_turn = "", None
        told = {"id": invite.id, "interview_id": held.row.id}
        announce(self._session, self._tenant_id, EventType.INVITE_SUBMITTED, told)

    def _fill(self, held: Held) -> None:
        row, state = held.row, held.state
        row.state = state.model_dump_json()
        row.status = _status(state)
        row.due_at = _due(held)
        row.attempts = 1 if held.is_unsettled else 0
        row.seen_at = held.at
        if state.finished is not None and row.finished_at is None:
            row.finished_at = held.at

    def _tell(self, held: Held, step: Step) -> None:
        documents = [event.model_dump(mode="json") for event in step.events]
        self._interviews.add_events(held.row.id, documents)
        if any(event.type == "finished" for event in step.events):
            data = {
                "id": held.row.id,
                "reason": step.state.finished,
                "questions": len(step.state.questions),
                "turns": step.state.turns,
            }
            announce(self._session, self._tenant_id, EventType.INTERVIEW_FINISHED, data)

    async def _engine(self, plan: InterviewPlan) -> InterviewEngine:
        """Find every rubric of a plan, word for word as it was when the interview began."""
        shared = {each.rubric.sha256: self._shared(each.rubric) for each in plan.questions}
        lacking = [sha256 for sha256, rubric in shared.items() if rubric is None]
        own = await RubricDocuments(self._session, self._tenant_id).several(lacking)
        return self._engine_over(Bank([*(each for each in shared.values() if each), *own]))

    def _engine_over(self, rubrics: Bank) -> InterviewEngine:
        limit = self._grader.settings.max_answer_characters
        return InterviewEngine(rubrics, max_answer_characters=limit)

    def _shared(self, ref: RubricRef) -> Rubric | None:
        try:
            rubric = self._grader.bank.get(ref.id, ref.version)
        except RubricNotFound:
            return None
        return rubric if rubric.sha256 == ref.sha256 else None


def _status(state: InterviewState) -> InterviewStatus:
    if state.finished is not None:
        return InterviewStatus.FINISHED
    return InterviewStatus.PAUSED if state.paused else InterviewStatus.ACTIVE


def _due(held: Held) -> datetime | None:
    """Say when there will be something to do that no request asks for."""
    if held.is_unsettled:
        return held.at + LEASE
    if held.state.finished is not None or held.state.paused:
        return None
    return held.at + timedelta(seconds=held.present.question_seconds_left) + GRACE
