"""Fit what a cross-encoder's scores mean: `python -m evals.training.mixture [FOLDER]`.

Without a folder, for the installed cross-encoder; with one, for the sentence-transformers
cross-encoder in it, and the file is written there. Fitted on the answers to the development questions,
which no encoder was trained on, and on the reference answers of other questions, which say nothing of
the subject. The head has learned from the same questions, so it looks a little better here than it
is, and the cross-encoder counts a little less than it might; what the two are worth is measured on
the test questions (`grader eval run --split test`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.console import Console
from scipy.optimize import minimize
from sklearn.metrics import cohen_kappa_score, log_loss, roc_auc_score

from evals.datasets import BACKEND, Split, backend_split, load_answers
from evals.training._cases import Case, build_cases
from evals.training._manners import in_some_manner
from grader.bank import load_bank
from grader.cross_encoder import INSTALLED, ClaimAndPassage, build_cross_encoder
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.errors import ConfigurationError
from grader.judges.local._head import Classifier, load_head, softmax
from grader.judges.local._mixture import KINDS, Mix, logarithms
from grader.judges.local._second_reader import mixture_path
from grader.settings import Settings

_FOREIGN = 2
_WEIGHTS = {"answer": 1.0, "restyled": 0.5, "reference": 0.5}
# Of the sum of squares of the weights, against the sum of the cases' surprise.
_PENALTY = 2.0

Floats = npt.NDArray[np.float64]


class Scored(NamedTuple):
    """Cases of one kind.

    Attributes:
        shares: The head's probabilities, shape (cases, classes).
        scores: The cross-encoder's, shape (cases, outputs).
        labels: Columns of `shares`, shape (cases,).
        weights: Shape (cases,).
        questions: Where each comes from, shape (cases,).
        answered: Whether each is a labelled answer as it was given, shape (cases,).
    """

    shares: Floats
    scores: Floats
    labels: npt.NDArray[np.int64]
    weights: Floats
    questions: npt.NDArray[np.str_]
    answered: npt.NDArray[np.bool_]

    def only(self, rows: npt.NDArray[np.bool_]) -> Scored:
        """Some of the cases."""
        return Scored(
            self.shares[rows],
            self.scores[rows],
            self.labels[rows],
            self.weights[rows],
            self.questions[rows],
            self.answered[rows],
        )


def main(folder: Path | None) -> int:
    """Fit, write the file, print the figures."""
    console = Console(stderr=True)
    named = INSTALLED if folder is None else str(folder.resolve())
    settings = Settings(cross_encoder=named)
    cross_encoder = build_cross_encoder(settings)
    if cross_encoder is None:
        raise ConfigurationError(f"there is nothing to fit for '{named}'")
    head = load_head()
    cases = list(_read(console))
    scores = cross_encoder.score([ClaimAndPassage(case.claim, case.passage) for case in cases])
    kind_of = np.array([_kind(case) for case in cases])
    mixes: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for name in KINDS:
        classifier: Classifier = getattr(head, name)
        scored = _scored(classifier, cases, scores, kind_of == name)
        figures[name] = _figures(scored, classifier.classes)
        mix = fit(scored)
        mixes[name] = {
            "classes": classifier.classes,
            "weights": [[round(float(each), 4) for each in row] for row in mix.weights],
            "biases": [round(float(each), 4) for each in mix.biases],
        }
    document = {
        "cross_encoder": cross_encoder.fingerprint,
        "head": head.revision,
        "mixes": mixes,
        "card": {
            "command": f"python -m evals.training.mixture {folder or ''}".strip(),
            "penalty": _PENALTY,
            "development": figures,
        },
    }
    path = mixture_path(settings)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


def fit(scored: Scored) -> Mix:
    """Find the linear map of the scores that, added to the head's logits, is least surprised.

    How far the scores of a model reach makes no difference: they are standardised first.

    Raises:
        RuntimeError: The search did not come to an end.
    """
    mean, spread = scored.scores.mean(axis=0), np.maximum(scored.scores.std(axis=0), 1e-6)
    standard = (scored.scores - mean) / spread
    classes, outputs = scored.shares.shape[1], standard.shape[1]
    start = logarithms(scored.shares)
    inputs = np.concatenate([standard, np.ones((len(standard), 1))], axis=1)
    wanted = np.eye(classes)[scored.labels]

    def surprise(flat: Floats) -> tuple[float, Floats]:
        found = flat.reshape(classes, outputs + 1)
        shares = softmax(start + inputs @ found.T)
        right = np.maximum(shares[np.arange(len(shares)), scored.labels], 1e-12)
        slope = ((shares - wanted) * scored.weights[:, None]).T @ inputs
        penalised = found.copy()
        penalised[:, -1] = 0
        value = -(np.log(right) * scored.weights).sum() + _PENALTY * (penalised**2).sum()
        return float(value), (slope + 2 * _PENALTY * penalised).ravel()

    found = minimize(surprise, np.zeros(classes * (outputs + 1)), jac=True, method="L-BFGS-B")
    if not found.success:
        raise RuntimeError(f"the mixture was not found: {found.message}")
    matrix = found.x.reshape(classes, outputs + 1)
    weights = matrix[:, :-1] / spread
    return Mix(weights.astype(np.float32), (matrix[:, -1] - weights @ mean).astype(np.float32))


def _read(console: Console) -> Iterator[Case]:
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    embedder = SentenceTransformersEmbedder()
    rubric_ids = backend_split(Split.DEVELOPMENT)
    for number, rubric_id in enumerate(rubric_ids):
        console.print(f"reading question {number + 1} of {len(rubric_ids)}")
        answers = list(load_answers(BACKEND / f"{rubric_id}.jsonl"))
        rng = Random(number)  # noqa: S311 - sampling
        following = [rubric_ids[(number + n) % len(rubric_ids)] for n in range(1, _FOREIGN + 1)]
        yield from build_cases(
            bank.get(rubric_id),
            answers,
            embedder,
            restyled=[found for each in answers if (found := in_some_manner(each, rng))],
            others=[bank.get(other) for other in following],
        )


def _kind(case: Case) -> str:
    if case.is_mistake:
        return "mistake"
    return "bare_point" if case.is_bare else "point"


def _scored(
    classifier: Classifier,
    cases: Sequence[Case],
    scores: npt.NDArray[Any],
    chosen: npt.NDArray[np.bool_],
) -> Scored:
    kept = [case for case, is_chosen in zip(cases, chosen, strict=True) if is_chosen]
    return Scored(
        shares=np.asarray(
            classifier.probabilities(np.stack([case.features for case in kept])), dtype=np.float64
        ),
        scores=scores[chosen].astype(np.float64),
        labels=np.array([classifier.classes.index(case.label) for case in kept]),
        weights=np.array([_WEIGHTS[case.source] for case in kept]),
        questions=np.array([case.rubric_id for case in kept]),
        answered=np.array([case.source == "answer" for case in kept]),
    )


def _figures(scored: Scored, classes: Sequence[str]) -> Mapping[str, Any]:
    """Measure the head alone, which knows the questions, and mixtures fitted without each in turn."""
    mixed = np.zeros_like(scored.shares)
    for question in sorted(set(scored.questions)):
        held_out = scored.questions == question
        mix = fit(scored.only(~held_out))
        mixed[held_out] = mix.probabilities(scored.shares[held_out], scored.scores[held_out])
    target = classes.index("covered" if "covered" in classes else "made")
    answered = scored.answered
    return {
        "cases": int(answered.sum()),
        "head": _measure(scored.shares[answered], scored.labels[answered], target),
        "mixture_without_the_question": _measure(mixed[answered], scored.labels[answered], target),
    }


def _measure(shares: Floats, labels: npt.NDArray[np.int64], target: int) -> Mapping[str, float]:
    likely = shares[:, target] >= 0.5
    columns = list(range(shares.shape[1]))
    return {
        "kappa": round(float(cohen_kappa_score(labels == target, likely)), 3),
        "auc": round(float(roc_auc_score(labels == target, shares[:, target])), 3),
        "accuracy": round(float((shares.argmax(axis=1) == labels).mean()), 3),
        "log_loss": round(
            float(log_loss(labels, shares / shares.sum(1, keepdims=True), labels=columns)), 3
        ),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fit what a cross-encoder's scores mean.")
    parser.add_argument("folder", type=Path, nargs="?", help="folder of a cross-encoder")
    sys.exit(main(parser.parse_args().folder))
