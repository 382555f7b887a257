"""Everything about a rubric that is encoded once and read by every grade under it."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from grader.answers import matchable, read_answer
from grader.bank import passages
from grader.embedding import Encoded, FloatArray, SharedEncoder
from grader.types import Passage, Rubric
from grader.words import content_words, stem


class Role(StrEnum):
    """How a statement bears on its point or mistake."""

    CLAIM = "claim"
    ACCEPT = "accept"
    REJECT = "reject"
    CORRECTION = "correction"
    REFERENCE = "reference"


class Statement(NamedTuple):
    """One sentence of a rubric that an answer is compared with.

    Attributes:
        owner: Id of the point or mistake it belongs to; empty for a sentence of the reference
            answer that has not been given to a point yet.
    """

    owner: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class StatementVector:
    """A statement with its vectors; see `Encoded` for their meaning."""

    statement: Statement
    vector: FloatArray
    words: tuple[str, ...]
    word_vectors: FloatArray
    word_weights: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RubricVectors:
    """The vectors of one rubric version.

    Attributes:
        question: Vector of the question, shape (dimensions,).
        question_stems: Stems of the question's content words.
        statements: Claims, accepted and rejected phrasings, corrections, in rubric order; last,
            for each point, the sentence of the reference answer that makes it.
        passages: One vector per paragraph of the reference answer, shape (passages, dimensions).
        follow_ups: One vector per follow-up, shape (follow_ups, dimensions).
    """

    question: FloatArray
    question_stems: frozenset[str]
    statements: tuple[StatementVector, ...]
    passages: FloatArray
    follow_ups: FloatArray


def rubric_statements(rubric: Rubric) -> Iterator[Statement]:
    """Yield the statements of a rubric in a fixed order: points, then mistakes."""
    for point in rubric.points:
        yield Statement(point.id, Role.CLAIM, point.claim)
        yield from (Statement(point.id, Role.ACCEPT, text) for text in point.accept)
        yield from (Statement(point.id, Role.REJECT, text) for text in point.reject)
    for mistake in rubric.mistakes:
        yield Statement(mistake.id, Role.CLAIM, mistake.claim)
        if mistake.correction:
            yield Statement(mistake.id, Role.CORRECTION, mistake.correction)
    if rubric.reference_answer:
        reference = read_answer(
            rubric.reference_answer, max_characters=len(rubric.reference_answer)
        )
        for segment in reference.segments:
            yield Statement("", Role.REFERENCE, reference.quote(segment))


def rubric_texts(rubric: Rubric) -> list[str]:
    """List everything of a rubric that is encoded, in the order `PackedVectors` keeps."""
    return [
        matchable(text)
        for text in (
            rubric.question,
            *(statement.text for statement in rubric_statements(rubric)),
            *passages(rubric.reference_answer),
            *(follow_up.ask for follow_up in rubric.follow_ups),
        )
    ]


class PackedVectors(NamedTuple):
    """The vectors of a rubric as they are stored: one byte a component, one scale a row.

    Attributes:
        rows: Question, statements, passages, follow-ups; int8, shape (texts, dimensions).
        row_scales: float32, shape (texts,).
        words: Content words of the statements, one after another; int8, shape
            (words, word_dimensions).
        word_scales: float32, shape (words,).
        word_weights: float32, shape (words,).
        word_counts: Content words of each statement; int64, shape (statements,).
    """

    rows: npt.NDArray[np.int8]
    row_scales: FloatArray
    words: npt.NDArray[np.int8]
    word_scales: FloatArray
    word_weights: FloatArray
    word_counts: npt.NDArray[np.int64]

    @classmethod
    def pack(cls, rubric: Rubric, encoded: Sequence[Encoded]) -> Self:
        """Pack the encoded texts of a rubric, which come in the order of `rubric_texts`."""
        statements = encoded[1 : 1 + len(list(rubric_statements(rubric)))]
        rows, row_scales = _quantise(np.stack([item.vector for item in encoded]))
        words, word_scales = _quantise(np.concatenate([item.word_vectors for item in statements]))
        return cls(
            rows,
            row_scales,
            words,
            word_scales,
            np.concatenate([item.word_weights for item in statements]),
            np.array([len(item.words) for item in statements], dtype=np.int64),
        )

    def to_bytes(self) -> bytes:
        """Serialise as an `.npz` archive."""
        buffer = io.BytesIO()
        np.savez(buffer, **self._asdict())
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return cls(**{name: archive[name] for name in cls._fields})

    def unpack(self, rubric: Rubric) -> RubricVectors:
        """Restore the vectors of the rubric they were packed from."""
        rows = _restore(self.rows, self.row_scales)
        words = _restore(self.words, self.word_scales)
        statements = list(rubric_statements(rubric))
        ends = np.cumsum(self.word_counts)
        vectors = []
        for index, statement in enumerate(statements):
            span = slice(ends[index] - self.word_counts[index], ends[index])
            spoken = content_words(matchable(statement.text))[: self.word_counts[index]]
            vectors.append(
                StatementVector(
                    statement, rows[1 + index], tuple(spoken), words[span], self.word_weights[span]
                )
            )
        first_passage = 1 + len(statements)
        first_follow_up = len(rows) - len(rubric.follow_ups)
        return RubricVectors(
            question=rows[0],
            question_stems=frozenset(map(stem, content_words(matchable(rubric.question)))),
            statements=tuple(_with_reference(vectors, {point.id for point in rubric.points})),
            passages=rows[first_passage:first_follow_up],
            follow_ups=rows[first_follow_up:],
        )


def encode_rubric(rubric: Rubric, encoder: SharedEncoder) -> PackedVectors:
    """Encode a rubric; blocks. Vectors always go through their packed form.

    A rubric read from the index and one encoded on the spot so give the same grade to the last
    bit.
    """
    return PackedVectors.pack(rubric, encoder.submit(rubric_texts(rubric)).result())


def explaining_passage(
    rubric: Rubric, vectors: RubricVectors, statement: StatementVector
) -> Passage | None:
    """Return the paragraph of the reference answer that explains a statement best.

    A paragraph speaks of several things, so that its vector alone is a poor guide; the statement's
    own words in it count as much.
    """
    texts = passages(rubric.reference_answer)
    if not texts:
        return None
    wanted = {stem(word) for word in statement.words}
    present = [{stem(word) for word in content_words(matchable(text))} for text in texts]
    shared = np.array([len(wanted & stems) / max(1, len(wanted)) for stems in present])
    best = int(np.argmax(vectors.passages @ statement.vector + shared))
    return Passage(source=rubric.reference or rubric.id, text=texts[best])


def _with_reference(
    vectors: Sequence[StatementVector], points: Collection[str]
) -> Iterator[StatementVector]:
    """Give each point the reference answer's sentence that is nearest to its own phrasings."""
    sentences = [v for v in vectors if v.statement.role is Role.REFERENCE]
    own = [v for v in vectors if v.statement.role is not Role.REFERENCE]
    yield from own
    if not sentences:
        return
    phrasings: dict[str, list[FloatArray]] = {}
    for item in own:
        owner, role, _ = item.statement
        if owner in points and role in (Role.CLAIM, Role.ACCEPT):
            phrasings.setdefault(owner, []).append(item.vector)
    rows = np.stack([v.vector for v in sentences])
    for owner, wanted in phrasings.items():
        nearest = sentences[int((rows @ np.stack(wanted).T).mean(axis=1).argmax())]
        yield replace(nearest, statement=nearest.statement._replace(owner=owner))


def _quantise(rows: FloatArray) -> tuple[npt.NDArray[np.int8], FloatArray]:
    scales = np.abs(rows).max(axis=1, initial=1e-12) / 127
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _restore(rows: npt.NDArray[np.int8], scales: FloatArray) -> FloatArray:
    restored = rows.astype(np.float32) * scales[:, None]
    norms = np.linalg.norm(restored, axis=1, keepdims=True)
    unit: FloatArray = restored / np.maximum(norms, 1e-12)
    return unit
