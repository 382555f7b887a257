"""Every window of an answer against every statement of a rubric, by cosine and by alignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.answers import Answer
from grader.embedding import Encoded, FloatArray
from grader.index import RubricVectors
from grader.words import stem

_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Similarities of S statements and W windows; all arrays have shape (S, W).

    Attributes:
        cosine: Cosine of the two as wholes.
        topical: The same with the direction of the question taken out of both, so that being on
            topic does not count as saying the thing.
        recall: How much of the statement's content is aligned with some word of the window,
            weighted by rarity (soft recall, as in BERTScore, Zhang et al., ICLR 2020).
        precision: How much of the window's content is aligned with some word of the statement.
        lexical: Rarity-weighted share of the statement's stems that the window has.
        weakest: Alignment of the statement's least aligned rare word.
        novel: As `recall`, over the words that the question does not already hold.
    """

    cosine: FloatArray
    topical: FloatArray
    recall: FloatArray
    precision: FloatArray
    lexical: FloatArray
    weakest: FloatArray
    novel: FloatArray


def compare(answer: Answer, segments: Sequence[Encoded], rubric: RubricVectors) -> Comparison:
    """Compare an answer's windows with a rubric's statements.

    Args:
        answer: The answer as read.
        segments: Its segments, encoded, in order.
        rubric: The rubric's vectors.
    """
    first = np.array([window.first for window in answer.windows])
    last = np.array([window.last for window in answer.windows])
    windows = _window_vectors(segments, first, last)
    statements = np.stack([s.vector for s in rubric.statements])
    alignment = _Alignment.of(segments, rubric)
    return Comparison(
        cosine=statements @ windows.T,
        topical=_without(statements, rubric.question) @ _without(windows, rubric.question).T,
        recall=alignment.recall(first, last),
        precision=alignment.precision(first, last),
        lexical=alignment.lexical(first, last),
        weakest=alignment.weakest(first, last),
        novel=alignment.novel(first, last),
    )


def _window_vectors(
    segments: Sequence[Encoded], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> FloatArray:
    tokens = np.array([segment.tokens for segment in segments], dtype=np.float32)
    sums = np.stack([segment.mean for segment in segments]) * tokens[:, None]
    joined = sums[first] + np.where((first != last)[:, None], sums[last], 0)
    return _unit(joined)


def _without(rows: FloatArray, direction: FloatArray) -> FloatArray:
    return _unit(rows - (rows @ direction)[:, None] * direction)


def _unit(rows: FloatArray) -> FloatArray:
    unit: FloatArray = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return unit


@dataclass(frozen=True, slots=True, eq=False)
class _Alignment:
    """Word by word: the statements' words are rows, the segments are columns.

    Attributes:
        best: Best similarity of each statement word within each segment, (words, segments).
        same: Whether the segment has the word's stem, (words, segments).
        weights: Rarity of each statement word, (words,).
        novelty: The same, with 0 for words of the question, (words,).
        starts: Where each statement's words begin, (statements,).
        explained: Sum over a segment's words of rarity times similarity to the statement,
            (statements, segments).
        said: Sum of the rarity of a segment's words, (segments,).
    """

    best: FloatArray
    same: FloatArray
    weights: FloatArray
    novelty: FloatArray
    starts: npt.NDArray[np.int64]
    explained: FloatArray
    said: FloatArray

    @classmethod
    def of(cls, segments: Sequence[Encoded], rubric: RubricVectors) -> _Alignment:
        statements = rubric.statements
        # A stretch without content words gets one empty word, so that every group is non-empty.
        wanted = [_or_blank(s.word_vectors) for s in statements]
        said = [_or_blank(s.word_vectors) for s in segments]
        weights = np.concatenate([_or_zero(s.word_weights) for s in statements])
        said_weights = np.concatenate([_or_zero(s.word_weights) for s in segments])
        starts = _starts([len(rows) for rows in wanted])
        said_starts = _starts([len(rows) for rows in said])
        similarity = np.clip(np.concatenate(wanted) @ np.concatenate(said).T, 0, 1)
        by_statement = np.maximum.reduceat(similarity, starts, axis=0)
        stems = [frozenset(map(stem, s.words)) for s in segments]
        stated = [stem(word) for s in statements for word in s.words or [""]]
        new = np.array([word not in rubric.question_stems for word in stated], dtype=np.float32)
        same = np.array(
            [[word in present for present in stems] for word in stated], dtype=np.float32
        )
        return cls(
            best=np.maximum.reduceat(similarity, said_starts, axis=1),
            same=same,
            weights=weights,
            novelty=weights * new,
            starts=starts,
            explained=np.add.reduceat(by_statement * said_weights, said_starts, axis=1),
            said=np.add.reduceat(said_weights, said_starts),
        )

    def recall(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> FloatArray:
        return self._weighted(np.maximum(self.best[:, first], self.best[:, last]), self.weights)

    def novel(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> FloatArray:
        return self._weighted(np.maximum(self.best[:, first], self.best[:, last]), self.novelty)

    def lexical(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> FloatArray:
        return self._weighted(np.maximum(self.same[:, first], self.same[:, last]), self.weights)

    def precision(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> FloatArray:
        paired = (first != last).astype(np.float32)
        explained = self.explained[:, first] + self.explained[:, last] * paired
        said = self.said[first] + self.said[last] * paired
        ratio: FloatArray = explained / np.maximum(said, _TINY)
        return ratio

    def weakest(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> FloatArray:
        best = np.maximum(self.best[:, first], self.best[:, last])
        # A common word need not be echoed: it is lifted towards 1 by what it lacks in rarity.
        lifted = 1 - (1 - best) * self.weights[:, None]
        weakest: FloatArray = np.minimum.reduceat(lifted, self.starts, axis=0)
        return weakest

    def _weighted(self, values: FloatArray, weights: FloatArray) -> FloatArray:
        total = np.add.reduceat(weights, self.starts)[:, None]
        summed = np.add.reduceat(values * weights[:, None], self.starts, axis=0)
        return np.asarray(summed / np.maximum(total, _TINY), dtype=np.float32)


def _starts(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)


def _or_blank(rows: FloatArray) -> FloatArray:
    return rows if len(rows) else np.zeros((1, rows.shape[1]), dtype=np.float32)


def _or_zero(weights: FloatArray) -> FloatArray:
    return weights if len(weights) else np.zeros(1, dtype=np.float32)
