"""Public answer-grading sets, which are not part of this repository; see `docs/benchmarks.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from grader.errors import ConfigurationError
from grader.types import Frozen

# Beside the checkout, where the sets are kept that may not be distributed with it.
PUBLIC = Path(__file__).parents[3] / "shared" / "datasets"

NAMES = ("scientsbank_train.jsonl", "beetle_train.jsonl")


class Reference(Frozen):
    """One of a question's reference answers."""

    text: str
    category: str | None = None


class PublicAnswer(Frozen):
    """One answer, judged correct or not."""

    dataset: str
    split: str
    question_id: str
    question: str
    references: tuple[Reference, ...]
    answer: str
    correct: bool


def load_public(folder: Path) -> Iterator[list[PublicAnswer]]:
    """Yield the answers to one question after the other.

    Raises:
        ConfigurationError: A file is missing.
    """
    for name in NAMES:
        path = folder / name
        if not path.is_file():
            raise ConfigurationError(f"{path} is missing; name its folder with --public")
        questions: dict[str, list[PublicAnswer]] = {}
        for line in path.read_text("utf-8").splitlines():
            answer = PublicAnswer.model_validate(json.loads(line))
            questions.setdefault(answer.question_id, []).append(answer)
        yield from questions.values()
