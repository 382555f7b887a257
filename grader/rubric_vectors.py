"""The vectors of the rubrics that are graded by, loaded when they are first asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from grader.embedding import SharedEncoder
from grader.errors import IndexUnavailable
from grader.index import RubricVectors, VectorIndex, encode_rubric
from grader.types import Rubric

# About 0.3 MB each; a bank of this size stays in memory, a larger one is read on demand.
_RUBRICS_IN_MEMORY = 256


class RubricVectorCache:
    """Keeps the vectors of the rubrics used last; safe to ask concurrently."""

    def __init__(self, index: VectorIndex | None, encoder: SharedEncoder) -> None:
        """Load by these.

        Args:
            index: Holds vectors already; those it does not hold are encoded.
            encoder: Encodes them.
        """
        self._index = index
        self._encoder = encoder
        self._kept: OrderedDict[str, RubricVectors] = OrderedDict()
        self._loading: dict[str, Future[RubricVectors]] = {}
        self._loader = ThreadPoolExecutor(max_workers=2, thread_name_prefix="rubrics")

    def close(self) -> None:
        """Finish what is being loaded, and end the threads."""
        self._loader.shutdown()

    async def get(self, rubric: Rubric) -> RubricVectors:
        """Return the vectors of one version of a rubric."""
        kept = self._kept.get(rubric.sha256)
        if kept is not None:
            self._kept.move_to_end(rubric.sha256)
            return kept
        # Whoever else asks for the same rubric meanwhile waits for the same vectors; one who gives
        # up does not take them from the others.
        loading = self._loading.get(rubric.sha256)
        if loading is None:
            loading = self._loader.submit(self._load, rubric)
            self._loading[rubric.sha256] = loading
        try:
            vectors = await asyncio.shield(asyncio.wrap_future(loading))
        finally:
            if loading.done():
                self._loading.pop(rubric.sha256, None)
        self._kept[rubric.sha256] = vectors
        while len(self._kept) > _RUBRICS_IN_MEMORY:
            self._kept.popitem(last=False)
        return vectors

    def _load(self, rubric: Rubric) -> RubricVectors:
        if self._index is not None:
            # The index spares encoding, no more: without it the vectors are the same, and slower.
            with suppress(IndexUnavailable):
                held = self._index.read(rubric, self._encoder.fingerprint)
                if held is not None:
                    return held
        return encode_rubric(rubric, self._encoder).unpack(rubric)
