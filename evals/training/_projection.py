"""Where the training of the word projection starts: the directions in which words differ most."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from grader.embedding import FloatArray
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder

_DIMENSIONS = 96


def principal_projection(
    embedder: SentenceTransformersEmbedder, texts: Iterable[str]
) -> FloatArray:
    """Find the principal directions of the contextual vectors of content words.

    The first is left out: it is common to all words and makes any two look alike (Mu and Viswanath,
    "All-but-the-Top", ICLR 2018).

    Args:
        embedder: One whose projection keeps all dimensions as they are.
        texts: What holds the words.

    Returns:
        Shape (dimensions, 96).
    """
    vectors = np.concatenate([found.word_vectors for found in embedder.encode(list(texts))])
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    ranked = directions[:, ::-1][:, 1 : 1 + _DIMENSIONS]
    # An eigenvector's sign is arbitrary; fixing it makes the projection the same everywhere.
    largest = np.abs(ranked).argmax(axis=0)
    signed: FloatArray = ranked * np.sign(ranked[largest, np.arange(_DIMENSIONS)])
    return signed.astype(np.float32)
