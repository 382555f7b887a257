from __future__ import annotations

import numpy as np

from evals.training.mixture import Scored, fit
from grader.judges.local._head import softmax

ROWS = 4_000


def scored(told: float, scale: float = 1.0) -> Scored:
    """Cases whose labels follow the head, and a score as far as `told` says."""
    rng = np.random.default_rng(0)
    shares = np.asarray(softmax(rng.normal(size=(ROWS, 2))), dtype=np.float64)
    score = rng.normal(size=(ROWS, 1))
    right = softmax(np.log(shares) + score * np.array([[0.0, told]]))
    labels = (rng.random(ROWS) < right[:, 1]).astype(np.int64)
    return Scored(
        shares, score * scale, labels, np.ones(ROWS), np.full(ROWS, "q"), np.ones(ROWS, dtype=bool)
    )


def test_a_score_that_tells_counts_as_much_as_it_tells() -> None:
    weights = fit(scored(told=1.5)).weights[:, 0]
    assert abs(weights[1] - weights[0] - 1.5) < 0.15


def test_a_score_that_tells_nothing_does_not_count() -> None:
    weights = fit(scored(told=0.0)).weights[:, 0]
    assert abs(weights[1] - weights[0]) < 0.1


def test_how_far_scores_reach_makes_no_difference() -> None:
    near, far = fit(scored(told=1.5)), fit(scored(told=1.5, scale=100.0))
    assert np.allclose(near.weights, far.weights * 100, atol=0.01)
    assert np.allclose(near.biases, far.biases, atol=0.01)
