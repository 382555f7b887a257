"""Cases counted some number of times are the same as cases repeated so often."""

from __future__ import annotations

import numpy as np
import pytest

from evals.metrics import Ranked, area_under_risk, question_draws, risk_at
from evals.metrics._confidence import calibration_error
from evals.metrics._measure import FloatArray
from evals.metrics._weighted_confidence import (
    BySureness,
    weighted_area_under_risk,
    weighted_calibration_error,
    weighted_risk_at,
)


@pytest.mark.parametrize("decimals", [1, 12])
@pytest.mark.parametrize("cases", [1, 9, 200])
def test_counting_cases_is_repeating_them(cases: int, decimals: int) -> None:
    rng = np.random.default_rng(cases)
    questions = rng.integers(0, 5, size=cases)
    sure = np.round(rng.random(cases), decimals)
    right = (rng.random(cases) < sure).astype(np.float64)
    draws = np.concatenate([question_draws(5, 40, 1), np.zeros((1, 5), dtype=np.int64)])

    def at(confidence: FloatArray, loss: FloatArray) -> float:
        return risk_at(confidence, loss, 0.6)

    rising = BySureness.rising(questions, sure, right, weighted_calibration_error)
    repeated = Ranked(questions, (sure, right), calibration_error)
    if decimals > 1 or cases == 1:  # which of several equally sure cases comes first is arbitrary
        np.testing.assert_allclose(rising.replicates(draws), repeated.replicates(draws))
    area = BySureness.falling(questions, sure, 1 - right, weighted_area_under_risk)
    repeated = Ranked(questions, (sure, 1 - right), area_under_risk)
    np.testing.assert_allclose(area.replicates(draws), repeated.replicates(draws), atol=1e-12)
    risk = BySureness.falling(
        questions,
        sure,
        1 - right,
        lambda times, steps, loss: weighted_risk_at(times, steps, loss, 0.6),
    )
    repeated = Ranked(questions, (sure, 1 - right), at)
    np.testing.assert_allclose(risk.replicates(draws), repeated.replicates(draws), atol=1e-12)
    assert area.count == cases
