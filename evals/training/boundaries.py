"""Train what finds the ends of sentences in speech: `python -m evals.training.boundaries`.

Writes `grader/sentences/boundaries.safetensors` and a card beside it, after the adapter, whose lowest
layers it reads with. It learns from prose whose punctuation and capitals are taken away, half of it with
fillers and restarts put in: labelled and reference answers of the training questions, and practice
answers. No answer to a development or test question is seen; the figures in the card are of the
development questions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from safetensors.torch import save_file
from sklearn.metrics import average_precision_score, precision_score, recall_score
from torch import nn

import grader
from evals.datasets import BACKEND, Split, backend_split, load_answers
from evals.fairness.counterfactuals import (
    apply_edits,
    dictated,
    disfluent,
    is_prose,
    moved_span,
    sentences,
)
from evals.training._practice import load_practice, load_references
from grader.bank import Bank, load_bank
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.sentences import boundaries_metadata
from grader.sentences._boundaries import WORDS_AT_ONCE
from grader.sentences._network import BoundaryNetwork, states_of_words
from grader.settings import Settings

SEED = 0
# How often each text is read, beginning at another word each time and with other fillers.
READINGS = 6
EPOCHS = 2
LEARNING_RATE = 3e-3

_TEXTS_PER_STEP = 32
_LATEST_START = 30
_MOST_OF_EXCERPT = 3
# A shorter rest of a text says little of where sentences end.
_FEWEST_WORDS = 20
# Where a sentence is taken to end in the card's figures, as the splitter takes it.
_PROBABLE = 0.2


class Dictated(NamedTuple):
    """Words without punctuation, and after which of them a sentence ends."""

    words: Sequence[str]
    ends: npt.NDArray[np.bool_]


class Read(NamedTuple):
    """A part of such a text as the network reads it.

    Attributes:
        states: In half precision, shape (words, dimensions).
        ends: Shape (words,).
    """

    states: torch.Tensor
    ends: torch.Tensor


def main() -> int:
    """Train, write both files, print the figures."""
    console = Console(stderr=True)
    torch.manual_seed(SEED)
    # One thread: sums are then made in one order.
    torch.set_num_threads(1)
    rng = Random(SEED)  # noqa: S311 - sampling
    embedder = SentenceTransformersEmbedder()
    texts = list(_texts())
    learned = [
        part
        for _ in range(READINGS)
        for text in texts
        for part in (
            *_read(_dictated(text, rng), embedder, rng.randint(0, _LATEST_START)),
            *_read(_dictated(_excerpt(text, rng), rng), embedder),
        )
    ]
    console.print(f"{len(learned)} texts to learn from")
    network = BoundaryNetwork(learned[0].states.shape[1])
    _fit(network, learned, rng, console)
    package = Path(grader.__file__).parent / "sentences"
    tensors = {name: each.half().contiguous() for name, each in network.state_dict().items()}
    metadata = boundaries_metadata(embedder.model_fingerprint)
    save_file(tensors, package / "boundaries.safetensors", metadata)
    card = {
        "command": "python -m evals.training.boundaries",
        "seed": SEED,
        "data_sha256": hashlib.sha256("\n".join(texts).encode()).hexdigest(),
        "texts": len(learned),
        "words": sum(len(text.ends) for text in learned),
        "development": _figures(network, embedder, console),
    }
    (package / "boundaries.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(card, indent=2) + "\n")
    return 0


def _texts() -> Iterator[str]:
    """Yield prose to learn from."""
    bank = _bank()
    for rubric_id in backend_split(Split.TRAIN):
        yield bank.get(rubric_id).reference_answer
        yield from _prose(answer.answer for answer in load_answers(_answers(rubric_id)))
    yield from load_references().values()
    yield from _prose(answer.answer for answer in load_practice())


def _excerpt(text: str, rng: Random) -> str:
    """Cut out one to three sentences, so that it is learned that an answer may be one sentence."""
    found = sentences(text)
    count = min(rng.randint(1, _MOST_OF_EXCERPT), len(found))
    first = rng.randint(0, len(found) - count)
    return text[found[first].start : found[first + count - 1].end]


def _dictated(text: str, rng: Random) -> Dictated:
    """Take punctuation and capitals away, half of the time from a text with fillers and restarts."""
    ends = [each.end for each in sentences(text)]
    steps = (disfluent, dictated) if rng.random() < 0.5 else (dictated,)
    for step in steps:
        edits = step(text, rng)
        ends = [moved_span(0, end, edits)[1] for end in ends]
        text = apply_edits(text, edits)
    words = text.split()
    # As many words stand before an end as in the text up to there.
    after = [len(text[:end].split()) - 1 for end in ends]
    found = np.zeros(len(words), dtype=np.bool_)
    found[[index for index in after if 0 <= index < len(words)]] = True
    return Dictated(words, found)


def _read(text: Dictated, embedder: SentenceTransformersEmbedder, first: int = 0) -> Iterator[Read]:
    """Read a text from a word on, in parts that are as long as those the network is given."""
    for start in range(first, max(1, len(text.words) - _FEWEST_WORDS), WORDS_AT_ONCE):
        words = text.words[start : start + WORDS_AT_ONCE]
        with torch.inference_mode():
            states = states_of_words(embedder.transformer(), embedder.tokenizer(), words)
        ends = torch.from_numpy(text.ends[start : start + WORDS_AT_ONCE])
        yield Read(states.half().clone(), ends.float())


def _fit(network: BoundaryNetwork, texts: Sequence[Read], rng: Random, console: Console) -> None:
    # Texts of like length together; what is left of padding is left out of the loss.
    ordered = sorted(texts, key=lambda text: len(text.ends))
    batches = [
        ordered[start : start + _TEXTS_PER_STEP]
        for start in range(0, len(ordered), _TEXTS_PER_STEP)
    ]
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=EPOCHS * len(batches) + 1
    )
    network.train()
    for epoch in range(EPOCHS):
        rng.shuffle(batches)
        losses = [_step(network, batch, optimizer, schedule) for batch in batches]
        mean = sum(losses) / len(losses)
        console.print(f"epoch {epoch + 1} of {EPOCHS}: loss {mean:.4f}")
    network.eval()


def _step(
    network: BoundaryNetwork,
    batch: Sequence[Read],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    pad = nn.utils.rnn.pad_sequence
    states = pad([text.states.float() for text in batch], batch_first=True)
    ends = pad([text.ends for text in batch], batch_first=True)
    # The end of the text is known, and no question.
    asked = pad([torch.ones(len(text.ends) - 1) for text in batch], batch_first=True)
    logits, ends = network(states)[:, : asked.shape[1]], ends[:, : asked.shape[1]]
    losses = nn.functional.binary_cross_entropy_with_logits(logits, ends, reduction="none")
    loss = (losses * asked).sum() / asked.sum()
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    return float(loss.detach())


def _figures(
    network: BoundaryNetwork, embedder: SentenceTransformersEmbedder, console: Console
) -> dict[str, float]:
    """Measure on the development questions' labelled answers."""
    rng = Random(SEED)  # noqa: S311 - sampling
    shares: list[npt.NDArray[np.float32]] = []
    ends: list[npt.NDArray[np.float32]] = []
    for rubric_id in backend_split(Split.DEVELOPMENT):
        for text in _prose(answer.answer for answer in load_answers(_answers(rubric_id))):
            for part in _read(_dictated(text, rng), embedder):
                with torch.inference_mode():
                    found = torch.sigmoid(network(part.states.float()[None])[0, :-1])
                shares.append(found.numpy())
                ends.append(part.ends[:-1].numpy())
    console.print(f"{len(ends)} texts measured")
    truth, said = np.concatenate(ends), np.concatenate(shares)
    figures = {
        "average_precision": average_precision_score(truth, said),
        "precision": precision_score(truth, said >= _PROBABLE),
        "recall": recall_score(truth, said >= _PROBABLE),
    }
    counts = {"words": len(truth), "ends": int(truth.sum())}
    return counts | {name: round(float(figure), 3) for name, figure in figures.items()}


def _prose(texts: Iterator[str]) -> Iterator[str]:
    return (text for text in texts if is_prose(text))


def _answers(rubric_id: str) -> Path:
    return BACKEND / f"{rubric_id}.jsonl"


def _bank() -> Bank:
    settings = Settings()
    return load_bank(settings.rubrics_dir, settings.corpus_dir)


if __name__ == "__main__":
    sys.exit(main())
