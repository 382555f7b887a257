"""What a judge has to do before an interview can go on."""

from __future__ import annotations

from dataclasses import dataclass

from grader.speech import SpokenAnswer
from grader.types import Rubric


@dataclass(frozen=True, slots=True)
class GradingTask:
    """What is to be graded before the interview can go on.

    Attributes:
        said: All the candidate's words on the question, to be graded under `rubric`.
        asked: Ids of the follow-ups put already.
        answer: The last answer alone, to be graded under `corrections`.
        corrections: See `correction_rubric`; None where no mistake stands that it could take back.
        spoken: What was heard of `said`; None where all of it was typed.
        answer_spoken: What was heard of `answer`; None where it was typed.
    """

    rubric: Rubric
    said: str
    asked: tuple[str, ...]
    answer: str
    corrections: Rubric | None
    spoken: SpokenAnswer | None = None
    answer_spoken: SpokenAnswer | None = None
