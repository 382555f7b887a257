"""Practice answers: whole answers to the subjects of the labelled statements, marked by point."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from grader.types import Evidence, Frozen, Verdict

PRACTICE = Path(__file__).parents[1] / "data" / "practice"

POINTS, MISTAKES = 6, 2

_REFERENCES = "references.jsonl"


class PointLabel(Frozen):
    """What an answer says of one claim, and the words that say it."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _supported(self) -> Self:
        if self.verdict is Verdict.UNGRADED:
            raise ValueError("a label is a verdict")
        if bool(self.evidence) is (self.verdict is Verdict.MISSING):
            raise ValueError("a verdict has evidence, unless the point is missing")
        return self


class MistakeLabel(Frozen):
    """Whether an answer holds a wrong belief, rejects it, or does not speak of it."""

    made: bool
    denied: bool = False
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _supported(self) -> Self:
        if self.made is not bool(self.evidence) or (self.made and self.denied):
            raise ValueError("a mistake has evidence where it is made, and is not denied then")
        return self


class PracticeAnswer(Frozen):
    """One answer to a subject's question.

    Attributes:
        id: The subject and a number.
        subject: As the labelled statements name it.
        points: One label for each claim of the subject, in the order of the statements.
        mistakes: The same for its wrong beliefs.
        style: How it is said.
    """

    id: str
    subject: str
    answer: str = Field(min_length=1)
    points: tuple[PointLabel, ...] = Field(min_length=POINTS, max_length=POINTS)
    mistakes: tuple[MistakeLabel, ...] = Field(min_length=MISTAKES, max_length=MISTAKES)
    style: str

    @model_validator(mode="after")
    def _verbatim(self) -> Self:
        labels = (*(p.evidence for p in self.points), *(m.evidence for m in self.mistakes))
        for span in chain.from_iterable(labels):
            if self.answer[span.start : span.end] != span.quote:
                raise ValueError(f"{self.id} does not say '{span.quote}' at {span.start}")
        return self


def load_practice(folder: Path = PRACTICE) -> Iterator[PracticeAnswer]:
    """Yield all answers, in the order of the files.

    Raises:
        pydantic.ValidationError: A line does not follow the format.
    """
    for path in sorted(folder.glob("*.jsonl")):
        if path.name != _REFERENCES:
            for line in path.read_text("utf-8").splitlines():
                yield PracticeAnswer.model_validate_json(line)


def load_references(folder: Path = PRACTICE) -> dict[str, str]:
    """Load the reference answer to each subject's question."""
    lines = (folder / _REFERENCES).read_text("utf-8").splitlines()
    return {found["subject"]: found["reference"] for found in map(json.loads, lines)}
