"""Slices by tag: the measures of each value, and how far it lies from the other answers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evals.fairness._estimate import contrast, corrected, questions_of, widest_gap
from evals.fairness._rows import Rows
from evals.fairness._types import SMALL, Gap, TagSlices, ValueSlice
from evals.metrics import (
    TITLES,
    FloatArray,
    IntArray,
    Measure,
    RunTable,
    Title,
    figures,
    formulas,
    measures,
    tallied,
)

# What slices are compared by. Accuracy says whether the judge is as reliable for all, bias whether
# it favours some; the scores themselves also differ where the answers do.
_MEASURED = (
    "covered_accuracy",
    "covered_kappa",
    "verdict_accuracy",
    "verdict_macro_f1",
    "contradicted_called_covered",
    "missing_precision",
    "missing_recall",
    "mistake_f1",
    "mistake_false_alarms",
    "score_mae",
    "review_share",
)
FAIRNESS_TITLES: Mapping[str, Title] = {
    "score_bias": Title("score less the labels' score, mean"),
    "score": Title("score, mean"),
    "label_score": Title("labels' score, mean"),
    "withheld_share": Title("scores withheld", "less"),
    **{name: TITLES[name] for name in _MEASURED},
}


def slice_by(rows: Rows, tag: str, draws: IntArray) -> TagSlices:
    """Measure the answers with each value of a tag, and the gap to all other answers with the tag.

    Raises:
        FairnessInvalid: No answer has the tag.
    """
    counts = rows.values(tag)
    places = {
        value: np.array([n for n, row in enumerate(rows.each) if row.tags.get(tag) == value])
        for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    }
    tagged = np.concatenate(list(places.values()))
    slices = {value: rows.table.of_answers(chosen) for value, chosen in places.items()}
    of_value = {value: _measures(part) for value, part in slices.items()}
    gaps: dict[str, dict[str, Gap]] = {value: {} for value in places}
    if len(places) > 1:
        rest = {
            value: rows.table.of_answers(np.setdiff1d(tagged, chosen))
            for value, chosen in places.items()
        }
        of_rest = {value: _measures(part) for value, part in rest.items()}
        for name in FAIRNESS_TITLES:
            compared = {
                value: contrast(
                    of_value[value][name],
                    of_rest[value][name],
                    draws,
                    count=of_value[value][name].count,
                    questions=min(_questions(slices[value]), _questions(rest[value])),
                )
                for value in places
                if name in of_value[value] and name in of_rest[value]
            }
            for value, gap in corrected(compared).items():
                gaps[value][name] = gap
    large = [value for value, chosen in places.items() if len(chosen) >= SMALL]
    fewest = min((_questions(slices[value]) for value in large), default=0)
    widest = {
        name: found
        for name in FAIRNESS_TITLES
        if (
            found := widest_gap(
                {value: of_value[value][name] for value in large if name in of_value[value]},
                draws,
                fewest,
            )
        )
    }
    return TagSlices(
        tag=tag,
        values=tuple(
            ValueSlice(
                value=value,
                answers=len(chosen),
                questions=_questions(slices[value]),
                small=len(chosen) < SMALL,
                figures=figures(of_value[value], draws),
                gaps=gaps[value],
            )
            for value, chosen in places.items()
        ),
        untagged=len(rows.each) - len(tagged),
        widest=widest,
    )


def _measures(table: RunTable) -> dict[str, Measure]:
    total, answers = len(table.question_ids), table.answers
    scored = answers.known("score")
    labelled = answers.known("label_score")
    both = scored.known("label_score")
    found = measures(table)
    own = {
        "score_bias": _mean(both.questions, both["score"] - both["label_score"], total),
        "score": _mean(scored.questions, scored["score"], total),
        "label_score": _mean(labelled.questions, labelled["label_score"], total),
        "withheld_share": _mean(answers.questions, np.isnan(answers["score"]), total),
    }
    every = {**own, **found}
    return {name: every[name] for name in FAIRNESS_TITLES if name in every and every[name].count}


def _mean(questions: IntArray, values: FloatArray | np.ndarray, total: int) -> Measure:
    cases = np.stack([np.asarray(values, dtype=np.float64), np.ones(len(questions))], axis=1)
    return tallied(questions, total, cases, formulas.share)


def _questions(table: RunTable) -> int:
    return questions_of(table.answers.questions)
