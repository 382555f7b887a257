"""Train the local judge: `python -m evals.training.local_judge`.

Writes `grader/embedding/word_projection.npy` and `grader/judges/local/head.json`. Takes a few
minutes on two cores; the same bank gives the same files. Figures are by cross-validation over
questions: each rubric is judged by a head that saw none of its text.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import grader
from evals.training._cases import Case, build_cases, data_sha256
from grader.bank import load_bank
from grader.embedding._protocol import FloatArray
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.index._vectors import rubric_texts
from grader.judges.local._features import FEATURES
from grader.settings import Settings
from grader.types import Rubric

_WORD_DIMENSIONS = 96
_FOLDS = 10

# A worked example is an answer as people give them; a rubric's phrasings are many and clean, and
# would otherwise teach that answers are single sentences.
_WEIGHTS = {"example": 1.0, "phrasing": 0.15, "sibling": 0.02}


def main() -> int:
    """Train, write both files, print the figures."""
    console = Console(stderr=True)
    settings = Settings()
    rubrics = list(load_bank(settings.rubrics_dir, settings.corpus_dir))
    package = Path(grader.__file__).parent
    console.print(f"{len(rubrics)} rubrics; fitting the word projection")
    projection = fit_projection(rubrics)
    np.save(package / "embedding" / "word_projection.npy", projection.astype(np.float16))
    embedder = SentenceTransformersEmbedder()
    cases: list[Case] = []
    for number, rubric in enumerate(rubrics, start=1):
        console.print(f"reading {rubric.id} ({number}/{len(rubrics)})")
        cases.extend(build_cases([rubric], embedder))
    document = train(cases)
    document["encoder"] = embedder.fingerprint
    document["card"]["data_sha256"] = data_sha256(rubrics)
    document["card"]["command"] = "python -m evals.training.local_judge"
    path = package / "judges" / "local" / "head.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(document["card"], indent=2) + "\n")
    return 0


def fit_projection(rubrics: Sequence[Rubric]) -> FloatArray:
    """Find the directions in which contextual word vectors differ most.

    The first principal direction is left out: it is common to all words and makes any two look
    alike (Mu and Viswanath, "All-but-the-Top", ICLR 2018).

    Returns:
        Shape (dimensions, `_WORD_DIMENSIONS`).
    """
    dimensions = 384
    embedder = SentenceTransformersEmbedder(projection=np.eye(dimensions, dtype=np.float32))
    scatter = np.zeros((dimensions, dimensions))
    for rubric in rubrics:
        for item in embedder.encode(rubric_texts(rubric)):
            scatter += item.word_vectors.T @ item.word_vectors
    _, directions = np.linalg.eigh(scatter)
    ranked = directions[:, ::-1][:, 1 : 1 + _WORD_DIMENSIONS]
    # An eigenvector's sign is arbitrary; fixing it makes the file the same everywhere.
    signs = np.sign(ranked[np.abs(ranked).argmax(axis=0), np.arange(_WORD_DIMENSIONS)])
    projection: FloatArray = (ranked * signs).astype(np.float32)
    return projection


def train(cases: Sequence[Case]) -> dict[str, Any]:
    """Fit both models and measure them by cross-validation over questions."""
    points = [case for case in cases if not case.is_mistake]
    mistakes = [case for case in cases if case.is_mistake]
    parameters = {"point": _fit(points), "mistake": _fit(mistakes)}
    revision = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:12]
    return {
        "features": list(FEATURES),
        "revision": revision,
        **parameters,
        "card": {
            "cases": len(cases),
            "rubrics": len({case.rubric_id for case in cases}),
            "weights": _WEIGHTS,
            "cross_validation": {
                "folds": _FOLDS,
                "points": _measure_points(points),
                "mistakes": _measure_mistakes(mistakes),
            },
        },
    }


def _pipeline() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000, C=1.0))


def _arrays(cases: Sequence[Case]) -> tuple[FloatArray, npt.NDArray[np.str_], FloatArray]:
    features = np.stack([case.features for case in cases])
    labels = np.array([str(case.label) for case in cases])
    weights = np.array([_WEIGHTS[case.source] for case in cases], dtype=np.float32)
    return features, labels, weights


def _fit(cases: Sequence[Case]) -> dict[str, Any]:
    features, labels, weights = _arrays(cases)
    model = _pipeline().fit(features, labels, logisticregression__sample_weight=weights)
    scaler, logistic = model[0], model[1]
    coefficients, intercepts = logistic.coef_, logistic.intercept_
    if len(logistic.classes_) == 2:  # scikit-learn keeps one row for two classes
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    return {
        "classes": list(logistic.classes_),
        "mean": _rounded(scaler.mean_),
        "scale": _rounded(scaler.scale_),
        "coefficients": [_rounded(row) for row in coefficients],
        "intercepts": _rounded(intercepts),
    }


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    return [round(float(value), 6) for value in values]


def _predict(cases: Sequence[Case]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]:
    """Return out-of-fold probabilities, shape (cases, classes), and the classes."""
    features, labels, weights = _arrays(cases)
    groups = [case.rubric_id for case in cases]
    classes = np.unique(labels)
    predicted = np.zeros((len(cases), len(classes)))
    for seen, unseen in GroupKFold(_FOLDS).split(features, labels, groups):
        model = _pipeline()
        model.fit(features[seen], labels[seen], logisticregression__sample_weight=weights[seen])
        predicted[unseen] = model.predict_proba(features[unseen])
    return predicted, classes


def _measure_points(cases: Sequence[Case]) -> dict[str, float]:
    predicted, classes = _predict(cases)
    labels = np.array([str(case.label) for case in cases])
    guesses = classes[predicted.argmax(axis=1)]
    answers = np.array([case.source == "example" for case in cases])
    covered = labels == "covered"
    share = predicted[:, list(classes).index("covered")]
    contradicted = answers & (labels == "contradicted")
    return {
        "labels": int(answers.sum()),
        "covered_auc": _figure(roc_auc_score(covered[answers], share[answers])),
        "covered_kappa": _figure(
            cohen_kappa_score(covered[answers], (guesses == "covered")[answers])
        ),
        "macro_f1": _figure(f1_score(labels[answers], guesses[answers], average="macro")),
        "contradicted_called_covered": _figure((guesses[contradicted] == "covered").mean()),
    }


def _measure_mistakes(cases: Sequence[Case]) -> dict[str, float]:
    predicted, classes = _predict(cases)
    answers = np.array([case.source == "example" for case in cases])
    made = np.array([case.label == "made" for case in cases])
    guesses = classes[predicted.argmax(axis=1)] == "made"
    return {
        "labels": int(answers.sum()),
        "f1": _figure(f1_score(made[answers], guesses[answers])),
        "false_alarm_rate": _figure(guesses[answers & ~made].mean()),
    }


def _figure(value: float) -> float:
    return round(float(value), 3)


if __name__ == "__main__":
    sys.exit(main())
