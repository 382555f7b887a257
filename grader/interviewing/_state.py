"""Where an interview stands: all of it, so that it can be stored and taken up again anywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from grader.interviewing._errors import InterviewStateInvalid
from grader.interviewing._plan import InterviewPlan, PlannedQuestion
from grader.speech import SpokenAnswer, pooled
from grader.types import FollowUpStyle, Frozen, Grade

_BETWEEN_TURNS = "\n\n"

Seconds = Annotated[float, Field(ge=0)]


class Phase(StrEnum):
    """Whose move it is: the candidate's, the judge's, the interviewer's, or nobody's any more."""

    ANSWERING = "answering"
    JUDGING = "judging"
    CHOOSING = "choosing"
    FINISHED = "finished"


class CloseReason(StrEnum):
    """Why no more is asked about a question."""

    COVERED = "covered"
    EXHAUSTED = "exhausted"
    OUT_OF_TIME = "out_of_time"
    PASSED = "passed"
    NOT_JUDGED = "not_judged"
    ENDED = "ended"


class FinishReason(StrEnum):
    """Why the interview is over: all was asked, the time is up, or somebody ended it."""

    COMPLETE = "complete"
    OUT_OF_TIME = "out_of_time"
    ENDED = "ended"


class Ask(Frozen):
    """What the candidate was asked in one turn.

    Attributes:
        id: Of the rubric for its question, else of the follow-up.
        style: None for the question itself.
        gap: The point or mistake that a follow-up was chosen for.
        targets: All that it is about, the gap first.
        rephrased: Whether the words are a model's and not the rubric's.
    """

    id: str
    text: str
    style: FollowUpStyle | None = None
    gap: str | None = None
    targets: tuple[str, ...] = ()
    rephrased: bool = False


class Turn(Frozen):
    """One thing asked and what came of it.

    Attributes:
        number: From 1, over the whole interview.
        asked_at: Seconds into the interview, pauses and judging left out.
        answer: Verbatim; None as long as there is none, and where the candidate passed.
        spoken: What was heard, where the answer was spoken; `answer` is its transcript's text.
        grade: Of all that the candidate has said on this question up to this turn.
        corrections: Whether this answer takes back mistakes that stood before it; see
            `correction_rubric`.
    """

    number: int
    ask: Ask
    asked_at: Seconds
    answer: str | None = None
    spoken: SpokenAnswer | None = None
    answered_at: Seconds | None = None
    grade: Grade | None = None
    corrections: Grade | None = None


class AskedQuestion(Frozen):
    """A question of the interview with its turns; at least one."""

    planned: PlannedQuestion
    why: str
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]
    closed: CloseReason | None = None
    closed_at: Seconds | None = None

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The follow-ups put so far, in order."""
        return tuple(turn.ask for turn in self.turns[1:])

    @property
    def said(self) -> str:
        """All the candidate's words on this question, turn by turn; what is graded."""
        return _BETWEEN_TURNS.join(turn.answer for turn in self.turns if turn.answer is not None)

    @property
    def spoken(self) -> SpokenAnswer | None:
        """What was heard of `said`; None where all of it was typed."""
        parts = [
            turn.answer if turn.spoken is None else turn.spoken
            for turn in self.turns
            if turn.answer is not None
        ]
        return pooled(parts, _BETWEEN_TURNS)

    def locate(self, start: int, end: int) -> tuple[Turn, int, int]:
        """Find where a span of `said` stands.

        Returns:
            The last turn that the span reaches into, and its part there, as offsets in that turn's
            answer.
        """
        begin = 0
        found: tuple[Turn, int, int] | None = None
        for turn in self.turns:
            if turn.answer is None:
                continue
            first = max(start, begin) - begin
            last = min(end, begin + len(turn.answer)) - begin
            if first < last:
                found = (turn, first, last)
            begin += len(turn.answer) + len(_BETWEEN_TURNS)
        if found is None:
            raise ValueError(f"no answer holds the span {start} to {end}")
        return found


class InterviewState(Frozen):
    """A whole interview so far. Every transition gives a new one.

    Attributes:
        version: Of this format.
        phase: Whose move it is.
        clock: The time of the last transition as the caller gave it, in seconds.
        elapsed: Seconds that the candidate has used: time in phase `answering`, less pauses.
        events: How many events there have been; the next one has the number after it.
        questions: In the order asked; the last one may be open.
    """

    version: Literal[1] = 1
    plan: InterviewPlan
    phase: Phase = Phase.CHOOSING
    paused: bool = False
    clock: float
    elapsed: Seconds = 0.0
    events: Annotated[int, Field(ge=0)] = 0
    questions: tuple[AskedQuestion, ...] = ()
    finished: FinishReason | None = None

    @property
    def current(self) -> AskedQuestion | None:
        """The open question; None between two and at the end."""
        last = self.questions[-1] if self.questions else None
        return last if last is not None and last.closed is None else None

    @property
    def turn(self) -> Turn | None:
        """The turn that waits for an answer or for its grade; None where none does."""
        if self.current is None or self.phase not in (Phase.ANSWERING, Phase.JUDGING):
            return None
        return self.current.turns[-1]

    @property
    def turns(self) -> int:
        """How many turns there have been."""
        return sum(len(question.turns) for question in self.questions)

    @property
    def seconds_left(self) -> float:
        """Of the whole interview."""
        return max(0.0, self.plan.minutes * 60 - self.elapsed)

    @property
    def question_seconds_left(self) -> float:
        """Of the open question, within those of the interview; 0 where none is open."""
        if self.current is None:
            return 0.0
        used = self.elapsed - self.current.turns[0].asked_at
        return max(0.0, min(self.seconds_left, self.current.planned.minutes * 60 - used))

    def at(self, moment: float) -> Self:
        """Let the time pass up to a moment, without what follows from that."""
        passed = max(0.0, moment - self.clock)
        runs = self.phase is Phase.ANSWERING and not self.paused
        return self.model_copy(
            update={
                "clock": max(moment, self.clock),
                "elapsed": round(self.elapsed + passed * runs, 3),
            }
        )

    def unwatched(self, seconds: float) -> Self:
        """Leave out of account that so many seconds passed, since nobody was there to answer to."""
        return self.model_copy(update={"clock": self.clock + seconds})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `model_dump_json` wrote.

        Raises:
            InterviewStateInvalid: It is something else, or of another version of this format.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"]) or "the document"
            raise InterviewStateInvalid(
                f"this is not a saved interview of format 1: {where}: {first['msg'].lower()}"
            ) from None
