"""Every formula gives scikit-learn's or SciPy's figure, resampled or not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as sklearn

from evals.metrics import (
    FloatArray,
    Ranked,
    area_under_risk,
    figure,
    formulas,
    point_value,
    question_draws,
    reliability,
    risk_at,
    risk_curve,
    tallied,
)
from evals.metrics._confidence import calibration_error

CASES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40
)
Case = tuple[int, int, int]


def columns(cases: list[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(cases)
    return table[:, 0], table[:, 1], table[:, 2]


def quiet(compute: Callable[[], float]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(compute())


def agrees(value: float, expected: float) -> None:
    if math.isnan(expected):
        assert math.isnan(value)
    else:
        assert value == pytest.approx(expected, abs=1e-9)


@given(CASES)
def test_confusions_give_what_scikit_learn_gives(cases: list[Case]) -> None:
    _, label, said = columns(cases)
    sums = formulas.cells(label, said, 4).sum(axis=0)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        agrees(formulas.accuracy(sums)[0], sklearn.accuracy_score(label, said))
        agrees(formulas.macro_f1(sums)[0], sklearn.f1_score(label, said, average="macro"))
        agrees(
            formulas.weighted_f1(sums)[0],
            quiet(lambda: sklearn.f1_score(label, said, average="weighted")),
        )
        if len({*label, *said}) > 1:
            agrees(formulas.kappa(sums)[0], sklearn.cohen_kappa_score(label, said))
            agrees(
                formulas.quadratic_kappa(sums)[0],
                sklearn.cohen_kappa_score(label, said, weights="quadratic", labels=range(4)),
            )
        else:
            assert math.isnan(formulas.kappa(sums)[0])


@given(CASES)
def test_correlation_and_ranking_give_what_scipy_gives(cases: list[Case]) -> None:
    _, x, y = columns(cases)
    sums = formulas.moments(x.astype(float), y.astype(float)).sum(axis=0)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = formulas.pearson(sums)[0]
    constant = len(set(x)) == 1 or len(set(y)) == 1
    agrees(value, float("nan") if constant else float(pearsonr(x, y).statistic))
    rho = formulas.spearman(x.astype(float), y.astype(float))
    agrees(rho, float("nan") if constant else float(spearmanr(x, y).statistic))
    positive = x > 1
    if 0 < positive.sum() < len(x):
        agrees(formulas.auc(positive, y.astype(float)), sklearn.roc_auc_score(positive, y))
    else:
        assert math.isnan(formulas.auc(positive, y.astype(float)))


@given(CASES, st.integers(0, 1000))
def test_a_resampling_is_measured_as_its_cases_repeated(cases: list[Case], seed: int) -> None:
    question, label, said = columns(cases)
    draws = question_draws(5, 3, seed)
    assert (draws.sum(axis=1) == 5).all()
    summed = tallied(question, 5, formulas.cells(label, said, 4), formulas.accuracy)
    ranked = Ranked(question, (label.astype(float), said.astype(float)), _accuracy)
    np.testing.assert_allclose(summed.replicates(draws), ranked.replicates(draws))


def _accuracy(label: FloatArray, said: FloatArray) -> float:
    return float((label == said).mean())


def test_questions_are_resampled_whole() -> None:
    """Ten answers that all hang together say as little as one."""
    question = np.repeat(np.arange(8), 10)
    right = np.repeat(np.arange(8) % 2, 10).astype(np.float64)
    ones = np.ones_like(right)
    clustered = tallied(question, 8, formulas.cells(ones, right, 2), formulas.accuracy)
    apart = tallied(np.arange(80), 80, formulas.cells(ones, right, 2), formulas.accuracy)
    wide, narrow = figure(clustered, question_draws(8)), figure(apart, question_draws(80))
    assert wide.value == narrow.value == 0.5
    assert wide.low is not None
    assert wide.high is not None
    assert narrow.low is not None
    assert narrow.high is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert figure(clustered, question_draws(8)) == wide


def test_one_question_has_no_interval_and_constants_have_no_correlation() -> None:
    question = np.zeros(4, dtype=np.int64)
    alone = tallied(question, 1, np.ones((4, 2)), formulas.share)
    assert figure(alone, question_draws(1)).low is None
    flat = np.ones(4)
    constant = tallied(question, 1, formulas.moments(flat, flat), formulas.pearson)
    assert figure(constant, question_draws(1)).value is None
    assert math.isnan(point_value(Ranked(question, (flat, flat), formulas.spearman), 1))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    held = 0
    for trial in range(200):
        shares = np.clip(random.normal(0.7, 0.1, 30), 0, 1)
        right = random.random((30, 10)) < shares[:, None]
        question = np.repeat(np.arange(30), 10)
        cells = formulas.cells(np.ones(300), right.ravel().astype(float), 2)
        found = figure(
            tallied(question, 30, cells, formulas.accuracy), question_draws(30, 300, trial)
        )
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.7 <= found.high
    assert 180 <= held <= 198


def test_calibration_error_is_the_gap() -> None:
    sure, right = np.full(1000, 0.8), np.zeros(1000)
    right[:800] = 1
    shuffled = np.random.default_rng(0).permutation(right)
    assert calibration_error(sure, shuffled) < 0.06
    assert calibration_error(sure, np.zeros(1000)) == pytest.approx(0.8)
    assert sum(each.count for each in reliability(sure, shuffled)) == 1000


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.booleans()), min_size=1))
def test_the_order_of_equally_sure_cases_does_not_matter(cases: list[tuple[float, bool]]) -> None:
    values = []
    for order in (cases, cases[::-1]):
        sure = np.array([each for each, _ in order])
        loss = np.array([float(wrong) for _, wrong in order])
        values.append((area_under_risk(sure, loss), risk_at(sure, loss, 0.6)))
        assert risk_curve(sure, loss)[-1].risk == pytest.approx(loss.mean(), abs=1e-4)
    assert values[0] == pytest.approx(values[1])


def test_sure_cases_come_first() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    loss = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    assert risk_at(sure, loss, 0.6) == 0
    assert risk_at(sure, loss, 1) == pytest.approx(0.4)
