"""The back-end data set that comes with the package, and its splits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from evals.datasets._dataset import SPLITS_FILE
from evals.datasets._labels import LabelledAnswer
from evals.datasets._lines import load_answers

BACKEND = Path(__file__).parents[1] / "data" / "backend"


class Split(StrEnum):
    """Questions to learn from, to choose by, and to measure on."""

    TRAIN = "train"
    DEVELOPMENT = "development"
    TEST = "test"


def backend_split(split: Split) -> list[str]:
    """List the rubric ids of a split of the back-end data set."""
    splits = json.loads((BACKEND / SPLITS_FILE).read_text(encoding="utf-8"))
    return list(splits[split])


def backend_answers(split: Split) -> Iterator[LabelledAnswer]:
    """Yield the labelled back-end answers of a split, question by question."""
    for rubric_id in backend_split(split):
        yield from load_answers(BACKEND / f"{rubric_id}.jsonl")
