"""What the service asks of an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One text as vectors.

    Attributes:
        vector: The text as a whole; unit length, shape (dimensions,).
        mean: Mean of the token vectors before normalisation, shape (dimensions,); two neighbours'
            means, weighted by `tokens`, give the vector of the two read together.
        tokens: Number of tokens behind `mean`.
        words: The content words, lower-cased, in order.
        word_vectors: Each content word in its context; unit rows, shape (words, word_dimensions).
        word_weights: Rarity of each content word, 0 (as common as "the") to 1, shape (words,).
    """

    vector: FloatArray
    mean: FloatArray
    tokens: int
    words: tuple[str, ...]
    word_vectors: FloatArray
    word_weights: FloatArray


class Embedder(Protocol):
    """A model that encodes texts; the same text gives the same vectors in whatever company."""

    @property
    def fingerprint(self) -> str:
        """Name of everything that decides the vectors: model, weights, pooling, projection."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, in order. Blocking; called from one thread at a time."""
        ...

    def forward_only(self, texts: Sequence[str]) -> None:
        """Run the bare model over texts and drop the result; the yardstick of benchmarks."""
        ...
