"""A run in figures: the headline, its slices, and what the figures rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

import numpy as np

from evals.datasets import Agreement, AgreementTally
from evals.metrics._catalogue import measures
from evals.metrics._confidence import CoveragePoint, ReliabilityBin, reliability, risk_curve
from evals.metrics._measure import RESAMPLES, SEED, Figure, figures, question_draws
from evals.metrics._table import VERDICTS, Columns, RunTable
from evals.runs import RunFile, RunHeader, RunRecord
from grader.types import Frozen, Usage

# What slices are told apart by; the other measures need more cases than most slices have.
_SLICED = (
    "covered_kappa",
    "covered_accuracy",
    "verdict_accuracy",
    "verdict_macro_f1",
    "contradicted_called_covered",
    "mistake_f1",
    "score_mae",
)

_MOST_VALUES = 30


class Counts(Frozen):
    """What a run holds; what could not be judged is counted here and enters no figure."""

    questions: int
    answers: int
    failed: int
    points: int
    ungraded_points: int
    mistakes: int
    ungraded_mistakes: int
    scores: int
    withheld_scores: int
    unlabelled: int
    unmapped: int


class Slice(Frozen):
    """Figures of the answers with one value of a tag."""

    answers: int
    points: int
    figures: Mapping[str, Figure]


class Cost(Frozen):
    """What grading took.

    Attributes:
        median_ms: Milliseconds an answer, waiting for its turn in a batch included.
        p95_ms: 95th percentile.
        usage: Sum over all answers.
    """

    median_ms: float
    p95_ms: float
    usage: Usage

    @classmethod
    def of(cls, answers: Columns) -> Self:
        """Add up what the answers of a `RunTable` took."""
        elapsed = answers["elapsed_ms"]
        return cls(
            median_ms=round(float(np.median(elapsed)), 1) if len(elapsed) else 0,
            p95_ms=round(float(np.percentile(elapsed, 95)), 1) if len(elapsed) else 0,
            usage=Usage(
                llm_calls=int(answers["llm_calls"].sum()),
                input_tokens=int(answers["input_tokens"].sum()),
                output_tokens=int(answers["output_tokens"].sum()),
            ),
        )


class RunSummary(Frozen):
    """A run in figures.

    Attributes:
        figures: The measures of `TITLES`, with 95 % intervals by a bootstrap over questions.
        confusion: Points by label, then by verdict, `ungraded` among the verdicts.
        ceiling: How far the raters agree with each other; None with fewer than two.
        slices: By `tag=value`; tags with more than thirty values name answers rather than kinds of
            them, and are left out.
        judges: Points each judge decided.
    """

    run: RunHeader
    resamples: int
    seed: int
    counts: Counts
    figures: Mapping[str, Figure]
    confusion: Mapping[str, Mapping[str, int]]
    reliability: tuple[ReliabilityBin, ...]
    risk_coverage: tuple[CoveragePoint, ...]
    slices: Mapping[str, Slice]
    ceiling: Agreement | None
    cost: Cost
    judges: Mapping[str, int]


def summarise(run: RunFile, *, resamples: int = RESAMPLES, seed: int = SEED) -> RunSummary:
    """Take the measures of a run.

    Raises:
        RunInvalid: The file is broken.
    """
    raters = AgreementTally()
    table = RunTable.of(_counting_raters(run, raters))
    draws = question_draws(len(table.question_ids), resamples, seed)
    graded = table.points.known("verdict")
    right = (graded["label"] == graded["verdict"]).astype(np.float64)
    return RunSummary(
        run=run.header,
        resamples=resamples,
        seed=seed,
        counts=_counts(table),
        figures=figures(measures(table), draws),
        confusion=_confusion(table.points),
        reliability=tuple(reliability(graded["confidence"], right)) if len(graded) else (),
        risk_coverage=tuple(risk_curve(graded["confidence"], 1 - right)),
        slices={
            name: _slice(table.of_answers(table.slices[name]), draws)
            for name in _slice_names(table)
        },
        ceiling=raters.agreement(),
        cost=Cost.of(table.answers),
        judges=table.judges,
    )


def _counting_raters(records: Iterable[RunRecord], raters: AgreementTally) -> Iterable[RunRecord]:
    for record in records:
        raters.add(record.ratings)
        yield record


def _slice_names(table: RunTable) -> list[str]:
    values = Counter(name.partition("=")[0] for name in table.slices)
    return [name for name in table.slices if values[name.partition("=")[0]] <= _MOST_VALUES]


def _slice(table: RunTable, draws: np.ndarray) -> Slice:
    chosen = {name: each for name, each in measures(table).items() if name in _SLICED}
    return Slice(
        answers=len(table.answers),
        points=len(table.points),
        figures=figures(chosen, draws),
    )


def _counts(table: RunTable) -> Counts:
    points, mistakes, answers = table.points, table.mistakes, table.answers
    labelled = answers.known("label_score")
    return Counts(
        questions=len(table.question_ids),
        answers=len(answers),
        failed=table.failed,
        points=len(points),
        ungraded_points=len(points) - len(points.known("verdict")),
        mistakes=len(mistakes),
        ungraded_mistakes=len(mistakes) - len(mistakes.known("made")),
        scores=len(labelled.known("score")),
        withheld_scores=len(labelled) - len(labelled.known("score")),
        unlabelled=table.unlabelled,
        unmapped=table.unmapped,
    )


def _confusion(points: Columns) -> dict[str, dict[str, int]]:
    verdict = np.nan_to_num(points["verdict"], nan=len(VERDICTS))
    names = [*map(str, VERDICTS), "ungraded"]
    return {
        str(label): {
            name: int(((points["label"] == code) & (verdict == said)).sum())
            for said, name in enumerate(names)
        }
        for code, label in enumerate(VERDICTS)
    }
