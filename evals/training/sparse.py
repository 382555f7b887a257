"""Fit how far a sparse answer is doubted: `python -m evals.training.sparse`, after the head.

Writes `grader/judges/local/sparse.json`. References of other questions show what is to be doubted.
What is not is cut from labelled answers: the words that make one or two points, alone, and among the
sentences of a stranger's answer. All on the development questions; no word of a test question is seen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rich.console import Console
from scipy.optimize import minimize
from sklearn.metrics import cohen_kappa_score, log_loss

import grader
from evals.datasets import BACKEND, LabelledAnswer, Split, backend_split, load_answers
from evals.training._episodes import holding
from evals.training._manners import in_some_manner
from evals.training._reading import (
    claims_alone,
    read_features,
    read_segments,
    read_text,
    rubric_vectors,
)
from grader.answers import Answer, read_answer
from grader.bank import Bank, load_bank
from grader.embedding import Embedder
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.index import RubricVectors
from grader.judges.local._head import Head, load_head, softmax
from grader.judges.local._mixture import logarithms
from grader.judges.local._sparse import doubted, sparseness
from grader.settings import Settings
from grader.types import Rubric, Verdict

SEED = 0

_MAX_CHARACTERS = 100_000
_POINTS_CUT = (1, 2)
_STRANGERS_SENTENCES = 9
# Of the sum of squares of the numbers, against the sum of the cases' surprise.
_PENALTY = 2.0

Floats = npt.NDArray[np.float64]
Labels = Mapping[str, Verdict]


class Source(StrEnum):
    """What kind of answer a reading is of."""

    ANSWER = "answer"
    RESTYLED = "restyled"
    REFERENCE = "reference"
    EXCERPT = "excerpt"
    AMONG_OTHERS = "excerpt_among_others"


# Each question is read with the references of 45 others, and with 12 answers.
_WEIGHTS = {
    Source.ANSWER: 1.0,
    Source.RESTYLED: 0.5,
    Source.REFERENCE: 0.1,
    Source.EXCERPT: 0.25,
    Source.AMONG_OTHERS: 0.125,
}


class Text(NamedTuple):
    """An answer, with what it says of some points."""

    source: Source
    text: str
    labels: Labels


class Reading(NamedTuple):
    """What the head makes of an answer.

    Attributes:
        shares: Probabilities of the labelled points' verdicts, shape (points, classes).
        sparse: Shape (points,).
        labels: Columns of `shares`, shape (points,).
        question: Whose rubric it was read with.
    """

    source: Source
    shares: Floats
    sparse: Floats
    labels: npt.NDArray[np.int64]
    question: str


def main() -> int:
    """Fit, write the file, print the figures."""
    console = Console(stderr=True)
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    embedder = SentenceTransformersEmbedder()
    head = load_head()
    readings: dict[str, list[Reading]] = {"point": [], "bare_point": []}
    for number, rubric_id in enumerate(backend_split(Split.DEVELOPMENT)):
        console.print(f"reading question {number + 1}: {rubric_id}")
        rubric = bank.get(rubric_id)
        texts = list(_texts(rubric, bank, Random(SEED + number)))  # noqa: S311 - sampling
        vectors = rubric_vectors(rubric, embedder)
        for name, each in (("point", vectors), ("bare_point", claims_alone(vectors))):
            readings[name] += (_read(text, rubric, each, embedder, head) for text in texts)
    document: dict[str, Any] = {"head": head.revision}
    figures: dict[str, Any] = {}
    for name, found in readings.items():
        classes = getattr(head, name).classes
        numbers = fit(found).round(4).tolist()
        document[name] = dict(zip(classes, numbers, strict=True))
        figures[name] = _figures(found, classes)
    document["card"] = {
        "command": "python -m evals.training.sparse",
        "seed": SEED,
        "development": figures,
    }
    path = Path(grader.__file__).parent / "judges" / "local" / "sparse.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


def fit(readings: Sequence[Reading]) -> Floats:
    """Find what sparseness must take from each verdict's logit to be least surprised, shape (classes,).

    Raises:
        RuntimeError: The search did not come to an end.
    """
    weights = np.concatenate([np.full(len(r.labels), _WEIGHTS[r.source]) for r in readings])
    start = logarithms(np.concatenate([r.shares for r in readings]))
    sparse = np.concatenate([r.sparse for r in readings])[:, None]
    labels = np.concatenate([r.labels for r in readings])
    rows, wanted = np.arange(len(labels)), np.eye(start.shape[1])[labels]

    def surprise(taken: Floats) -> tuple[float, Floats]:
        shares = softmax(start - sparse * taken)
        right = np.maximum(shares[rows, labels], 1e-12)
        slope = ((wanted - shares) * sparse * weights[:, None]).sum(axis=0)
        value = -(np.log(right) * weights).sum() + _PENALTY * (taken**2).sum()
        return float(value), slope + 2 * _PENALTY * taken

    found = minimize(surprise, np.zeros(start.shape[1]), jac=True, method="L-BFGS-B")
    if not found.success:
        raise RuntimeError(f"the numbers were not found: {found.message}")
    taken: Floats = found.x
    return taken


def excerpts(labelled: LabelledAnswer, rng: Random) -> Iterator[tuple[str, Labels]]:
    """Cut the words that make one point, and two, out of a labelled answer.

    Yields:
        The words, and what they say of each point; points of whose words they hold only a part are
        left out.
    """
    answer = read_answer(labelled.answer, max_characters=_MAX_CHARACTERS)
    bounds = [(segment.start, segment.end) for segment in answer.segments]
    verdicts = _labels(labelled)
    held = {point: {*holding(labelled.points[point].evidence, bounds)} for point in verdicts}
    said = [point for point, segments in held.items() if segments]
    for count in _POINTS_CUT:
        if len(said) < count:
            continue
        kept = set().union(*(held[point] for point in rng.sample(said, count)))
        labels = {
            point: verdict if held[point] & kept else Verdict.MISSING
            for point, verdict in verdicts.items()
            if not held[point] & kept or held[point] <= kept
        }
        yield " ".join(_quotes(answer, sorted(kept))), labels


def _texts(rubric: Rubric, bank: Bank, rng: Random) -> Iterator[Text]:
    """Yield all that is read with a rubric."""
    nothing = dict.fromkeys((point.id for point in rubric.points), Verdict.MISSING)
    strangers = [
        bank.get(other).reference_answer
        for other in (*backend_split(Split.TRAIN), *backend_split(Split.DEVELOPMENT))
        if other != rubric.id
    ]
    for reference in strangers:
        yield Text(Source.REFERENCE, reference, nothing)
    for answer in load_answers(BACKEND / f"{rubric.id}.jsonl"):
        yield Text(Source.ANSWER, answer.answer, _labels(answer))
        restyled = in_some_manner(answer, rng)
        if restyled:
            yield Text(Source.RESTYLED, restyled.answer, _labels(restyled))
        for words, labels in excerpts(answer, rng):
            yield Text(Source.EXCERPT, words, labels)
            stranger = read_answer(rng.choice(strangers), max_characters=_MAX_CHARACTERS)
            around = list(_quotes(stranger, range(len(stranger.segments))))[:_STRANGERS_SENTENCES]
            place = rng.randint(0, len(around))
            among = " ".join([*around[:place], words, *around[place:]])
            yield Text(Source.AMONG_OTHERS, among, labels)


def _labels(answer: LabelledAnswer) -> Labels:
    return {
        point: label.verdict
        for point, label in answer.points.items()
        if label.verdict is not Verdict.UNGRADED
    }


def _quotes(answer: Answer, segments: Sequence[int]) -> Iterator[str]:
    return (answer.quote(answer.segments[index]) for index in segments)


def _read(
    text: Text, rubric: Rubric, vectors: RubricVectors, embedder: Embedder, head: Head
) -> Reading:
    answer = read_text(text.text)
    features = read_features(answer, read_segments(answer, embedder), vectors)
    points = [point.id for point in rubric.points]
    verdicts = head.verdicts([features[point] for point in points])
    classes = list(verdicts[points[0]])
    shares = np.array([list(each.values()) for each in verdicts.values()])
    touched = 1 - shares[:, classes.index(Verdict.MISSING)]
    words = sum(len(quote.split()) for quote in _quotes(answer, range(len(answer.segments))))
    sparse = sparseness(touched.tolist(), words)
    rows = [points.index(point) for point in text.labels]
    return Reading(
        text.source,
        shares[rows],
        sparse[rows].astype(np.float64),
        np.array([classes.index(verdict) for verdict in text.labels.values()]),
        rubric.id,
    )


def _figures(readings: Sequence[Reading], classes: Sequence[str]) -> Mapping[str, Any]:
    """Measure each kind of answer as it was and as it is doubted, fitted without its question."""
    after: list[Reading] = []
    for question in sorted({reading.question for reading in readings}):
        taken = fit([reading for reading in readings if reading.question != question])
        after += (_doubted(reading, taken) for reading in readings if reading.question == question)
    return {
        source: {
            "undoubted": _measure([r for r in readings if r.source is source], classes),
            "doubted": _measure([r for r in after if r.source is source], classes),
        }
        for source in Source
    }


def _doubted(reading: Reading, taken: Floats) -> Reading:
    shares = doubted(reading.shares, reading.sparse, taken)
    return reading._replace(shares=np.asarray(shares, dtype=np.float64))


def _measure(readings: Sequence[Reading], classes: Sequence[str]) -> Mapping[str, float]:
    target = classes.index("covered")
    shares = np.concatenate([reading.shares for reading in readings])
    labels = np.concatenate([reading.labels for reading in readings])
    likely = shares[:, target] >= 0.5
    called = [100 * float((r.shares[:, target] >= 0.5).mean()) for r in readings]
    figures = {
        "answers": len(readings),
        "points_called_covered": round(sum(called) / len(called), 2),
        "log_loss": round(float(log_loss(labels, shares, labels=range(len(classes)))), 3),
    }
    if (labels == target).any():
        figures["kappa"] = round(float(cohen_kappa_score(labels == target, likely)), 3)
        figures["recall"] = round(float(likely[labels == target].mean()), 3)
    return figures


if __name__ == "__main__":
    sys.exit(main())
