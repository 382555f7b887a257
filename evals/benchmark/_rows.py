"""The rows of public answer-grading sets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.datasets import (
    DatasetInvalid,
    numbered_lines,
    opened,
    read_object,
    validation_problems,
)
from grader.errors import Problem
from grader.types import Frozen

# What sets that state no maximum and mark beyond 1 count up to, as Mohler et al. (2011) do.
_USUAL_MAXIMUM = 5.0

_LEVELS: Mapping[str, int] = {
    "incorrect": 0,
    "partially correct": 1,
    "partially_correct": 1,
    "correct": 2,
}


class Reference(BaseModel):
    """One reference answer; covering any of a question's makes an answer correct."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    category: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return {"text": given} if isinstance(given, str) else given


class BenchmarkRow(BaseModel):
    """One answer of a public set; fields not named here are ignored.

    Attributes:
        correct: Whether the answer is correct, where the set says only that.
        score: As the set has it; see `scale`.
        verification: Correct, Partially correct or Incorrect, beside a score.
        maximum: The highest score, where the set states it (`max_score`, `max_grade`, `out_of`).
    """

    model_config = ConfigDict(frozen=True)

    question_id: str = Field(min_length=1, coerce_numbers_to_str=True)
    question: str = Field(min_length=1)
    references: tuple[Reference, ...] = Field(min_length=1)
    answer: str
    dataset: str = ""
    split: str = ""
    correct: bool | None = Field(default=None, strict=True)
    score: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    verification: str | None = None
    maximum: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        validation_alias=AliasChoices(
            "max_score", "score_max", "maximum", "max_grade", "max_points", "out_of"
        ),
    )

    @model_validator(mode="after")
    def _check_labels(self) -> Self:
        if self.correct is None and self.score is None and self.verification is None:
            raise ValueError("has no label: needs `correct`, `score` or `verification`")
        if self.verification is not None and self.verification.strip().lower() not in _LEVELS:
            raise ValueError(
                f"verification is {self.verification!r}; it can be Correct, Partially correct "
                "or Incorrect"
            )
        if self.maximum is not None and self.score is not None and self.score > self.maximum:
            raise ValueError(f"the score {self.score:g} is above its maximum {self.maximum:g}")
        return self

    @property
    def level(self) -> int | None:
        """0 incorrect, 1 partially correct, 2 correct; None where the set has no such labels."""
        if self.verification is None:
            return None
        return _LEVELS[self.verification.strip().lower()]

    @property
    def is_correct(self) -> bool | None:
        """Whether the answer counts as correct; None where the set only has scores."""
        return self.correct if self.correct is not None or self.level is None else self.level == 2


@dataclass(frozen=True, slots=True)
class BenchmarkFile:
    """A public set, checked; its rows are read one by one.

    Attributes:
        rows: Number of rows.
        scale: What scores are divided by, so that they lie in 0 to 1.
        has_correct: Whether rows say which answers are correct.
        has_levels: Whether rows tell partially correct answers apart.
    """

    path: Path
    rows: int
    scale: float
    has_correct: bool
    has_levels: bool

    @classmethod
    def open(cls, path: Path) -> Self:
        """Check every row of a file.

        Raises:
            DatasetInvalid: A row cannot be used, or rows differ in their labels; all problems.
        """
        problems: list[Problem] = []
        kinds: dict[tuple[bool, bool], int] = {}
        highest = 0.0
        count = 0
        stated: set[float | None] = set()
        for number, row in _parsed(path, problems):
            count += 1
            kinds.setdefault((row.is_correct is not None, row.level is not None), number)
            highest = max(highest, row.score or 0.0)
            if row.score is not None:
                stated.add(row.maximum)
        problems += _mixed(path, kinds)
        scale = 1.0 if highest <= 1 or None not in stated else _USUAL_MAXIMUM
        if None in stated and highest > scale:
            message = (
                f"scores go up to {highest:g}; give each row `max_score`, since only 1 and 5 "
                "are taken for granted"
            )
            problems.append(Problem("score", message, str(path)))
        if not count and not problems:
            problems.append(Problem("", "there are no rows", str(path)))
        if problems:
            raise DatasetInvalid(problems)
        has_correct, has_levels = next(iter(kinds))
        return cls(path, count, scale, has_correct, has_levels)

    def __iter__(self) -> Iterator[BenchmarkRow]:
        """Read the rows, in order."""
        problems: list[Problem] = []
        for _, row in _parsed(self.path, problems):
            yield row
        if problems:  # the file changed since it was checked
            raise DatasetInvalid(problems)

    def score_of(self, row: BenchmarkRow) -> float:
        """Return a row's score, 0 to 1; a row with only `correct` has 0 or 1."""
        if row.score is not None:
            return row.score / (row.maximum or self.scale)
        return float(row.is_correct or 0) if row.level is None else row.level / 2


class BenchmarkStats(Frozen):
    """Counts over a public set.

    Attributes:
        labels: Rows by label: levels, correct or not, or how many are scored.
    """

    file: str
    answers: int
    questions: int
    labels: Mapping[str, int]


def benchmark_stats(source: BenchmarkFile) -> BenchmarkStats:
    """Count the rows of a public set."""
    questions: set[str] = set()
    labels: Counter[str] = Counter()
    for row in source:
        questions.add(row.question_id)
        if row.level is not None:
            labels[("incorrect", "partially correct", "correct")[row.level]] += 1
        elif row.correct is not None:
            labels["correct" if row.correct else "incorrect"] += 1
        else:
            labels["scored"] += 1
    return BenchmarkStats(
        file=str(source.path),
        answers=source.rows,
        questions=len(questions),
        labels=dict(sorted(labels.items())),
    )


def is_benchmark(path: Path) -> bool:
    """Tell a public set's file from one of labelled answers, by its first line."""
    with opened(path) as file:
        for _, _, raw in numbered_lines(file):
            try:
                found = json.loads(raw)
            except ValueError:
                return False
            return isinstance(found, dict) and "references" in found
    return False


def _parsed(path: Path, problems: list[Problem]) -> Iterator[tuple[int, BenchmarkRow]]:
    with opened(path) as file:
        for number, _, raw in numbered_lines(file):
            try:
                yield number, BenchmarkRow.model_validate(read_object(raw, str(path), number))
            except DatasetInvalid as error:
                problems += error.problems
            except ValidationError as error:
                problems += validation_problems(error, str(path), number)


def _mixed(path: Path, kinds: Mapping[tuple[bool, bool], int]) -> Iterator[Problem]:
    (first, *others) = kinds.values() if kinds else (0,)
    for number in others:
        message = f"is labelled otherwise than line {first}; all rows need the same kind of label"
        yield Problem("", message, str(path), number)
