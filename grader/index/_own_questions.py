"""Finding the questions of rubrics that are not the shared bank's; the rubrics are kept elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from grader.embedding import FloatArray


@dataclass(frozen=True, slots=True)
class OwnQuestionKey:
    """What a question belongs to; nothing is ever found from another one.

    Attributes:
        scope: Whose it is.
        fingerprint: The embedder that made its vector.
    """

    scope: str
    fingerprint: str


@runtime_checkable
class OwnQuestionIndex(Protocol):
    """Vectors of questions, by name. Methods block; call them off the event loop.

    All of them raise `IndexUnavailable` where the index cannot be reached, read or written.
    """

    def held_questions(self, key: OwnQuestionKey) -> set[str]:
        """Return the names of all questions that are kept."""
        ...

    def keep_questions(self, key: OwnQuestionKey, vectors: Mapping[str, FloatArray]) -> None:
        """Keep vectors under names, in place of what those named before."""
        ...

    def nearest_questions(
        self, key: OwnQuestionKey, vector: FloatArray, limit: int
    ) -> list[tuple[str, float]]:
        """Return names and cosines of the questions nearest to a vector, nearest first."""
        ...

    def forget_questions(self, key: OwnQuestionKey, names: Collection[str]) -> None:
        """Delete what these names stand for; those that are not there are no mistake."""
        ...
