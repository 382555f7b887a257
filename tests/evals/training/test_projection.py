from __future__ import annotations

import numpy as np
import pytest

from evals.training._projection import principal_projection
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder

TEXTS = [
    f"{subject} {verb} {thing}."
    for subject in ("A worker", "The broker", "One replica", "This index", "Each shard")
    for verb in ("retries", "drops", "orders", "copies", "locks", "caches", "rejects")
    for thing in ("every message", "stale rows", "the whole page", "slow requests")
]


@pytest.fixture(scope="module")
def plain() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(adapter=False, projection=np.eye(384, dtype=np.float32))


@pytest.fixture(scope="module")
def projection(plain: SentenceTransformersEmbedder) -> np.ndarray:
    return principal_projection(plain, TEXTS)


def test_directions_are_at_right_angles_and_of_unit_length(projection: np.ndarray) -> None:
    assert projection.shape == (384, 96)
    assert projection.T @ projection == pytest.approx(np.eye(96), abs=1e-4)


def test_what_all_words_have_in_common_is_left_out(
    plain: SentenceTransformersEmbedder, projection: np.ndarray
) -> None:
    words = np.concatenate([found.word_vectors for found in plain.encode(TEXTS)])
    common = words.mean(axis=0)
    common /= np.linalg.norm(common)
    assert np.linalg.norm(common @ projection) < 0.3


def test_signs_are_fixed(projection: np.ndarray) -> None:
    largest = np.abs(projection).argmax(axis=0)
    assert (projection[largest, np.arange(96)] > 0).all()
