"""Answers that people have judged, as examples for a judge; each owner's are found for it alone."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from grader.answers import matchable
from grader.embedding import FloatArray, SharedEncoder
from grader.index import ExampleIndex, ExampleKey
from grader.types import Rubric, WorkedExample


class ExampleTexts(Protocol):
    """Knows the judged answers that an index has the vectors of."""

    async def __call__(self, scope: str, names: Collection[str]) -> Mapping[str, WorkedExample]:
        """Return what these names stand for; those that there are no more are left out."""
        ...


class ReviewedAnswers:
    """Finds judged answers by nearness.

    The index holds vectors and names, and the texts stay where the answers are kept: an answer that
    is deleted there is an example no more.
    """

    def __init__(self, index: ExampleIndex, encoder: SharedEncoder, texts: ExampleTexts) -> None:
        """Put the parts together.

        Args:
            index: Holds the vectors.
            encoder: Makes them.
            texts: Knows the answers and what people said of them.
        """
        self._index = index
        self._encoder = encoder
        self._texts = texts

    async def keep(self, scope: str, rubric: Rubric, name: str, answer: str) -> None:
        """Let an answer be found.

        Args:
            scope: Whose it is.
            rubric: The version it was judged under.
            name: What `ExampleTexts` knows it by.
            answer: Its text, which is not kept.
        """
        (encoded,) = await self._encoder.encode([matchable(answer)])
        key = self._key(scope, rubric)
        await asyncio.to_thread(self._index.keep_example, key, name, encoded.vector)

    async def nearest(
        self, scope: str, rubric: Rubric, vector: FloatArray, count: int
    ) -> Sequence[tuple[float, WorkedExample]]:
        """Return up to `count` judged answers with their cosines, nearest first."""
        key = self._key(scope, rubric)
        found = await asyncio.to_thread(self._index.nearest_examples, key, vector, count)
        texts = await self._texts(scope, [name for name, _ in found]) if found else {}
        return [(cosine, texts[name]) for name, cosine in found if name in texts]

    def _key(self, scope: str, rubric: Rubric) -> ExampleKey:
        return ExampleKey(scope, rubric.sha256, self._encoder.fingerprint)
