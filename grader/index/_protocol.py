"""What the service asks of a vector index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from grader.embedding import FloatArray, SharedEncoder
from grader.index._vectors import RubricVectors
from grader.types import Rubric


class PartKind(StrEnum):
    """What a record of the index holds."""

    QUESTION = "question"
    POINT = "point"
    MISTAKE = "mistake"
    FOLLOW_UP = "follow_up"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found by a search.

    Attributes:
        similarity: Cosine of the record and the query.
    """

    rubric_id: str
    version: str
    kind: PartKind
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What bringing the index up to date did, in rubric versions."""

    added: int
    removed: int
    unchanged: int


class VectorIndex(Protocol):
    """Vectors of a rubric bank. Methods block; call them off the event loop.

    All of them raise `IndexUnavailable` where the index cannot be reached, read or written.
    """

    def close(self) -> None:
        """Let go of what it holds open; it is not used after that."""
        ...

    def ping(self) -> None:
        """Look whether the index is there; costs little."""
        ...

    def sync(
        self,
        rubrics: Sequence[Rubric],
        encoder: SharedEncoder,
        on_progress: Callable[[int, int], None] | None = None,
        *,
        questions: SharedEncoder | None = None,
    ) -> SyncReport:
        """Make the index hold exactly these rubrics; only what changed is encoded.

        Args:
            rubrics: The current versions.
            encoder: Encodes what is new.
            on_progress: Called with (done, total) as rubrics are added.
            questions: Encodes the questions that searches are made among; `encoder` by default.
        """
        ...

    def read(self, rubric: Rubric, fingerprint: str) -> RubricVectors | None:
        """Return the vectors of this very rubric content under this embedder, if they are held."""
        ...

    def search(self, kind: PartKind, vector: FloatArray, limit: int) -> list[Hit]:
        """Return the records of one kind nearest to a vector, nearest first."""
        ...

    def size(self) -> int:
        """Return how many rubric versions are held."""
        ...
