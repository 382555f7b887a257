from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from evals.training._classifier import _forest, _logistic
from grader.judges.local._head import softmax

ROWS, FEATURES = 600, 6


def data(classes: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    features = np.round(rng.normal(size=(ROWS, FEATURES)), 3)
    scores = features @ rng.normal(size=(FEATURES, classes)) + rng.normal(size=(ROWS, classes))
    return features, scores.argmax(axis=1)


@pytest.mark.parametrize("classes", [2, 4])
def test_exported_trees_say_what_scikit_learn_says(classes: int) -> None:
    features, labels = data(classes)
    weights = np.ones(ROWS)
    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=40,
        l2_regularization=10, max_features=0.3, early_stopping=False, random_state=0,
    ).fit(features, labels, sample_weight=weights)  # fmt: skip

    exported = softmax(_forest(features, labels, weights).logits(features))

    assert np.allclose(exported, model.predict_proba(features), atol=1e-5)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_exported_regression_ranks_the_right_class_first(classes: int) -> None:
    features, labels = data(classes)

    logits = _logistic(features, labels, np.ones(ROWS)).logits(features)

    assert (logits.argmax(axis=1) == labels).mean() > 0.6
