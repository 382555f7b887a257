"""How near statements come to passages: as wholes, and word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.embedding import Encoded, FloatArray

IntArray = npt.NDArray[np.int64]

_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """Similarities of S statements and P passages; all arrays have shape (S, P).

    Attributes:
        topical: Cosine of the two with the direction of the question taken out of both, so that
            being on topic does not count as saying the thing.
        recall: Share of the statement's content that is aligned with some word of the passage,
            weighted by rarity (soft recall, as in BERTScore, Zhang et al., ICLR 2020).
    """

    topical: FloatArray
    recall: FloatArray


def compare(
    statements: Sequence[Encoded],
    segments: Sequence[Encoded],
    spans: Sequence[tuple[int, int]],
    question: Encoded,
) -> Similarities:
    """Compare every statement with every passage.

    Args:
        statements: At least one.
        segments: What passages are made of; at least one.
        spans: First and last segment of each passage, inclusive; the same or neighbours.
        question: What both are about.
    """
    first, last = np.array(spans).T
    rows = np.stack([statement.vector for statement in statements])
    columns = _joined(segments, first, last)
    return Similarities(
        topical=_without(rows, question.vector) @ _without(columns, question.vector).T,
        recall=np.stack([_recall(statement, segments, first, last) for statement in statements]),
    )


def alike(statements: Sequence[Encoded]) -> FloatArray:
    """Tell how much either of two statements at least holds of the other; shape (S, S)."""
    each = np.arange(len(statements))
    recall = np.stack([_recall(statement, statements, each, each) for statement in statements])
    return np.minimum(recall, recall.T)


def _joined(segments: Sequence[Encoded], first: IntArray, last: IntArray) -> FloatArray:
    """Vectors of passages, as if their segments had been encoded together."""
    sums = np.stack([segment.mean * np.float32(segment.tokens) for segment in segments])
    return _unit(sums[first] + np.where((first != last)[:, None], sums[last], 0))


def _without(rows: FloatArray, direction: FloatArray) -> FloatArray:
    return _unit(rows - (rows @ direction)[:, None] * direction)


def _unit(rows: FloatArray) -> FloatArray:
    unit: FloatArray = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), _TINY)
    return unit


def _recall(
    statement: Encoded, segments: Sequence[Encoded], first: IntArray, last: IntArray
) -> FloatArray:
    if not len(statement.words):
        return np.zeros(len(first), dtype=np.float32)
    best = np.stack([_best(statement, segment) for segment in segments])
    passages = np.maximum(best[first], best[last])
    total = np.maximum(statement.word_weights.sum(), _TINY)
    # Not by BLAS, whose sums differ from processor to processor.
    recall: FloatArray = np.einsum("pw,w->p", passages, statement.word_weights) / total
    return recall


def _best(statement: Encoded, segment: Encoded) -> FloatArray:
    """Similarity of each word of a statement to the most similar word of a segment."""
    if not len(segment.words):
        return np.zeros(len(statement.words), dtype=np.float32)
    similarity: FloatArray = np.clip(statement.word_vectors @ segment.word_vectors.T, 0, 1)
    best: FloatArray = similarity.max(axis=1)
    return best
