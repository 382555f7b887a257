"""Train the encoder's adapter: `python -m evals.training.adapter`.

Writes `grader/embedding/adapter.safetensors`, the word projection beside it, and `matching.json` of
the local judge. It learns to put a text nearest to the phrasing that says the same, with the
rubric's other phrasings, above all the rejected twins, as alternatives: a softmax over all of them
and "none" (InfoNCE, van den Oord et al., 2018). Only training questions are seen: the head is then
fitted, and its confidence made honest, on development questions that the adapter does not know.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch.nn import functional as F  # noqa: N812 - as everywhere

import grader
from evals.datasets import BACKEND, Split, backend_split, load_answers
from evals.training._episodes import (
    AnswerProbe,
    Episode,
    Relation,
    Statement,
    claims_only,
    public_episodes,
    rubric_episode,
    subject_episode,
)
from evals.training._lora import AdaptedEncoder
from evals.training._public import PUBLIC, load_public
from evals.training._statements import load_statements
from grader.bank import load_bank
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.settings import Settings

RANK = 32
LEARNING_RATE = 7e-4
SEED = 0

# How often each source is gone through; all are shuffled together.
_RUBRIC_PASSES = 3
_PUBLIC_PASSES = 2

_ANSWERS_PER_STEP = 6
_REPORT_EVERY = 20
_WEIGHTS = {Relation.PARTLY: 0.5, Relation.NEITHER: 0.5}
_LOCATION = 0.5
_NEVER = -1e4


class _Board:
    """The statements of one episode as masks over their rows."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.owners = [statement.owner for statement in statements]
        self.affirms = torch.tensor([statement.affirms for statement in statements])
        self.of_mistake = torch.tensor([statement.of_mistake for statement in statements])

    def of(self, owner: str) -> torch.Tensor:
        return torch.tensor([name == owner for name in self.owners])


def episode_loss(encoder: AdaptedEncoder, episode: Episode, rng: random.Random) -> torch.Tensor:
    """Loss of one episode: which statement each text says, and where in an answer it is said."""
    answers = episode.answers
    if len(answers) > _ANSWERS_PER_STEP:
        answers = tuple(rng.sample(answers, _ANSWERS_PER_STEP))
    texts = [statement.text for statement in episode.statements]
    count = len(texts)
    texts += [probe.text for probe in episode.probes if probe.statement is None]
    texts += [segment for answer in answers for segment in answer.segments]
    encoded = encoder.encode(texts)
    logits = encoder.match(encoded.head(count), encoded)
    board = _Board(episode.statements)
    losses: list[torch.Tensor] = []
    weights: list[float] = []
    column = count
    for probe in episode.probes:
        own = probe.statement
        here = column if own is None else own
        column += own is None
        usable = torch.ones(count, dtype=torch.bool)
        if own is not None:
            usable[own] = False
        weight = _WEIGHTS.get(probe.relation, 1.0)
        loss = _relation_loss(
            logits[:, here], encoder.nothing, board, probe.owner, probe.relation, usable,
            of_mistake=probe.of_mistake,
        )  # fmt: skip
        if loss is not None:
            losses.append(weight * loss)
            weights.append(weight)
    located: list[torch.Tensor] = []
    everything = torch.ones(count, dtype=torch.bool)
    for answer in answers:
        for said in answer.said:
            found = said.segments[:2]
            for segment in found:
                weight = _WEIGHTS.get(said.relation, 1.0) / len(found)
                loss = _relation_loss(
                    logits[:, column + segment], encoder.nothing, board, said.owner, said.relation,
                    everything, of_mistake=said.of_mistake,
                )  # fmt: skip
                if loss is not None:
                    losses.append(weight * loss)
                    weights.append(weight)
        located += _location_losses(
            logits[:, column : column + len(answer.segments)], board, answer
        )
        column += len(answer.segments)
    total = torch.stack(losses).sum() / max(sum(weights), 1.0)
    if located:
        total = total + _LOCATION * torch.stack(located).mean()
    return total


def _relation_loss(
    logits: torch.Tensor,
    nothing: torch.Tensor,
    board: _Board,
    owner: str,
    relation: Relation,
    usable: torch.Tensor,
    *,
    of_mistake: bool,
) -> torch.Tensor | None:
    mine = board.of(owner) & usable
    wanted, against = mine & board.affirms, mine & ~board.affirms
    # Where nothing is stated against an owner, what denies it is to be far from what affirms it.
    if relation is Relation.NEITHER or (relation is Relation.DENIES and not against.any()):
        return F.softplus(_pooled(logits, mine) - nothing)
    right = against if relation is Relation.DENIES else wanted
    if not right.any():
        return None
    # What contradicts a point is often one of the rubric's mistakes, and the other way round.
    rivals = usable
    if relation is Relation.DENIES and not of_mistake:
        rivals = rivals & ~(board.of_mistake & board.affirms)
    elif relation is Relation.AFFIRMS and of_mistake:
        rivals = rivals & (board.of_mistake | board.affirms)
    among_all = torch.logaddexp(_pooled(logits, rivals | right), nothing)
    loss = among_all - _pooled(logits, right)
    if relation is not Relation.PARTLY and wanted.any() and against.any():
        loss = loss + _pooled(logits, mine) - _pooled(logits, right)
    return loss


def _location_losses(
    logits: torch.Tensor, board: _Board, answer: AnswerProbe
) -> Iterator[torch.Tensor]:
    """Yield, for each owner an answer speaks of, how badly its segments are told from the others."""
    for said in answer.said:
        rows = board.of(said.owner)
        if said.relation is not Relation.DENIES:
            rows = rows & board.affirms
        shares = F.log_softmax(torch.logsumexp(logits[rows], 0), 0)
        yield -torch.logsumexp(shares[list(said.segments)], 0)


def _pooled(logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    return torch.logsumexp(logits.masked_fill(~rows, _NEVER), 0)


def main(public: Path) -> int:
    """Train and write the three files.

    Args:
        public: Folder with the training files of the public sets.
    """
    torch.manual_seed(SEED)
    # One thread: sums are then made in one order.
    torch.set_num_threads(1)
    rng = random.Random(SEED)  # noqa: S311 - sampling
    encoder = AdaptedEncoder(SentenceTransformersEmbedder(adapter=False), RANK)
    fit(encoder, draw_episodes(public, rng), Console(stderr=True))
    package = Path(grader.__file__).parent
    encoder.save(package / "embedding" / "adapter.safetensors")
    projection = encoder.projection.detach().numpy().astype(np.float16)
    np.save(package / "embedding" / "word_projection.npy", projection)
    scales = {
        "cosine": round(math.exp(float(encoder.cosine_scale.detach())), 4),
        "recall": round(math.exp(float(encoder.recall_scale.detach())), 4),
        "nothing": round(float(encoder.nothing.detach()), 4),
    }
    path = package / "judges" / "local" / "matching.json"
    path.write_text(json.dumps(scales, indent=1) + "\n", encoding="utf-8")
    return 0


def draw_episodes(public: Path, rng: random.Random) -> list[Episode]:
    """Draw all episodes of one training, in the order they are learned from."""
    settings = Settings()
    bank = load_bank(settings.rubrics_dir, settings.corpus_dir)
    rubrics = [
        rubric_episode(bank.get(rubric_id), load_answers(BACKEND / f"{rubric_id}.jsonl"))
        for rubric_id in backend_split(Split.TRAIN)
    ]
    questions = list(load_public(public))
    episodes = rubrics * _RUBRIC_PASSES + [claims_only(episode) for episode in rubrics]
    episodes += [subject_episode(subject, rng) for subject in load_statements()]
    for _ in range(_PUBLIC_PASSES):
        episodes += public_episodes(questions, rng)
    rng.shuffle(episodes)
    return episodes


def fit(encoder: AdaptedEncoder, episodes: Sequence[Episode], console: Console) -> None:
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
    rng = random.Random(SEED)  # noqa: S311 - sampling
    encoder.train()
    losses: list[float] = []
    for step, episode in enumerate(episodes, start=1):
        with torch.autocast("cpu", torch.bfloat16):
            loss = episode_loss(encoder, episode, rng)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % _REPORT_EVERY == 0 or step == len(episodes):
            recent = losses[-_REPORT_EVERY:]
            console.print(f"step {step} of {len(episodes)}: loss {sum(recent) / len(recent):.3f}")
    encoder.eval()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the encoder's adapter.")
    parser.add_argument("--public", type=Path, default=PUBLIC, help="folder of the public sets")
    sys.exit(main(parser.parse_args().public))
