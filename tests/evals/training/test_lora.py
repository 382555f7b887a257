"""The encoder that is trained reads texts as the one that grades does."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch

from evals.training._episodes import Episode, rubric_episode
from evals.training._lora import AdaptedEncoder
from evals.training._loss import episode_loss
from grader.bank import Bank
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder

TEXTS = (
    "An index speeds up reads and slows down writes.",
    "No.",
    "",
    "The event loop of a Node.js process runs callbacks one after the other, " * 30,
    "an index slows writes",
)


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(adapter=False)


@pytest.fixture(scope="module")
def encoder() -> AdaptedEncoder:
    """On an embedder of its own, since it puts its layers in place of the model's."""
    torch.manual_seed(0)
    return AdaptedEncoder(SentenceTransformersEmbedder(adapter=False), rank=4)


def test_before_training_texts_are_read_as_by_the_embedder(
    embedder: SentenceTransformersEmbedder, encoder: AdaptedEncoder
) -> None:
    with torch.no_grad():
        read = encoder.encode(TEXTS)
    for row, expected in enumerate(embedder.encode(TEXTS)):
        count = len(expected.words)
        assert read.vectors[row].numpy() == pytest.approx(expected.vector, abs=1e-5)
        assert read.words[row, :count].numpy() == pytest.approx(expected.word_vectors, abs=1e-5)
        assert not read.words[row, count:].any()
        assert read.weights[row, :count].numpy() == pytest.approx(expected.word_weights)
        assert not read.weights[row, count:].any()


def test_a_text_says_most_strongly_what_it_repeats(encoder: AdaptedEncoder) -> None:
    with torch.no_grad():
        read = encoder.encode(TEXTS)
        logits = encoder.match(read.head(2), read)
    assert logits.shape == (2, len(TEXTS))
    assert int(logits[0].argmax()) == 0
    assert np.argsort(logits[0].numpy())[-2] == 4


def test_the_loss_reaches_every_adapter(encoder: AdaptedEncoder, few: Bank) -> None:
    episode: Episode = rubric_episode(few.get("database-indexes"), ())
    loss = episode_loss(encoder, episode, Random(0))
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) > 0
    # The other matrix of each pair is multiplied by this one, which begins as zero.
    moved = [
        parameter.grad is not None and bool(parameter.grad.any())
        for name, parameter in encoder.named_parameters()
        if name.endswith(".up")
    ]
    assert all(moved)
    assert len(moved) == 6 * 6
