from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from rich.console import Console

from evals.training._lora import LowRank
from evals.training._pairs import Pair, Relation
from evals.training.cross_encoder import States, adapt, fit, save
from grader.cross_encoder import ClaimAndPassage
from grader.cross_encoder._installed import InstalledCrossEncoder, weights_metadata
from grader.cross_encoder._network import JOINED_AT, MOST_PIECES, PairNetwork
from grader.embedding import build_embedder
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.errors import ConfigurationError
from grader.settings import Settings

CLAIM = "An index slows writes down."
SAYS = ("Each insert has to keep the index up to date,", "so writes take longer.")
DENIES = ("An index costs nothing:", "writes are as fast as before.")
LONG = tuple(f"And in the {n}th place there is yet another thing to be said." for n in range(30))

PAIRS = (
    ClaimAndPassage(CLAIM, SAYS),
    ClaimAndPassage(CLAIM, SAYS[:1]),
    ClaimAndPassage(CLAIM, DENIES),
    ClaimAndPassage("Reads are faster with an index, as long as it is one that fits them.", DENIES),
    ClaimAndPassage(CLAIM, LONG),
)


@pytest.fixture(scope="module")
def cross_encoder() -> InstalledCrossEncoder:
    return InstalledCrossEncoder()


def afresh(cross_encoder: InstalledCrossEncoder, *pairs: ClaimAndPassage) -> np.ndarray:
    """Score pairs whose claims are read anew."""
    cross_encoder._claims.clear()
    return cross_encoder.score(pairs)


def test_a_pair_has_the_same_bits_in_whatever_company(
    cross_encoder: InstalledCrossEncoder,
) -> None:
    together = afresh(cross_encoder, *PAIRS)
    assert np.array_equal(cross_encoder.score(PAIRS), together)
    for number, pair in enumerate(PAIRS):
        assert np.array_equal(afresh(cross_encoder, pair)[0], together[number])
        assert np.array_equal(afresh(cross_encoder, *PAIRS * 3, pair)[-1], together[number])


def test_a_pair_has_the_same_bits_by_however_many_threads(
    cross_encoder: InstalledCrossEncoder,
) -> None:
    threads = torch.get_num_threads()
    expected = afresh(cross_encoder, *PAIRS)
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            assert np.array_equal(afresh(cross_encoder, *PAIRS), expected)
    finally:
        torch.set_num_threads(threads)


def test_covered_is_told_from_contradicted(cross_encoder: InstalledCrossEncoder) -> None:
    covered, contradicted = 0, 2
    says, _, denies, *_ = cross_encoder.score(PAIRS)
    assert says[covered] - says[contradicted] > denies[covered] - denies[contradicted]


def test_nothing_to_score_is_no_rows(cross_encoder: InstalledCrossEncoder) -> None:
    assert cross_encoder.score([]).shape == (0, 4)


def test_a_long_claim_leaves_room_for_what_is_said(cross_encoder: InstalledCrossEncoder) -> None:
    claim = " ".join(f"The {n}th of many things that this claim says." for n in range(60))
    says, denies = cross_encoder.score(
        [ClaimAndPassage(claim, SAYS), ClaimAndPassage(claim, DENIES)]
    )
    assert not np.array_equal(says, denies)


def test_of_a_long_passage_every_segment_is_read() -> None:
    claim, short, long = torch.zeros(10, 2), torch.ones(6, 2), torch.full((400, 2), 2.0)
    joined, of_claim = PairNetwork.join(claim, [long, short, long])
    assert of_claim == 10
    assert len(joined) <= MOST_PIECES
    counts = [int((joined[:, 0] == value).sum()) for value in (0, 1, 2)]
    assert counts[:2] == [10, 5]
    assert counts[2] > 150


def test_what_is_trained_is_what_grades(tmp_path: Path) -> None:
    embedder = SentenceTransformersEmbedder()
    network = PairNetwork(embedder.transformer())
    states = States(network, embedder, "cpu")
    states.read({CLAIM, *SAYS, *DENIES})
    drawn = [PairNetwork.join(states[CLAIM], [states[part] for part in SAYS])]
    before = network(*PairNetwork.pad(drawn, 40)).detach()
    adapt(network)
    # A few steps move little; this much would be missed if it were not kept.
    for module in network.modules():
        if isinstance(module, LowRank):
            torch.nn.init.normal_(module.up, std=0.1)
    pairs = [Pair(CLAIM, SAYS, Relation.COVERED, 1.0), Pair(CLAIM, DENIES, Relation.MISSING, 1.0)]
    fit(network, states, pairs * 64, Random(0), Console(quiet=True))
    path = tmp_path / "weights.safetensors"
    save(network, path, weights_metadata(embedder.model_fingerprint, JOINED_AT))
    trained = network(*PairNetwork.pad(drawn, 40)).detach()
    assert (trained - before).abs().max() > 0.2
    [score] = InstalledCrossEncoder(path).score([ClaimAndPassage(CLAIM, SAYS)])
    # What is kept is kept in half precision.
    assert np.allclose(score, trained[0].numpy(), atol=0.02)


def test_the_embedder_that_it_shares_a_model_with_is_left_as_it_is() -> None:
    untouched = SentenceTransformersEmbedder().encode(SAYS)
    InstalledCrossEncoder().score(PAIRS)
    for expected, found in zip(untouched, build_embedder(Settings()).encode(SAYS), strict=True):
        assert np.array_equal(found.vector, expected.vector)


def test_weights_for_another_model_are_refused(tmp_path: Path) -> None:
    network = PairNetwork(SentenceTransformersEmbedder().transformer())
    path = tmp_path / "weights.safetensors"
    save(network, path, weights_metadata("another/adapter-1", JOINED_AT))
    with pytest.raises(ConfigurationError, match=r"trained on another/adapter-1.*cross_encoder"):
        InstalledCrossEncoder(path)


def test_weights_that_are_missing_or_broken_are_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    for content in (None, b"", b"not tensors at all"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"cannot be read.*evals\.training"):
            InstalledCrossEncoder(path)
