"""Train the encoder's adapter: `python -m evals.training.adapter`.

Writes `grader/embedding/adapter.safetensors`, the word projection beside it, and `matching.json` of
the local judge. It learns to put a text nearest to the phrasing that says the same, with the
rubric's other phrasings, above all the rejected twins, as alternatives: a softmax over all of them
and "none" (InfoNCE, van den Oord et al., 2018). Only training questions are seen: the head is then
fitted, and its confidence made honest, on development questions that the adapter does not know.

Several adapters are trained, two at a time, and their changes to the encoder's weights averaged
(Wortsman et al., "Model soups", 2022), which is better than any of them and costs no time when
grading.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np
import torch
from rich.console import Console

import grader
from evals.datasets import BACKEND, LabelledAnswer, Split, backend_split, load_answers
from evals.training._episodes import (
    Episode,
    claims_only,
    public_episodes,
    rubric_episode,
    subject_episode,
    unpunctuated,
)
from evals.training._folds import FOLDER, FOLDS, fold_folder, in_fold, save_encoder
from evals.training._lora import AdaptedEncoder
from evals.training._loss import episode_loss
from evals.training._manners import in_some_manner
from evals.training._practice import load_questions
from evals.training._precision import mixed_precision
from evals.training._projection import principal_projection
from evals.training._public import PUBLIC, load_public
from evals.training._statements import load_statements
from grader.bank import load_bank
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.settings import Settings

RANK = 64
LEARNING_RATE = 7e-4


class Recipe(NamedTuple):
    """How one member of the average is trained.

    Attributes:
        rubrics: How often rubrics and their answers are gone through; all sources are shuffled
            together.
        claims: The same, as if rubrics held claims alone.
        statements: Labelled statements.
        public: Public sets.
        practice: Whether the statements come with the practice answers to their subjects.
    """

    seed: int
    rank: int
    rubrics: int
    claims: int
    statements: int
    public: int
    practice: bool = False


_PLAIN = Recipe(seed=0, rank=32, rubrics=3, claims=1, statements=1, public=2)
_PRACTISED = _PLAIN._replace(practice=True)
# Those that learned from the practice answers and those that did not are averaged together; what each
# is worth is in docs/decisions/0004.
MEMBERS = tuple(recipe._replace(seed=seed) for recipe in (_PLAIN, _PRACTISED) for seed in range(3))
# Of the adapters that are trained without a fold each, for the head; see `_folds`.
_FOLD_MEMBERS = tuple(
    tuple(recipe._replace(seed=10 + fold) for recipe in (_PLAIN, _PRACTISED))
    for fold in range(FOLDS)
)

_AT_ONCE = 2

# Dimensions of the model's vectors.
_SIZE = 384

# Shares of the answers that are read in another manner, and of the subjects without punctuation.
_RESTYLED = 0.6
_UNPUNCTUATED = 0.25

_REPORT_EVERY = 20


class Member(NamedTuple):
    """What training one member gave.

    Attributes:
        changes: What is added to each linear layer's weights, by the layer's name.
        projection: See `AdaptedEncoder`.
        scales: By name, as `matching.json` holds them.
    """

    changes: Mapping[str, torch.Tensor]
    projection: torch.Tensor
    scales: Mapping[str, float]


def main(public: Path, folds: Path, device: str, at_once: int) -> int:
    """Train and write the three files, and the adapters that the head is fitted with.

    Args:
        public: Folder with the training files of the public sets.
        folds: Folder for the adapters that are trained without a fold of the questions.
        device: What to train on, as PyTorch names it: `cpu`, `cuda`.
        at_once: How many adapters to train at a time.
    """
    groups = (MEMBERS, *_FOLD_MEMBERS)
    recipes = [recipe for group in groups for recipe in group]
    without: list[int | None] = [None] * len(MEMBERS)
    without += [fold for fold, group in enumerate(_FOLD_MEMBERS) for _ in group]
    # Processes that start afresh: what one member draws is then no other's business.
    count = len(recipes)
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as workers:
        trained = workers.map(train, recipes, [public] * count, without, [device] * count)
        whole, *parts = [average(list(islice(trained, len(group)))) for group in groups]
    for fold, part in enumerate(parts):
        save_encoder(part.changes, part.projection, RANK, fold_folder(folds, fold))
    package = Path(grader.__file__).parent
    save_encoder(whole.changes, whole.projection, RANK, package / "embedding")
    path = package / "judges" / "local" / "matching.json"
    scales = {name: round(value, 4) for name, value in whole.scales.items()}
    path.write_text(json.dumps(scales, indent=1) + "\n", encoding="utf-8")
    return 0


def average(members: Sequence[Member]) -> Member:
    """Average members that were trained from the same start."""
    first = members[0]
    return Member(
        {name: _mean([member.changes[name] for member in members]) for name in first.changes},
        _mean([member.projection for member in members]),
        {name: fmean(member.scales[name] for member in members) for name in first.scales},
    )


def train(recipe: Recipe, public: Path, without: int | None = None, device: str = "cpu") -> Member:
    """Train one member by itself, on all questions or without those of one fold."""
    torch.manual_seed(recipe.seed)
    # One thread: sums are then made in one order.
    torch.set_num_threads(1)
    rng = random.Random(recipe.seed)  # noqa: S311 - sampling
    encoder = AdaptedEncoder(_untrained(), recipe.rank, torch.device(device))
    fit(
        encoder,
        draw_episodes(recipe, public, rng, without=without),
        recipe.seed,
        Console(stderr=True),
    )
    scales = {
        "cosine": math.exp(float(encoder.cosine_scale.detach())),
        "recall": math.exp(float(encoder.recall_scale.detach())),
        "nothing": float(encoder.nothing.detach()),
    }
    return Member(encoder.changes(), encoder.projection.detach().cpu(), scales)


def _untrained() -> SentenceTransformersEmbedder:
    """The embedder as it comes, with a word projection that nothing was learned for."""
    whole = SentenceTransformersEmbedder(adapter=False, projection=np.eye(_SIZE, dtype=np.float32))
    claims = [item.claim for subject in load_statements() for item in subject]
    projection = principal_projection(whole, claims)
    return SentenceTransformersEmbedder(adapter=False, projection=projection)


def draw_episodes(
    recipe: Recipe, public: Path, rng: random.Random, *, without: int | None = None
) -> list[Episode]:
    """Draw all episodes of one training, in the order they are learned from.

    Args:
        recipe: How often to go through what.
        public: Folder with the training files of the public sets.
        rng: Draws.
        without: Leave out the questions of this fold; see `in_fold`.
    """
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    answers = {
        rubric_id: list(load_answers(BACKEND / f"{rubric_id}.jsonl"))
        for number, rubric_id in enumerate(backend_split(Split.TRAIN))
        if without is None or not in_fold(number, without)
    }

    def said(labelled: Sequence[LabelledAnswer]) -> list[LabelledAnswer]:
        """Put many of the answers in another manner, each time another."""
        return [
            (in_some_manner(answer, rng) if rng.random() < _RESTYLED else None) or answer
            for answer in labelled
        ]

    def rubrics() -> Iterator[Episode]:
        """Yield each rubric with its answers."""
        for rubric_id, labelled in answers.items():
            yield rubric_episode(bank.get(rubric_id), said(labelled))

    questions = [
        answers
        for number, answers in enumerate(load_public(public))
        if without is None or not in_fold(number, without)
    ]
    subjects = [
        (question.subject, question.labelled() if recipe.practice else [])
        for number, question in enumerate(load_questions())
        if without is None or not recipe.practice or not in_fold(number, without)
    ]
    episodes = [episode for _ in range(recipe.rubrics) for episode in rubrics()]
    for _ in range(recipe.claims):
        episodes += [claims_only(episode) for episode in rubrics()]
    for _ in range(recipe.statements):
        for subject, labelled in subjects:
            episode = subject_episode(subject, said(labelled), rng)
            restyled = rng.random() < _UNPUNCTUATED
            episodes.append(unpunctuated(episode) if restyled else episode)
    for _ in range(recipe.public):
        episodes += public_episodes(questions, rng)
    rng.shuffle(episodes)
    return episodes


def fit(encoder: AdaptedEncoder, episodes: Sequence[Episode], seed: int, console: Console) -> None:
    """Take one step for each episode."""
    parameters = encoder.trained()
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        LEARNING_RATE,
        total_steps=len(episodes) + 1,
        pct_start=0.1,
        anneal_strategy="linear",
    )
    rng = random.Random(seed)  # noqa: S311 - sampling
    encoder.train()
    losses: list[float] = []
    for step, episode in enumerate(episodes, start=1):
        with mixed_precision(encoder.device):
            loss = episode_loss(encoder, episode, rng)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % _REPORT_EVERY == 0 or step == len(episodes):
            recent = losses[-_REPORT_EVERY:]
            mean = sum(recent) / len(recent)
            console.print(f"seed {seed}, step {step} of {len(episodes)}: loss {mean:.3f}")
    encoder.eval()


def _mean(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.stack(list(tensors)).mean(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the encoder's adapter.")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public sets")
    parser.add_argument("--folds", type=Path, default=FOLDER, help="folder for the head's adapters")
    parser.add_argument("--device", default="cpu", help="what to train on: cpu or cuda")
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, help="adapters trained at a time")
    given = parser.parse_args()
    sys.exit(main(given.public, given.folds, given.device, given.at_once))
