"""The measures of a run, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from evals.metrics import _formulas as formulas
from evals.metrics._measure import FloatArray, IntArray, Measure, Ranked, tallied
from evals.metrics._table import BANDS, VERDICTS, Columns, RunTable
from evals.metrics._weighted_confidence import (
    BySureness,
    weighted_area_under_risk,
    weighted_calibration_error,
    weighted_risk_at,
)

CONFIDENT_SHARE = 0.6

_COVERED, _, _MISSING, _CONTRADICTED = range(len(VERDICTS))

Better = Literal["more", "less"]


class Title(NamedTuple):
    """How a measure is shown, and which way is better."""

    text: str
    better: Better = "more"


TITLES: dict[str, Title] = {
    "covered_kappa": Title("point covered or not, kappa"),
    "covered_accuracy": Title("point covered or not, accuracy"),
    "verdict_accuracy": Title("four verdicts, accuracy"),
    "verdict_macro_f1": Title("four verdicts, macro-F1"),
    "verdict_kappa": Title("four verdicts, kappa"),
    "within_answer_auc": Title("ranking of an answer's points, AUC"),
    "contradicted_called_covered": Title("contradicted called covered", "less"),
    "missing_precision": Title("points listed as missing, precision"),
    "missing_recall": Title("points listed as missing, recall"),
    "mistake_precision": Title("mistakes, precision"),
    "mistake_recall": Title("mistakes, recall"),
    "mistake_f1": Title("mistakes, F1"),
    "mistake_false_alarms": Title("mistakes, false alarms", "less"),
    "score_r": Title("score, Pearson's r"),
    "score_rho": Title("score, Spearman's rho"),
    "score_mae": Title("score, mean absolute error", "less"),
    "band_kappa": Title("bands, quadratic-weighted kappa"),
    "calibration_error": Title("expected calibration error", "less"),
    "confident_accuracy": Title("accuracy of the surest 60 % of verdicts"),
    "risk_area": Title("area under risk-coverage", "less"),
    "evidence_f1": Title("evidence, F1 in characters"),
    "evidence_touches": Title("evidence, any overlap"),
    "follow_up_hits": Title("follow-ups aimed at a real gap"),
    "flip_rate": Title("points that flip over repeats", "less"),
    "mistake_flip_rate": Title("mistakes that flip over repeats", "less"),
    "review_share": Title("answers sent to a person", "less"),
}


def measures(table: RunTable) -> dict[str, Measure]:
    """Return the measures that a run has cases for, in the order of `TITLES`.

    Ungraded points and mistakes and withheld scores enter none of them.
    """
    total = table.units
    found = dict(_all(table, total))
    return {name: found[name] for name in TITLES if name in found and found[name].count}


def _all(table: RunTable, total: int) -> Iterator[tuple[str, Measure]]:
    yield from _verdict_measures(table.points.known("verdict"), total)
    yield from _mistake_measures(table.mistakes.known("made"), total)
    yield from _score_measures(table.answers.known("score", "label_score"), total)
    banded = table.answers.known("band", "label_band")
    cells = formulas.cells(banded["label_band"], banded["band"], len(BANDS))
    yield "band_kappa", tallied(banded.questions, total, cells, formulas.quadratic_kappa)
    yield from _confidence_measures(table.points.known("verdict"))
    for name, columns, column in (
        ("within_answer_auc", table.answers, "auc"),
        ("evidence_f1", table.points, "evidence_f1"),
        ("evidence_touches", table.points, "evidence_touches"),
        ("follow_up_hits", table.answers, "follow_up_hits"),
        ("flip_rate", table.points, "flips"),
        ("mistake_flip_rate", table.mistakes, "flips"),
        ("review_share", table.answers, "needs_review"),
    ):
        yield name, _mean(columns.known(column), column, total)


def _verdict_measures(points: Columns, total: int) -> Iterator[tuple[str, Measure]]:
    questions, label, verdict = points.questions, points["label"], points["verdict"]
    four = formulas.cells(label, verdict, len(VERDICTS))
    yield "verdict_accuracy", tallied(questions, total, four, formulas.accuracy)
    yield "verdict_macro_f1", tallied(questions, total, four, formulas.macro_f1)
    yield "verdict_kappa", tallied(questions, total, four, formulas.kappa)
    covered, called = label == _COVERED, verdict == _COVERED
    two = formulas.cells(covered.astype(np.float64), called.astype(np.float64), 2)
    yield "covered_accuracy", tallied(questions, total, two, formulas.accuracy)
    yield "covered_kappa", tallied(questions, total, two, formulas.kappa)
    denied = points.where(label == _CONTRADICTED)
    yield "contradicted_called_covered", _share(denied, denied["verdict"] == _COVERED, total)
    absent, listed = label >= _MISSING, verdict >= _MISSING
    yield "missing_precision", _share(points.where(listed), absent[listed], total)
    yield "missing_recall", _share(points.where(absent), listed[absent], total)


def _mistake_measures(mistakes: Columns, total: int) -> Iterator[tuple[str, Measure]]:
    label, made = mistakes["label"] == 1, mistakes["made"] == 1
    yield "mistake_precision", _share(mistakes.where(made), label[made], total)
    yield "mistake_recall", _share(mistakes.where(label), made[label], total)
    counts = np.stack([label & made, ~label & made, label & ~made], axis=1).astype(np.float64)
    yield "mistake_f1", tallied(mistakes.questions, total, counts, formulas.f1)
    yield "mistake_false_alarms", _share(mistakes.where(~label), made[~label], total)


def _score_measures(answers: Columns, total: int) -> Iterator[tuple[str, Measure]]:
    if not len(answers):
        return
    said, label = answers["score"], answers["label_score"]
    moments = formulas.moments(label, said)
    yield "score_r", tallied(answers.questions, total, moments, formulas.pearson)
    yield "score_rho", Ranked(answers.questions, (label, said), formulas.spearman)
    yield "score_mae", _share(answers, np.abs(said - label), total)


def _confidence_measures(points: Columns) -> Iterator[tuple[str, Measure]]:
    questions, confidence = points.questions, points["confidence"]
    right = (points["label"] == points["verdict"]).astype(np.float64)
    calibration = BySureness.rising(questions, confidence, right, weighted_calibration_error)
    yield "calibration_error", calibration
    surest = BySureness.falling(questions, confidence, 1 - right, _confident_accuracy)
    yield "confident_accuracy", surest
    area = BySureness.falling(questions, confidence, 1 - right, weighted_area_under_risk)
    yield "risk_area", area


def _confident_accuracy(times: IntArray, steps: IntArray, wrong: FloatArray) -> float:
    return 1 - weighted_risk_at(times, steps, wrong, CONFIDENT_SHARE)


def _mean(columns: Columns, column: str, total: int) -> Measure:
    return _share(columns, columns[column], total)


def _share(columns: Columns, values: FloatArray | np.ndarray, total: int) -> Measure:
    cases = np.stack([np.asarray(values, dtype=np.float64), np.ones(len(columns))], axis=1)
    return tallied(columns.questions, total, cases, formulas.share)
