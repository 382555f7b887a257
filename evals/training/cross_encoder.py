"""Train the cross-encoder: `python -m evals.training.cross_encoder`, after the adapter.

Writes `grader/cross_encoder/weights.safetensors`. The encoder with its adapter, which has learned to
put alike what says the same, learns to read a claim and a passage together and to tell four relations
apart: low-rank changes (Hu et al., 2022) to its upper layers, and a linear layer on top. Of the bank,
training questions alone are seen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from random import Random

import torch
from rich.console import Console
from safetensors.torch import save_file
from torch.nn import functional as F  # noqa: N812 - as everywhere

import grader
from evals.datasets import BACKEND, LabelledAnswer, Split, backend_split, load_answers
from evals.training._lora import LowRank, linear_layers
from evals.training._manners import in_some_manner
from evals.training._pairs import (
    Pair,
    ReadLabels,
    Relation,
    answer_pairs,
    public_pairs,
    read_labelled,
    read_practice,
    rubric_pairs,
    statement_pairs,
)
from evals.training._practice import PracticeQuestion, load_questions
from evals.training._precision import mixed_precision
from evals.training._public import PUBLIC, load_public
from grader.bank import load_bank
from grader.cross_encoder._installed import weights_metadata
from grader.cross_encoder._network import JOINED_AT, MOST_PIECES, RELATIONS, PairNetwork
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.settings import Settings
from grader.types import Rubric

SEED = 0
RANK = 32
PASSES = 2

_LEARNING_RATE, _HEAD_LEARNING_RATE = 5e-4, 3e-4
_WARM_UP = 0.06
_PAIRS_PER_STEP = 64
_TEXTS_PER_PASS = 128
# Batches are made of pairs of like length out of this many drawn together.
_PAIRS_SORTED = 50 * _PAIRS_PER_STEP

_AT_ONCE = 2

_REPORT_EVERY = 50


class Material:
    """All that pairs are drawn from."""

    def __init__(self, public: Path, rng: Random, at_once: int) -> None:
        """Read every labelled answer as the judge reads it, some questions at a time."""
        settings = Settings()
        bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
        self.rubrics = [bank.get(rubric_id) for rubric_id in backend_split(Split.TRAIN)]
        self.public = list(load_public(public))
        labelled = []
        for rubric in self.rubrics:
            answers = list(load_answers(BACKEND / f"{rubric.id}.jsonl"))
            labelled.append(
                answers + [found for each in answers if (found := in_some_manner(each, rng))]
            )
        practice = load_questions()
        self.subjects = [question.subject for question in practice]
        made = [question.rubric(rng) for question in practice]
        with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as workers:
            read = [
                *workers.map(_read_question, self.rubrics, labelled),
                *workers.map(_read_subject, made, practice),
            ]
        self.answers = list(chain.from_iterable(read))

    def draw(self, rng: Random) -> list[Pair]:
        """Draw the pairs of one pass, in the order they are learned from."""
        pairs = [
            *answer_pairs(self.answers, rng),
            *statement_pairs(self.subjects, rng),
            *public_pairs(self.public, rng),
        ]
        for rubric in self.rubrics:
            pairs += rubric_pairs(rubric, rng)
        rng.shuffle(pairs)
        return pairs


def main(public: Path, device: str, at_once: int) -> int:
    """Train and write the file.

    Args:
        public: Folder with the training files of the public sets.
        device: What to train on, as PyTorch names it: `cpu`, `cuda`.
        at_once: How many questions to read at a time.
    """
    console = Console(stderr=True)
    torch.manual_seed(SEED)
    rng = Random(SEED)  # noqa: S311 - sampling
    embedder = SentenceTransformersEmbedder()
    console.print("reading the labelled answers")
    material = Material(public, rng, at_once)
    pairs = [pair for _ in range(PASSES) for pair in material.draw(rng)]
    console.print(f"{len(pairs)} pairs in {PASSES} passes")
    network = PairNetwork(embedder.transformer())
    states = States(network, embedder, device)
    states.read({text for pair in pairs for text in (pair.claim, *pair.passage)})
    adapt(network)
    fit(network.to(device), states, pairs, rng, console)
    path = Path(grader.__file__).parent / "cross_encoder" / "weights.safetensors"
    save(network, path, weights_metadata(embedder.model_fingerprint, JOINED_AT))
    return 0


def _read_question(rubric: Rubric, answers: Sequence[LabelledAnswer]) -> list[ReadLabels]:
    return list(read_labelled(rubric, answers, _embedder()))


def _read_subject(rubric: Rubric, question: PracticeQuestion) -> list[ReadLabels]:
    return list(read_practice(rubric, question, _embedder()))


@cache
def _embedder() -> SentenceTransformersEmbedder:
    """One in a process, of one thread: sums are then made in one order."""
    torch.set_num_threads(1)
    return SentenceTransformersEmbedder()


class States:
    """What the lower layers, which stay as they are, make of each text; kept in half precision."""

    def __init__(
        self, network: PairNetwork, embedder: SentenceTransformersEmbedder, device: str
    ) -> None:
        """Read with the lower layers of a network."""
        self.device = device
        self._network = network.to(device)
        self._embedder = embedder
        self._kept: dict[str, torch.Tensor] = {}

    def __getitem__(self, text: str) -> torch.Tensor:
        """States of a text that was read, in single precision, shape (pieces, dimensions)."""
        return self._kept[text].float()

    def read(self, texts: Collection[str]) -> None:
        """Read texts and keep their states."""
        tokenizer = self._embedder.tokenizer()
        ordered = sorted(texts, key=lambda text: (len(text), text))
        self._network.eval()
        for start in range(0, len(ordered), _TEXTS_PER_PASS):
            batch = ordered[start : start + _TEXTS_PER_PASS]
            features = tokenizer(
                batch, truncation=True, max_length=MOST_PIECES, padding=True, return_tensors="pt"
            )
            mask = features["attention_mask"].bool()
            with torch.inference_mode():
                read = self._network.read_apart(
                    features["input_ids"].to(self.device), mask.to(self.device)
                )
            for text, rows, length in zip(batch, read.half().cpu(), mask.sum(1), strict=True):
                self._kept[text] = rows[: int(length)].clone()


def adapt(network: PairNetwork) -> None:
    """Put adapters on the upper layers, and leave all else of the encoder as it is."""
    for parameter in [*network.embeddings.parameters(), *network.lower.parameters()]:
        parameter.requires_grad_(requires_grad=False)
    for parameter in network.upper.parameters():
        parameter.requires_grad_(requires_grad=False)
    for parent, name, linear in list(linear_layers(network.upper)):
        setattr(parent, name, LowRank(linear, RANK))


def fit(
    network: PairNetwork,
    states: States,
    pairs: Sequence[Pair],
    rng: Random,
    console: Console,
) -> None:
    """Take a step for each batch of pairs."""
    head = [*network.out.parameters(), *network.sides.parameters()]
    adapters = [p for p in network.upper.parameters() if p.requires_grad]
    rates = [_LEARNING_RATE, _HEAD_LEARNING_RATE]
    optimizer = torch.optim.AdamW(
        [{"params": adapters, "lr": rates[0]}, {"params": head, "lr": rates[1]}], weight_decay=0.01
    )
    steps = -(-len(pairs) // _PAIRS_PER_STEP)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=steps + 1, pct_start=_WARM_UP, anneal_strategy="linear"
    )
    # Without dropout: attention is then half as slow, and the pairs of each pass are others.
    network.eval()
    recent: list[float] = []
    for step, batch in enumerate(_batches(pairs, rng), start=1):
        with mixed_precision(torch.device(states.device)):
            scores = _scores(network, states, batch)
        loss = _loss(scores.float(), batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*adapters, *head], 1.0)
        optimizer.step()
        schedule.step()
        recent.append(float(loss.detach()))
        if step % _REPORT_EVERY == 0 or step == steps:
            console.print(f"step {step} of {steps}: loss {sum(recent) / len(recent):.3f}")
            recent.clear()


def save(network: PairNetwork, path: Path, metadata: dict[str, str]) -> None:
    """Write what was trained, in half precision."""
    tensors: dict[str, torch.Tensor] = {}
    for name, module in network.named_modules():
        if isinstance(module, LowRank):
            tensors[f"{name}.down"] = module.down
            tensors[f"{name}.up"] = module.up
    tensors["sides.weight"] = network.sides.weight
    tensors["out.weight"], tensors["out.bias"] = network.out.weight, network.out.bias
    halved = {name: each.detach().cpu().half().contiguous() for name, each in tensors.items()}
    save_file(halved, path, metadata)


def _batches(pairs: Sequence[Pair], rng: Random) -> Iterator[list[Pair]]:
    for start in range(0, len(pairs), _PAIRS_SORTED):
        drawn = list(pairs[start : start + _PAIRS_SORTED])
        drawn.sort(key=lambda pair: len(pair.claim) + sum(map(len, pair.passage)))
        found = [
            drawn[first : first + _PAIRS_PER_STEP]
            for first in range(0, len(drawn), _PAIRS_PER_STEP)
        ]
        rng.shuffle(found)
        yield from found


def _scores(network: PairNetwork, states: States, pairs: Sequence[Pair]) -> torch.Tensor:
    joined = [
        network.join(states[pair.claim], [states[part] for part in pair.passage]) for pair in pairs
    ]
    padded = network.pad(joined, max(len(found) for found, _ in joined))
    scores: torch.Tensor = network(*(each.to(states.device) for each in padded))
    return scores


def _loss(scores: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    shares = F.log_softmax(scores, dim=1)
    losses = [
        torch.logsumexp(row[1:], 0)
        if pair.relation is Relation.NOT_COVERED
        else row[RELATIONS.index(str(pair.relation))]
        for row, pair in zip(shares.cpu(), pairs, strict=True)
    ]
    weights = torch.tensor([pair.weight for pair in pairs])
    return -(torch.stack(losses) * weights).sum() / weights.sum()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the cross-encoder.")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public sets")
    parser.add_argument("--device", default="cpu", help="what to train on: cpu or cuda")
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, help="questions read at a time")
    given = parser.parse_args()
    sys.exit(main(given.public, given.device, given.at_once))
