from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.embedding import Embedder, Encoded, SharedEncoder, build_embedder
from grader.errors import ConfigurationError
from grader.settings import Settings

SHORT = "yes"
PLAIN = "The event loop is blocked when a handler sorts ten million rows in JavaScript."
BRIEF = "So writes take longer."
CLAUSE = "Each insert has to keep the index up to date,"
LONG = " ".join([PLAIN] * 30)


def same(left: Encoded, right: Encoded) -> bool:
    return (
        np.array_equal(left.vector, right.vector)
        and np.array_equal(left.word_vectors, right.word_vectors)
        and left.words == right.words
    )


def test_a_text_is_encoded_to_the_same_bits_in_whatever_company(embedder: Embedder) -> None:
    for text in (SHORT, BRIEF, CLAUSE, PLAIN, f"{PLAIN} {PLAIN}", " ".join([PLAIN] * 5), LONG):
        alone = embedder.encode([text])[0]
        for others in (
            [SHORT],
            [LONG],
            [SHORT] * 40,
            [CLAUSE],
            [LONG, SHORT, PLAIN],
            *([text] * n for n in (1, 2, 4, 11, 31)),
        ):
            assert same(alone, embedder.encode([*others, text])[-1])


def test_a_text_of_any_length_is_encoded_to_the_same_bits_beside_all_others(
    embedder: Embedder,
) -> None:
    words = (PLAIN + LONG).split()
    texts = [" ".join(words[:count]) for count in range(1, 90)]
    for text, together in zip(texts, embedder.encode(texts), strict=True):
        assert same(embedder.encode([text])[0], together)


def test_a_text_is_encoded_to_the_same_bits_by_however_many_threads(embedder: Embedder) -> None:
    texts = [SHORT, PLAIN, LONG]
    threads = torch.get_num_threads()
    expected = embedder.encode(texts)
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            assert all(map(same, expected, embedder.encode(texts)))
    finally:
        torch.set_num_threads(threads)


def test_vectors_have_unit_length_and_one_row_a_content_word(embedder: Embedder) -> None:
    encoded = embedder.encode([PLAIN])[0]
    assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(encoded.word_vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert "event" in encoded.words
    assert "the" not in encoded.words
    assert len(encoded.words) == len(encoded.word_vectors) == len(encoded.word_weights)
    assert ((encoded.word_weights >= 0) & (encoded.word_weights <= 1)).all()


def test_text_without_content_words_is_encoded(embedder: Embedder) -> None:
    encoded = embedder.encode(["it is what it is"])[0]
    assert encoded.words == ()
    assert encoded.word_vectors.shape[0] == 0


def test_two_texts_that_mean_alike_are_nearer_than_two_that_do_not(embedder: Embedder) -> None:
    first, like, unlike = (
        item.vector
        for item in embedder.encode(
            ["An index speeds up reads.", "Look-ups are faster with an index.", "I like cheese."]
        )
    )
    assert first @ like > first @ unlike + 0.3


def test_a_model_that_is_not_on_this_machine_is_named_in_the_error() -> None:
    with pytest.raises(ConfigurationError, match=r"no-such-model.*not downloaded"):
        build_embedder(Settings(embedder_model="no-such-model"))


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        build_embedder(Settings(embedder_model=str(tmp_path)))


def test_an_unknown_embedder_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="sentence-transformers"):
        build_embedder(Settings(embedder="word2vec"))


class Recording:
    """Notes the size of each batch; fails on demand."""

    fingerprint = "recording"

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.batches: list[int] = []

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.batches.append(len(texts))
        if any("fail" in text for text in texts):
            raise ValueError("the model broke")
        return self.inner.encode(texts)

    def forward_only(self, texts: Sequence[str]) -> None:
        self.inner.forward_only(texts)


def test_calls_that_wait_are_encoded_together(embedder: Embedder) -> None:
    recording = Recording(embedder)
    shared = SharedEncoder(recording)

    async def call(number: int) -> list[Encoded]:
        return await shared.encode([PLAIN, f"answer {number}"])

    async def call_all() -> list[list[Encoded]]:
        return await asyncio.gather(*(call(number) for number in range(12)))

    results = asyncio.run(call_all())
    shared.close()
    assert sum(recording.batches) == 24
    assert len(recording.batches) < 12
    for number, result in enumerate(results):
        assert same(result[1], embedder.encode([f"answer {number}"])[0])


def test_a_failure_reaches_its_callers_and_the_encoder_goes_on(embedder: Embedder) -> None:
    shared = SharedEncoder(Recording(embedder))
    with pytest.raises(ValueError, match="the model broke"):
        shared.submit(["fail"]).result()
    assert len(shared.submit([PLAIN]).result()) == 1
    shared.close()


def test_closing_finishes_what_is_queued_and_it_can_be_used_again(embedder: Embedder) -> None:
    shared = SharedEncoder(embedder)
    queued = [shared.submit([PLAIN]) for _ in range(5)]
    shared.close()
    assert all(len(future.result(timeout=0)) == 1 for future in queued)
    assert len(shared.submit([PLAIN]).result()) == 1
    shared.close()


def test_nothing_to_encode_gives_nothing(encoder: SharedEncoder) -> None:
    assert encoder.submit([]).result() == []
