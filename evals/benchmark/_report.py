"""The figures that papers on these sets report, from rows and predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evals.benchmark._predict import Prediction
from evals.benchmark._rows import BenchmarkFile, BenchmarkRow
from evals.metrics import (
    CoveragePoint,
    Figure,
    FloatArray,
    IntArray,
    Measure,
    Ranked,
    area_under_risk,
    figures,
    formulas,
    question_draws,
    risk_at,
    risk_curve,
    tallied,
)
from grader.types import Frozen, Verdict

# Scores are compared on this many steps, as where graders mark 0 to 5.
_STEPS = 6
_CONFIDENT_SHARE = 0.6


class RiskCoverage(Frozen):
    """What deciding only the most confident rows would buy.

    Attributes:
        risk: What is averaged: `error` (share of wrong decisions) or `absolute_error` of the score.
        area: Area under the curve; less is better.
        confident: Accuracy on the 60 % most confident rows; None where the set only has scores.
        curve: Risk at twenty coverages.
    """

    risk: str
    area: float
    confident: float | None
    curve: tuple[CoveragePoint, ...]


class BenchmarkReport(Frozen):
    """The figures of one file.

    Accuracy and F1 are over correct or not; `three_way` has them over correct, partially correct
    and incorrect. Scores lie in 0 to 1. What could not be judged is counted in `ungraded` and
    enters no figure.

    Attributes:
        qwk: Quadratic-weighted kappa: over the three levels where the set has them, over correct
            or not where it has only these, else over scores rounded to fifths.
        baseline: Accuracy of always saying what most rows are labelled.
        intervals: 95 % intervals by a bootstrap over questions.
    """

    file: str
    dataset: str
    split: str
    rows: int
    questions: int
    graded: int
    ungraded: int
    ungraded_reasons: Mapping[str, int] = {}
    accuracy: float | None = None
    macro_f1: float | None = None
    weighted_f1: float | None = None
    auc: float | None = None
    baseline: float | None = None
    three_way: Mapping[str, float | None] | None = None
    r: float | None = None
    rho: float | None = None
    rmse: float | None = None
    mae: float | None = None
    qwk: float | None = None
    risk_coverage: RiskCoverage | None = None
    confusion: Mapping[str, Mapping[str, int]] | None = None
    intervals: Mapping[str, tuple[float | None, float | None]] = {}
    seconds: float


def report_file(
    source: BenchmarkFile,
    predicted: Sequence[tuple[BenchmarkRow, Prediction]],
    seconds: float,
) -> BenchmarkReport:
    """Measure predictions against the rows' labels."""
    kept = [(row, said) for row, said in predicted if said.verdict is not Verdict.UNGRADED]
    first = predicted[0][0] if predicted else None
    common: dict[str, Any] = {
        "file": str(source.path),
        "dataset": first.dataset if first else "",
        "split": first.split if first else "",
        "rows": len(predicted),
        "questions": len({row.question_id for row, _ in predicted}),
        "graded": len(kept),
        "ungraded": len(predicted) - len(kept),
        "ungraded_reasons": dict(
            Counter(said.why for _, said in predicted if said.verdict is Verdict.UNGRADED)
        ),
        "seconds": round(seconds, 1),
    }
    if not kept:
        return BenchmarkReport(**common)
    names, questions = np.unique([row.question_id for row, _ in kept], return_inverse=True)
    columns = _Columns(source, kept, np.asarray(questions, dtype=np.int64), len(names))
    found = figures(_measures(source, columns), question_draws(len(names)))
    plain = {name: figure.value for name, figure in found.items()}
    three_way = (
        {name: plain.pop(f"three_way_{name}") for name in ("accuracy", "macro_f1", "weighted_f1")}
        if source.has_levels
        else None
    )
    return BenchmarkReport(
        **common,
        **plain,
        three_way=three_way,
        baseline=_baseline(columns) if source.has_correct else None,
        confusion=_confusion(columns) if source.has_correct else None,
        risk_coverage=_risk_coverage(source, columns),
        intervals={name: _interval(figure) for name, figure in found.items()},
    )


class _Columns:
    """Rows and predictions as arrays."""

    def __init__(
        self,
        source: BenchmarkFile,
        kept: Sequence[tuple[BenchmarkRow, Prediction]],
        questions: IntArray,
        total: int,
    ) -> None:
        self.questions = questions
        self.total = total
        self.correct = np.array([float(row.is_correct or 0) for row, _ in kept])
        self.level = np.array([float(row.level or 0) for row, _ in kept])
        self.score = np.array([source.score_of(row) for row, _ in kept])
        self.said_correct = np.array([float(p.verdict is Verdict.COVERED) for _, p in kept])
        self.said_level = np.array([float(_level(p.verdict)) for _, p in kept])
        self.said_score = np.array([p.score for _, p in kept])
        probability = np.array([p.correct_probability for _, p in kept])
        self.probability = probability
        self.confidence = np.where(self.said_correct == 1, probability, 1 - probability)
        self.wrong = (self.correct != self.said_correct).astype(np.float64)


def _measures(source: BenchmarkFile, c: _Columns) -> dict[str, Measure]:
    measures: dict[str, Measure] = {}
    if source.has_correct:
        cells = formulas.cells(c.correct, c.said_correct, 2)
        for name in ("accuracy", "macro_f1", "weighted_f1"):
            measures[name] = tallied(c.questions, c.total, cells, getattr(formulas, name))
        measures["auc"] = Ranked(c.questions, (c.correct, c.probability), _auc)
    if source.has_levels:
        cells = formulas.cells(c.level, c.said_level, 3)
        for name in ("accuracy", "macro_f1", "weighted_f1"):
            measures[f"three_way_{name}"] = tallied(
                c.questions, c.total, cells, getattr(formulas, name)
            )
    elif not source.has_correct:
        steps = _STEPS - 1
        cells = formulas.cells(np.rint(c.score * steps), np.rint(c.said_score * steps), _STEPS)
    measures["qwk"] = tallied(c.questions, c.total, cells, formulas.quadratic_kappa)
    moments = formulas.moments(c.score, c.said_score)
    measures["r"] = tallied(c.questions, c.total, moments, formulas.pearson)
    measures["rho"] = Ranked(c.questions, (c.score, c.said_score), formulas.spearman)
    ones = np.ones(len(c.score))
    gap = c.score - c.said_score
    for name, loss, formula in (
        ("rmse", gap**2, formulas.root_share),
        ("mae", np.abs(gap), formulas.share),
    ):
        measures[name] = tallied(c.questions, c.total, np.stack([loss, ones], axis=1), formula)
    return measures


def _risk_coverage(source: BenchmarkFile, c: _Columns) -> RiskCoverage:
    if source.has_correct:
        confidence, loss, risk = c.confidence, c.wrong, "error"
    else:
        confidence, loss, risk = c.confidence, np.abs(c.score - c.said_score), "absolute_error"
    confident = 1 - risk_at(confidence, loss, _CONFIDENT_SHARE) if source.has_correct else None
    return RiskCoverage(
        risk=risk,
        area=round(area_under_risk(confidence, loss), 4),
        confident=None if confident is None else round(confident, 4),
        curve=tuple(risk_curve(confidence, loss)),
    )


def _auc(labels: FloatArray, probability: FloatArray) -> float:
    return formulas.auc(labels == 1, probability)


def _level(verdict: Verdict) -> int:
    return {Verdict.COVERED: 2, Verdict.PARTIAL: 1}.get(verdict, 0)


def _baseline(c: _Columns) -> float:
    return round(float(max(c.correct.mean(), 1 - c.correct.mean())), 4)


def _confusion(c: _Columns) -> dict[str, dict[str, int]]:
    names = {1.0: "correct", 0.0: "incorrect"}
    return {
        label: {
            said: int(((c.correct == code) & (c.said_correct == other)).sum())
            for other, said in names.items()
        }
        for code, label in names.items()
    }


def _interval(figure: Figure) -> tuple[float | None, float | None]:
    return figure.low, figure.high
