"""The loss of one episode: which statement each text says, and where in an answer it is said."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import torch
from torch.nn import functional as F  # noqa: N812 - as everywhere

from evals.training._episodes import AnswerProbe, Episode, Relation, Statement
from evals.training._lora import AdaptedEncoder

_ANSWERS_PER_STEP = 6
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
    nothing = encoder.none
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
            logits[:, here], nothing, board, probe.owner, probe.relation, usable,
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
                    logits[:, column + segment], nothing, board, said.owner, said.relation,
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
