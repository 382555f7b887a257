"""Labelled answers: JSON lines, one answer a line, every point and mistake labelled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from grader.errors import BadInput
from grader.types import Evidence, Frozen, Verdict

BACKEND = Path(__file__).parent / "data" / "backend"


class Split(StrEnum):
    """Questions to learn from, to choose by, and to measure on."""

    TRAIN = "train"
    DEVELOPMENT = "development"
    TEST = "test"


class PointLabel(Frozen):
    """A rater's verdict on one point, with the words that support it."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()


class MistakeLabel(Frozen):
    """Whether a rater found that the answer makes a mistake, with the words."""

    made: bool
    evidence: tuple[Evidence, ...] = ()


class LabelledAnswer(Frozen):
    """One answer with one rater's labels.

    Attributes:
        tags: Names and values to slice results by, such as `style` and `channel`.
    """

    id: str
    rubric_id: str
    rubric_version: str
    answer: str
    points: Mapping[str, PointLabel]
    mistakes: Mapping[str, MistakeLabel]
    rater: str = ""
    tags: Mapping[str, str] = {}


def load_answers(path: Path) -> Iterator[LabelledAnswer]:
    """Read one file of labelled answers.

    Raises:
        BadInput: A line is not a labelled answer; says which line and why.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield LabelledAnswer.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(step) for step in first["loc"])
                raise BadInput(f"{path}:{number}: {where}: {first['msg']}") from None


def backend_split(split: Split) -> list[str]:
    """List the rubric ids of a split of the back-end data set."""
    splits = json.loads((BACKEND / "splits.json").read_text(encoding="utf-8"))
    return list(splits[split])


def backend_answers(split: Split) -> Iterator[LabelledAnswer]:
    """Yield the labelled back-end answers of a split, question by question."""
    for rubric_id in backend_split(split):
        yield from load_answers(BACKEND / f"{rubric_id}.jsonl")
