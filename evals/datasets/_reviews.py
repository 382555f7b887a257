"""Labelled answers from reviews: the JSON lines that `GET /v1/reviews/export` returns."""

from __future__ import annotations

from pathlib import Path

from evals.datasets._dataset import Dataset
from evals.datasets._labels import LabelledAnswer
from evals.datasets._lines import load_answers

SUFFIXES = (".jsonl", ".ndjson")
"""By which an export is told from a table."""


def import_reviews(path: Path) -> list[LabelledAnswer]:
    """Read exported reviews, rater by rater, and check that they make a data set.

    Raises:
        DatasetInvalid: A line is no labelled answer, or lines contradict each other; carries all
            problems.
    """
    Dataset.open([path])
    return list(load_answers(path))
