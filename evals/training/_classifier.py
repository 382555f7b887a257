"""Fitting one classifier of the head, and turning scikit-learn's models into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from evals.training._cases import NOT_COVERED, Case
from grader.embedding import FloatArray
from grader.judges.local._head import Classifier, ForestModel, LogisticModel

# A labelled answer is an answer as people give them; a rubric's phrasings are many and clean, and
# would otherwise teach that answers are single sentences.
WEIGHTS = {
    "answer": 1.0,
    "restyled": 0.5,
    "practice": 0.5,
    "reference": 1.0,
    "phrasing": 0.15,
    "sibling": 0.02,
    "public": 0.5,
}
REGULARISATION = 0.03

_TREES = 150
_NOT_COVERED = ("contradicted", "missing", "partial")
_FLOAT = np.float32


def fit(cases: Sequence[Case]) -> Classifier:
    """Fit both models of a classifier on cases of one kind."""
    features, labels, weights = _arrays(cases)
    classes = tuple(sorted(set(labels)))
    return Classifier(
        classes, _logistic(features, labels, weights), _forest(features, labels, weights)
    )


def temperature(classifier: Classifier, cases: Sequence[Case]) -> float:
    """Find the temperature under which held-out cases are least surprising."""
    features, labels, weights = _arrays(cases)
    shares = np.log(np.maximum(classifier.probabilities(features), 1e-4))

    def surprise(value: float) -> float:
        raised = np.exp(shares / value)
        raised /= raised.sum(axis=1, keepdims=True)
        return float(log_loss(labels, raised, sample_weight=weights, labels=classifier.classes))

    found = minimize_scalar(surprise, bounds=(0.5, 3.0), method="bounded")
    return round(float(found.x), 3)


def _arrays(
    cases: Sequence[Case],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.str_], npt.NDArray[np.float64]]:
    rows: list[FloatArray] = []
    labels: list[str] = []
    weights: list[float] = []
    for case in cases:
        weight = WEIGHTS[case.source]
        # Incorrect in an unknown way: a third of each.
        options = _NOT_COVERED if case.label == NOT_COVERED else (case.label,)
        for label in options:
            rows.append(case.features)
            labels.append(label)
            weights.append(weight / len(options))
    features = np.stack(rows).astype(np.float64).round(3)
    return features, np.array(labels), np.array(weights)


def _logistic(features: Any, labels: Any, weights: Any) -> LogisticModel:
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(max_iter=5000, C=REGULARISATION)
    model.fit(scaler.transform(features), labels, sample_weight=weights)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    return LogisticModel(
        scaler.mean_.astype(_FLOAT),
        scaler.scale_.astype(_FLOAT),
        coefficients.astype(_FLOAT),
        intercepts.astype(_FLOAT),
    )


def _forest(features: Any, labels: Any, weights: Any) -> ForestModel:
    model = HistGradientBoostingClassifier(
        max_iter=_TREES,
        learning_rate=0.05,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=10,
        max_features=0.3,
        early_stopping=False,
        random_state=0,
    )
    model.fit(features, labels, sample_weight=weights)
    binary = len(model.classes_) == 2
    roots: list[int] = []
    outcomes: list[int] = []
    nodes: list[npt.NDArray[Any]] = []
    depth = 0
    for trees in model._predictors:  # noqa: SLF001 - there is no public view of the nodes
        for outcome, tree in enumerate(trees):
            start = sum(len(each) for each in nodes)
            roots.append(start)
            outcomes.append(1 if binary else outcome)
            nodes.append(_absolute(tree.nodes, start))
            depth = max(depth, int(tree.nodes["depth"].max()))
    joined = np.concatenate(nodes)
    baseline = model._baseline_prediction.ravel()  # noqa: SLF001
    return ForestModel(
        baseline=np.array([0.0, baseline[0]] if binary else baseline, dtype=_FLOAT),
        roots=np.array(roots, dtype=np.int32),
        outcome=np.array(outcomes, dtype=np.int32),
        feature=joined["feature"].astype(np.int32),
        threshold=joined["threshold"],
        left=joined["left"].astype(np.int32),
        right=joined["right"].astype(np.int32),
        value=joined["value"].astype(_FLOAT),
        depth=np.array(depth, dtype=np.int32),
    )


def _absolute(tree: Any, start: int) -> Any:
    """Number a tree's nodes from `start`; a leaf follows itself whatever it is asked."""
    leaf = tree["is_leaf"].astype(bool)
    here = np.arange(len(tree)) + start
    fields = [
        ("feature", "i4"),
        ("threshold", "f8"),
        ("left", "i4"),
        ("right", "i4"),
        ("value", "f8"),
    ]
    nodes = np.zeros(len(tree), dtype=fields)
    nodes["feature"] = np.where(leaf, 0, tree["feature_idx"])
    nodes["threshold"] = np.where(leaf, 0.0, tree["num_threshold"])
    nodes["left"] = np.where(leaf, here, tree["left"] + start)
    nodes["right"] = np.where(leaf, here, tree["right"] + start)
    nodes["value"] = np.where(leaf, tree["value"], 0.0)
    return nodes
