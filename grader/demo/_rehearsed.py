"""A candidate who knows beforehand what to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from grader.interviewing import InterviewEngine, InterviewState
from grader.types import Frozen

_FILE = Path(__file__).with_name("answers.yaml")


class Answers(Frozen):
    """What is said about one question.

    Attributes:
        answer: To the question itself.
        follow_ups: To follow-ups, by their id.
    """

    answer: str
    follow_ups: Mapping[str, str] = {}


def load_answers() -> Mapping[str, Answers]:
    """Read the answers of the demonstration, by id of the rubric."""
    document = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Answers]).validate_python(document)


class RehearsedCandidate:
    """Answers what there is an answer to, and passes where there is none.

    To a question without an answer of its own the first worked example of its rubric is said.
    """

    def __init__(self, answers: Mapping[str, Answers], engine: InterviewEngine) -> None:
        """Learn the answers by heart.

        Args:
            answers: By id of the rubric.
            engine: Knows the rubrics of the interview.
        """
        self._answers = answers
        self._engine = engine

    def answer(self, state: InterviewState) -> str | None:
        """Return the answer to the open turn; None to pass."""
        question, turn = state.current, state.turn
        if question is None or turn is None:
            return None
        rubric = self._engine.rubric(question.planned.rubric)
        known = self._answers.get(rubric.id)
        if turn.ask.style is not None:
            return known.follow_ups.get(turn.ask.id) if known else None
        if known is not None:
            return known.answer
        return rubric.examples[0].answer if rubric.examples else None
