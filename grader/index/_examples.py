"""Finding answers that people have judged, by nearness; the answers themselves are kept elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from grader.embedding import FloatArray


@dataclass(frozen=True, slots=True)
class ExampleKey:
    """What an example belongs to; nothing is ever found from another one.

    Attributes:
        scope: Whose it is.
        rubric_sha256: The rubric version it was judged under.
        fingerprint: The embedder that made its vector.
    """

    scope: str
    rubric_sha256: str
    fingerprint: str


@runtime_checkable
class ExampleIndex(Protocol):
    """Vectors of judged answers, by name. Methods block; call them off the event loop.

    All of them raise `IndexUnavailable` where the index cannot be reached, read or written.
    """

    def keep_example(self, key: ExampleKey, name: str, vector: FloatArray) -> None:
        """Keep the vector of an answer under a name, in place of what that named before."""
        ...

    def nearest_examples(
        self, key: ExampleKey, vector: FloatArray, limit: int
    ) -> list[tuple[str, float]]:
        """Return names and cosines of the answers nearest to a vector, nearest first."""
        ...

    def forget_examples(self, names: Collection[str]) -> int:
        """Delete what these names stand for, whatever it belongs to; count what was there."""
        ...
