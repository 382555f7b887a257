"""Reading an answer for training as the local judge reads it when it grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from grader.answers import Answer, matchable, read_answer
from grader.embedding import Embedder, Encoded
from grader.index import PackedVectors, Role, RubricVectors, rubric_texts
from grader.judges.local import OwnerFeatures, compare, extract
from grader.sentences import SentenceBoundaries, split_unpunctuated
from grader.types import Rubric

# Any text may be learned from.
_MAX_CHARACTERS = 100_000


def read_text(text: str) -> Answer:
    """Read an answer in the segments that the local judge reads.

    Raises:
        AnswerInvalid: It has no words.
    """
    answer = read_answer(text, max_characters=_MAX_CHARACTERS)
    return split_unpunctuated(answer, _boundaries().probabilities)


def rubric_vectors(rubric: Rubric, embedder: Embedder) -> RubricVectors:
    """Encode a rubric, and keep of its vectors what the index keeps."""
    return PackedVectors.pack(rubric, embedder.encode(rubric_texts(rubric))).unpack(rubric)


def claims_alone(vectors: RubricVectors) -> RubricVectors:
    """Leave of a rubric's statements the claims, as where an author has written no phrasings."""
    kept = tuple(v for v in vectors.statements if v.statement.role is Role.CLAIM)
    return replace(vectors, statements=kept)


def read_segments(answer: Answer, embedder: Embedder) -> list[Encoded]:
    """Encode an answer's segments."""
    return embedder.encode([matchable(answer.reading(segment)) for segment in answer.segments])


def read_features(
    answer: Answer, segments: Sequence[Encoded], vectors: RubricVectors
) -> dict[str, OwnerFeatures]:
    """Features of every point and mistake, by owner; all of the answer counts as said."""
    usable = np.ones(len(answer.windows), dtype=np.bool_)
    comparison = compare(answer, segments, vectors)
    return {f.owner: f for f in extract(answer, comparison, vectors, usable)}


@cache
def _boundaries() -> SentenceBoundaries:
    return SentenceBoundaries()
