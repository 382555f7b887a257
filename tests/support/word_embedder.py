"""An embedder that needs no model, and knows texts by their words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from grader.embedding import Encoded, FloatArray

_DIMENSIONS = 512


class WordEmbedder:
    """Gives texts with the same words the same vector, and texts with none in common a cosine of 0."""

    fingerprint = "words"

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        return [self._encoded(text) for text in texts]

    def forward_only(self, texts: Sequence[str]) -> None:
        pass

    def _encoded(self, text: str) -> Encoded:
        vector = of_words(text)
        one = np.ones(1, dtype=np.float32)
        return Encoded(vector, vector, 1, ("word",), np.ones((1, 1), dtype=np.float32), one)


def of_words(text: str) -> FloatArray:
    """The vector of a text, of length 1."""
    vector = np.zeros(_DIMENSIONS, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        vector[zlib.crc32(word.encode()) % _DIMENSIONS] += 1
    length = np.linalg.norm(vector)
    unit: FloatArray = vector / length if length else vector
    return unit
