"""Practice answers: whole answers to the subjects of the labelled statements, marked by point."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from evals.datasets import LabelledAnswer
from evals.training._statements import (
    MistakeStatements,
    PointStatements,
    Statements,
    load_statements,
    owner_ids,
)
from grader.types import Evidence, Frozen, Mistake, Point, Rubric, Verdict

PRACTICE = Path(__file__).parents[1] / "data" / "practice"

POINTS, MISTAKES = 6, 2

_REFERENCES = "references.jsonl"
_PHRASINGS_KEPT = 2


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


class PracticeQuestion(NamedTuple):
    """A subject of the labelled statements, with whole answers to its question."""

    subject: Sequence[Statements]
    reference: str
    answers: Sequence[PracticeAnswer]

    def labelled(self) -> list[LabelledAnswer]:
        """The answers as those of a data set; whether a mistake is denied is left out."""
        return [
            LabelledAnswer.model_validate(
                {
                    "id": answer.id,
                    "rubric_id": answer.subject,
                    "rubric_version": "1.0.0",
                    "answer": answer.answer,
                    "points": {
                        f"point-{number}": label.model_dump()
                        for number, label in enumerate(answer.points)
                    },
                    "mistakes": {
                        f"mistake-{number}": label.model_dump(include={"made", "evidence"})
                        for number, label in enumerate(answer.mistakes)
                    },
                    "tags": {"style": answer.style},
                }
            )
            for answer in self.answers
        ]

    def rubric(self, rng: Random) -> Rubric:
        """Make a rubric of the subject; some statements, drawn at random, are its phrasings."""
        named = list(zip(owner_ids(self.subject), self.subject, strict=True))
        return Rubric(
            id=self.subject[0].subject,
            version="1.0.0",
            question=self.subject[0].question,
            reference_answer=self.reference,
            points=tuple(
                Point(
                    id=name,
                    claim=item.claim,
                    weight=1.0,
                    accept=_drawn(item.covered, rng),
                    reject=_drawn(item.contradicted, rng),
                )
                for name, item in named
                if isinstance(item, PointStatements)
            ),
            mistakes=tuple(
                Mistake(id=name, claim=item.claim, penalty=0.1, correction=item.denied[0])
                for name, item in named
                if isinstance(item, MistakeStatements)
            ),
        )


def load_questions() -> list[PracticeQuestion]:
    """Load every subject with its reference answer and its answers, in the statements' order."""
    references = load_references()
    answers: defaultdict[str, list[PracticeAnswer]] = defaultdict(list)
    for answer in load_practice():
        answers[answer.subject].append(answer)
    return [
        PracticeQuestion(subject, references[subject[0].subject], answers[subject[0].subject])
        for subject in load_statements()
    ]


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


def _drawn(texts: Sequence[str], rng: Random) -> tuple[str, ...]:
    return tuple(rng.sample(texts, min(_PHRASINGS_KEPT, len(texts))))
