from __future__ import annotations

from random import Random

import torch
from rich.console import Console

from evals.training.boundaries import Read, _dictated, _fit
from grader.sentences._network import BoundaryNetwork

TEXT = (
    "An index keeps the keys in order, as a phone book does. Node.js 24 reads it in 0.5 ms! Does an "
    "insert get slower? Yes; e.g. each index is updated (all of them)."
)


def test_sentences_end_where_they_ended_before_the_marks_were_taken_away() -> None:
    for seed in range(20):
        text = _dictated(TEXT, Random(seed))
        assert not {".", ",", "!", "?"} & set("".join(text.words)[-1])
        assert [word for word, ends in zip(text.words, text.ends, strict=True) if ends] == [
            "does",
            "ms",
            "slower",
            "them",
        ]


def test_half_of_the_texts_have_fillers_or_restarts() -> None:
    plain = _dictated("One. Two.", Random(0)).words
    lengths = [len(_dictated(f"{TEXT} {TEXT}", Random(seed)).words) for seed in range(40)]
    assert list(plain) == ["one", "two"]
    assert 10 <= sum(length > min(lengths) for length in lengths) <= 30


def test_training_finds_what_tells_an_end() -> None:
    torch.manual_seed(0)
    rng = Random(0)
    texts = []
    for _ in range(200):
        length = rng.randint(5, 30)
        ends = torch.tensor([float(rng.random() < 0.3) for _ in range(length)])
        states = torch.randn(length, 8)
        states[:, 0] = ends * 4
        texts.append(Read(states.half(), ends))
    network = BoundaryNetwork(8)
    _fit(network, texts * 20, rng, Console(quiet=True))
    states = torch.zeros(1, 3, 8)
    states[0, 1, 0] = 4
    with torch.inference_mode():
        found = torch.sigmoid(network(states))[0]
    assert found[1] > 0.8
    assert max(found[0], found[2]) < 0.2
