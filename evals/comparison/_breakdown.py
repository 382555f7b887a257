"""Where two runs differ: question by question, and tag by tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evals.comparison._tables import MEAN_SCORE, PairedTables, together
from evals.comparison._types import Difference, QuestionDifference, SliceDifference, Unit
from evals.metrics import IntArray, RunTable
from grader.types import Rubric

_BY_QUESTION = ("verdict_accuracy", MEAN_SCORE)
_BY_TAG = ("covered_kappa", "verdict_accuracy", "score_mae", MEAN_SCORE)
_FEWEST_ANSWERS = 2

_Tables = tuple[RunTable, RunTable]


def by_question(
    tables: _Tables, rubrics: Mapping[str, Rubric], resamples: int, seed: int
) -> tuple[QuestionDifference, ...]:
    """Compare two runs question by question, resampling answers; largest shift first.

    Args:
        tables: The two runs, with the same answers.
        rubrics: Those of the second run, by hash; for the wording of the questions.
        resamples: See `Design`.
        seed: Likewise.
    """
    first, second = tables
    wording = {rubric.id: rubric.question for rubric in rubrics.values()}
    places = [
        first.answers["answer"][first.answers.questions == number].astype(np.int64)
        for number in range(len(first.question_ids))
    ]
    parts = [
        PairedTables.of(first.of_answers(own), second.of_answers(own), "answer") for own in places
    ]
    found = _adjusted([part.differences(resamples, seed, _BY_QUESTION) for part in parts])
    questions = [
        QuestionDifference(
            rubric_id=name, question=wording[name], answers=len(own), differences=each
        )
        for name, own, each in zip(first.question_ids, places, found, strict=True)
    ]
    return tuple(sorted(questions, key=_shift, reverse=True))


def by_slice(
    tables: _Tables, unit: Unit | None, resamples: int, seed: int
) -> dict[str, SliceDifference]:
    """Compare two runs on the answers with each value of each tag that not all answers share."""
    first, second = tables
    places: dict[str, IntArray] = {
        name: own
        for name, own in first.slices.items()
        if _FEWEST_ANSWERS <= len(own) < len(first.answers)
    }
    parts = {
        name: PairedTables.of(first.of_answers(own), second.of_answers(own), unit)
        for name, own in places.items()
    }
    found = _adjusted([part.differences(resamples, seed, _BY_TAG) for part in parts.values()])
    return {
        name: SliceDifference(answers=len(places[name]), unit=part.unit, differences=each)
        for (name, part), each in zip(parts.items(), found, strict=True)
    }


def _adjusted(parts: Sequence[Mapping[str, Difference]]) -> list[dict[str, Difference]]:
    """Adjust each measure's p-values among the parts."""
    names = dict.fromkeys(name for part in parts for name in part)
    families = {
        name: together({str(n): part[name] for n, part in enumerate(parts) if name in part})
        for name in names
    }
    return [
        {name: families[name][str(number)] for name in part} for number, part in enumerate(parts)
    ]


def _shift(question: QuestionDifference) -> float:
    score = question.differences.get(MEAN_SCORE)
    return abs(score.difference or 0.0) if score else 0.0
