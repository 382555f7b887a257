"""What a data set holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from evals.datasets._agreement import Agreement, AgreementTally
from evals.datasets._dataset import Dataset
from evals.datasets._style_probe import StyleProbe, StyleRow, probe_style, style_rows
from grader.types import Frozen, Verdict


class Spread(Frozen):
    """A quantity over the answers: smallest, median, largest."""

    least: float
    median: float
    most: float


class DatasetStats(Frozen):
    """Counts over a data set.

    Attributes:
        answers: Answers, each once, whoever rated them.
        verdicts: Reference labels of points, by verdict.
        mistakes: Reference labels of mistakes: `made` and `not_made`.
        words: Words an answer.
        raters: Answers each rater rated; the settled labels are not a rater's.
        agreement: None where no answer has two raters.
        tags: Answers by value, of each tag.
        style: How well style alone predicts the labels; None where there are too few questions.
    """

    answers: int
    questions: int
    verdicts: Mapping[Verdict, int]
    mistakes: Mapping[str, int]
    words: Spread
    characters: Spread
    raters: Mapping[str, int]
    agreement: Agreement | None
    tags: Mapping[str, Mapping[str, int]]
    style: StyleProbe | None


def dataset_stats(dataset: Dataset) -> DatasetStats:
    """Count what a data set holds, and probe whether its labels follow style."""
    verdicts: Counter[Verdict] = Counter()
    mistakes: Counter[str] = Counter()
    raters: Counter[str] = Counter()
    tags: dict[str, Counter[str]] = {}
    words: list[int] = []
    characters: list[int] = []
    ratings = AgreementTally()
    rows: list[StyleRow] = []
    for case in dataset:
        answer = case.answer
        verdicts.update(label.verdict for label in answer.points.values())
        mistakes.update("made" if m.made else "not_made" for m in answer.mistakes.values())
        raters.update(rating.rater for rating in case.ratings)
        words.append(len(answer.answer.split()))
        characters.append(len(answer.answer))
        ratings.add(case.ratings)
        for name, value in answer.tags.items():
            tags.setdefault(name, Counter())[value] += 1
        rows += style_rows(answer)
    return DatasetStats(
        answers=len(dataset),
        questions=len(dataset.rubric_ids),
        verdicts={v: verdicts[v] for v in Verdict if verdicts[v]},
        mistakes=dict(sorted(mistakes.items())),
        words=_spread(words),
        characters=_spread(characters),
        raters=dict(raters),
        agreement=ratings.agreement(),
        tags={name: dict(sorted(counts.items())) for name, counts in sorted(tags.items())},
        style=probe_style(rows),
    )


def _spread(values: Sequence[int]) -> Spread:
    return Spread(least=min(values), median=float(np.median(values)), most=max(values))
