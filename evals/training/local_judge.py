"""Train the local judge: `python -m evals.training.local_judge`.

Writes `grader/embedding/word_projection.npy` and `grader/judges/local/head.json`. The same data give
the same files. It learns from the training and development questions of the back-end data set and
from those questions' rubrics; neither an answer to a test question nor a word of its rubric is
seen. The figures in the file are of the test questions.
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
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import grader
from evals.datasets import BACKEND, Split, backend_split, load_answers
from evals.training._cases import Case, build_cases
from grader.bank import Bank, load_bank
from grader.embedding import FloatArray
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.index import rubric_texts
from grader.judges.local import FEATURES, LogisticModel
from grader.settings import Settings
from grader.types import Rubric

_DIMENSIONS = 384
_WORD_DIMENSIONS = 96
_REGULARISATION = 0.1

# A labelled answer is an answer as people give them; a rubric's phrasings are many and clean, and
# would otherwise teach that answers are single sentences.
_WEIGHTS = {"answer": 1.0, "reference": 1.0, "phrasing": 0.15, "sibling": 0.02}

# Reference answers of this many other questions are read as answers to each question.
_FOREIGN = 2


def main() -> int:
    """Train, write both files, print the figures."""
    console = Console(stderr=True)
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    package = Path(grader.__file__).parent
    seen = [*backend_split(Split.TRAIN), *backend_split(Split.DEVELOPMENT)]
    console.print(f"fitting the word projection on {len(seen)} rubrics")
    projection = fit_projection([bank.get(rubric_id) for rubric_id in seen])
    np.save(package / "embedding" / "word_projection.npy", projection.astype(np.float16))
    embedder = SentenceTransformersEmbedder()
    learned = _read(seen, bank, embedder, console, phrasings=True)
    held_out = _read(backend_split(Split.TEST), bank, embedder, console, phrasings=False)
    document = train(learned, held_out) | {"encoder": embedder.fingerprint}
    document["card"]["data_sha256"] = _data_sha256(bank, seen)
    path = package / "judges" / "local" / "head.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(document["card"], indent=2) + "\n")
    return 0


def fit_projection(rubrics: Sequence[Rubric]) -> FloatArray:
    """Find the directions in which contextual word vectors differ most.

    The first principal direction is left out: it is common to all words and makes any two look
    alike (Mu and Viswanath, "All-but-the-Top", ICLR 2018).

    Returns:
        Shape (dimensions, word dimensions).
    """
    embedder = SentenceTransformersEmbedder(projection=np.eye(_DIMENSIONS, dtype=np.float32))
    scatter = np.zeros((_DIMENSIONS, _DIMENSIONS))
    for rubric in rubrics:
        for item in embedder.encode(rubric_texts(rubric)):
            scatter += item.word_vectors.T @ item.word_vectors
    _, directions = np.linalg.eigh(scatter)
    ranked = directions[:, ::-1][:, 1 : 1 + _WORD_DIMENSIONS]
    # An eigenvector's sign is arbitrary; fixing it makes the file the same everywhere.
    signs = np.sign(ranked[np.abs(ranked).argmax(axis=0), np.arange(_WORD_DIMENSIONS)])
    projection: FloatArray = (ranked * signs).astype(np.float32)
    return projection


def train(learned: Sequence[Case], held_out: Sequence[Case]) -> dict[str, Any]:
    """Fit both models on one set of questions and measure them on another."""
    parameters = {
        "point": _fit([case for case in learned if not case.is_mistake]),
        "mistake": _fit([case for case in learned if case.is_mistake]),
    }
    revision = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:12]
    points = [case for case in held_out if not case.is_mistake]
    mistakes = [case for case in held_out if case.is_mistake]
    return {
        "features": list(FEATURES),
        "revision": revision,
        **parameters,
        "card": {
            "command": "python -m evals.training.local_judge",
            "cases": len(learned),
            "questions": len({case.rubric_id for case in learned}),
            "weights": _WEIGHTS,
            "regularisation": _REGULARISATION,
            "test": {
                "questions": len({case.rubric_id for case in held_out}),
                "points": _measure_points(points, LogisticModel.from_json(parameters["point"])),
                "mistakes": _measure_mistakes(
                    mistakes, LogisticModel.from_json(parameters["mistake"])
                ),
            },
        },
    }


def _read(
    rubric_ids: Sequence[str],
    bank: Bank,
    embedder: SentenceTransformersEmbedder,
    console: Console,
    *,
    phrasings: bool,
) -> list[Case]:
    cases: list[Case] = []
    for number, rubric_id in enumerate(rubric_ids, start=1):
        console.print(f"reading {rubric_id} ({number}/{len(rubric_ids)})")
        answers = load_answers(BACKEND / f"{rubric_id}.jsonl")
        following = [rubric_ids[(number + step) % len(rubric_ids)] for step in range(_FOREIGN)]
        others = [bank.get(other) for other in following] if phrasings else []
        cases += build_cases(
            bank.get(rubric_id), answers, embedder, others=others, phrasings=phrasings
        )
    return cases


def _data_sha256(bank: Bank, rubric_ids: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for rubric_id in sorted(rubric_ids):
        digest.update(bank.get(rubric_id).sha256.encode())
        digest.update((BACKEND / f"{rubric_id}.jsonl").read_bytes())
    return digest.hexdigest()


def _fit(cases: Sequence[Case]) -> dict[str, Any]:
    features = np.stack([case.features for case in cases])
    labels = np.array([str(case.label) for case in cases])
    weights = np.array([_WEIGHTS[case.source] for case in cases])
    scaler = StandardScaler().fit(features)
    logistic = LogisticRegression(max_iter=5000, C=_REGULARISATION)
    model = make_pipeline(scaler, logistic)
    model.fit(features, labels, logisticregression__sample_weight=weights)
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


def _measure_points(cases: Sequence[Case], model: LogisticModel) -> dict[str, float]:
    shares = [model.probabilities(case.features) for case in cases]
    guesses = np.array([max(share, key=share.__getitem__) for share in shares])
    labels = np.array([str(case.label) for case in cases])
    covered = np.array([share["covered"] for share in shares])
    denied = labels == "contradicted"
    return {
        "labels": len(cases),
        "covered_kappa": _figure(cohen_kappa_score(labels == "covered", guesses == "covered")),
        "covered_auc": _figure(roc_auc_score(labels == "covered", covered)),
        "macro_f1": _figure(f1_score(labels, guesses, average="macro")),
        "accuracy": _figure((labels == guesses).mean()),
        "contradicted_called_covered": _figure((guesses[denied] == "covered").mean()),
    }


def _measure_mistakes(cases: Sequence[Case], model: LogisticModel) -> dict[str, float]:
    made = np.array([case.label == "made" for case in cases])
    guesses = np.array([model.probabilities(case.features)["made"] >= 0.5 for case in cases])
    return {
        "labels": len(cases),
        "f1": _figure(f1_score(made, guesses)),
        "false_alarm_rate": _figure(guesses[~made].mean()),
    }


def _figure(value: float) -> float:
    return round(float(value), 3)


if __name__ == "__main__":
    sys.exit(main())
