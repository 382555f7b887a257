"""`client.interviews`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Unpack

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._operations import Operation, keyed
from grader.client._recordings import Recording, in_form
from grader.client.models import (
    Interview,
    InterviewFilter,
    InterviewOptions,
    InterviewSummary,
    Page,
    RecordedTurnOptions,
    Script,
    ScriptList,
    TurnOptions,
)
from grader.interviewing import EVENT, Event, InterviewReport

_PATH = "/v1/interviews"
_ONE = f"{_PATH}/{{interview_id}}"

CREATE = Operation("POST", _PATH, TypeAdapter(Interview), creates=True)
LIST = Operation("GET", _PATH, TypeAdapter(Page[InterviewSummary]))
SCRIPTS = Operation("GET", "/v1/interview-scripts", TypeAdapter(ScriptList))
GET = Operation("GET", _ONE, TypeAdapter(Interview))
ANSWER = Operation("POST", f"{_ONE}/answers", TypeAdapter(Interview), creates=True)
PAUSE = Operation("POST", f"{_ONE}/pause", TypeAdapter(Interview))
RESUME = Operation("POST", f"{_ONE}/resume", TypeAdapter(Interview))
END = Operation("POST", f"{_ONE}/end", TypeAdapter(Interview))
EVENTS: Operation[Event] = Operation("GET", f"{_ONE}/events", EVENT)
REPORT = Operation("GET", f"{_ONE}/report", TypeAdapter(InterviewReport))


class AsyncInterviews(Resource):
    """Hold interviews of many turns."""

    async def create(self, **wanted: Unpack[InterviewOptions]) -> Interview:
        """Begin an interview; `ask` is its first question, and the candidate's time runs.

        Args:
            **wanted: See `InterviewOptions`.

        Raises:
            NotFound: There is no such script.
            Invalid: Nothing in the bank fits.
        """
        return await self._session.call(CREATE, **keyed(wanted))

    def list(self, **wanted: Unpack[InterviewFilter]) -> AsyncGenerator[InterviewSummary]:
        """Iterate over interviews, newest first.

        Args:
            **wanted: See `InterviewFilter`.
        """
        return self._session.items(LIST, query=wanted)

    async def scripts(self) -> tuple[Script, ...]:
        """Return the scripts that an interview can follow, by level."""
        return (await self._session.call(SCRIPTS)).items

    async def get(self, interview_id: str, *, candidate_view: bool = False) -> Interview:
        """Return an interview as it stands.

        Args:
            interview_id: The interview.
            candidate_view: Whether to show only what a candidate may see, though the key shows more.

        Raises:
            NotFound: There is no such interview.
        """
        names, query = {"interview_id": interview_id}, {"candidate_view": candidate_view}
        return await self._session.call(GET, names=names, query=query)

    async def answer(
        self,
        interview_id: str,
        answer: str | None = None,
        *,
        turn: int,
        **options: Unpack[TurnOptions],
    ) -> Interview:
        """Answer the open turn, or pass; what is returned has what is asked next.

        The service waits half a minute for the grade; after that `grading` is still true, and
        `wait` waits on. The answer is kept in any case.

        Args:
            interview_id: The interview.
            answer: The candidate's words; not with a `transcript` or `skip`.
            turn: The turn that is answered: `ask.turn`.
            **options: See `TurnOptions`.

        Raises:
            Conflict: The turn is answered already, or the interview is paused or over.
            Invalid: The answer cannot be graded as it stands; the turn stays open.
        """
        body: dict[str, Any] = {"turn": turn, **options}
        if answer is not None:
            body["answer"] = answer
        return await self._session.call(ANSWER, names=_names(interview_id), **keyed(body))

    async def answer_recording(
        self,
        interview_id: str,
        audio: Recording,
        *,
        turn: int,
        **options: Unpack[RecordedTurnOptions],
    ) -> Interview:
        """Answer the open turn by a recording, which is written down and not kept.

        Args:
            interview_id: The interview.
            audio: The bytes, or the path of a file.
            turn: The turn that is answered: `ask.turn`.
            **options: See `RecordedTurnOptions`.

        Raises:
            OSError: The file cannot be read.
            Conflict: As `answer`.
            Invalid: It cannot be graded as it was heard; the turn stays open.
            Unavailable: No speech-to-text engine is set up, or it fails.
        """
        form = await in_form(self._session, audio, {"turn": turn, **options})
        return await self._session.call(ANSWER, names=_names(interview_id), **form)

    async def wait(self, interview_id: str, *, timeout: float | None = 300) -> Interview:  # noqa: ASYNC109
        """Wait until no answer is being graded any more.

        Args:
            interview_id: The interview.
            timeout: Seconds; None for no end.

        Raises:
            WaitTimeout: It takes longer.
        """
        return await self._session.until(
            lambda interview: not interview.grading,
            lambda: self.get(interview_id),
            timeout=timeout,
        )

    async def pause(self, interview_id: str) -> Interview:
        """Stop the clock; an answer that is being graded is graded all the same.

        Raises:
            Conflict: The interview is paused already, or over.
        """
        return await self._session.call(PAUSE, names=_names(interview_id))

    async def resume(self, interview_id: str) -> Interview:
        """Let the clock go on.

        Raises:
            Conflict: The interview is not paused.
        """
        return await self._session.call(RESUME, names=_names(interview_id))

    async def end(self, interview_id: str) -> Interview:
        """End the interview before its time; an answer that is being graded is waited for.

        Raises:
            Conflict: It is over already.
        """
        return await self._session.call(END, names=_names(interview_id))

    def events(
        self, interview_id: str, *, after: int = 0, candidate_view: bool = False
    ) -> AsyncGenerator[Event]:
        """Iterate over what happens in an interview, as it happens, until it is over.

        A stream that breaks off is taken up where it did; no event comes twice.

        Args:
            interview_id: The interview.
            after: Number of the last event that is known, such as `last_event` of an interview.
            candidate_view: Whether to show only what a candidate may see, though the key shows more.

        Raises:
            NotFound: There is no such interview.
            ConnectionFailed: The stream breaks off again and again.
        """
        query = {"candidate_view": candidate_view}
        return self._session.events(EVENTS, after=after, names=_names(interview_id), query=query)

    async def report(
        self, interview_id: str, *, candidate_view: bool = False, delivery: bool = True
    ) -> InterviewReport:
        """Return the report; verdicts that people have corrected count as corrected.

        Args:
            interview_id: The interview.
            candidate_view: Whether to show only what a candidate may see, though the key shows more.
            delivery: Whether to tell how spoken answers were spoken, which is no part of a score.

        Raises:
            Conflict: It goes on, and the key shows only what a candidate may see.
        """
        query = {"candidate_view": candidate_view, "delivery": delivery}
        return await self._session.call(REPORT, names=_names(interview_id), query=query)


class Interviews(BlockingResource):
    """Hold interviews of many turns."""

    create = blocking(AsyncInterviews.create)
    list = iterating(AsyncInterviews.list)
    scripts = blocking(AsyncInterviews.scripts)
    get = blocking(AsyncInterviews.get)
    answer = blocking(AsyncInterviews.answer)
    answer_recording = blocking(AsyncInterviews.answer_recording)
    wait = blocking(AsyncInterviews.wait)
    pause = blocking(AsyncInterviews.pause)
    resume = blocking(AsyncInterviews.resume)
    end = blocking(AsyncInterviews.end)
    events = iterating(AsyncInterviews.events)
    report = blocking(AsyncInterviews.report)


def _names(interview_id: str) -> dict[str, str]:
    return {"interview_id": interview_id}
