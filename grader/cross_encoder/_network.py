"""The network that reads a claim and a passage together; PyTorch is loaded with this module.

The lower half of the encoder reads each text by itself, so that this is done once for a claim and once
for a segment however many pairs they are in; the upper half reads both at once. Most of what a
cross-encoder knows it knows in its upper layers (Cao et al., "DeFormer", ACL 2020; MacAvaney et al.,
"Efficient Document Re-Ranking for Transformers by Precomputing Term Representations", SIGIR 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

# Layers up to this one read texts apart.
JOINED_AT = 3

RELATIONS = ("covered", "partial", "contradicted", "missing")

MOST_PIECES, MOST_OF_CLAIM = 192, 96

_CLAIM, _PASSAGE = 0, 1


class PairNetwork(nn.Module):
    """The encoder's layers, with a linear layer on top that scores the relations of a pair."""

    def __init__(self, transformer: Any) -> None:
        """Take a BERT model apart; its layers are shared, not copied."""
        super().__init__()
        size = int(transformer.config.hidden_size)
        self.embeddings = transformer.embeddings
        self.lower = transformer.encoder.layer[:JOINED_AT]
        self.upper = transformer.encoder.layer[JOINED_AT:]
        self.sides = nn.Embedding(2, size)
        nn.init.zeros_(self.sides.weight)
        self.out = nn.Linear(2 * size, len(RELATIONS))

    def read_apart(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Read texts by themselves.

        Args:
            ids: Word pieces, special ones included, shape (texts, pieces).
            mask: Where there are pieces, boolean, shape (texts, pieces).

        Returns:
            Their states, shape (texts, pieces, dimensions).
        """
        return _through(self.lower, self.embeddings(input_ids=ids), mask)

    @staticmethod
    def join(claim: torch.Tensor, passage: Sequence[torch.Tensor]) -> tuple[torch.Tensor, int]:
        """Put the states of a claim before those of a passage's segments.

        A segment's first piece stands for the segment as a whole and is left out. Of what is too long
        the ends are cut off: of the claim's, and of the longest segments'.

        Returns:
            States, shape (at most MOST_PIECES, dimensions), and how many of them are the claim's.
        """
        claim = claim[:MOST_OF_CLAIM]
        parts = [part[1:] for part in passage]
        longest = max(map(len, parts))
        while len(claim) + sum(min(len(part), longest) for part in parts) > MOST_PIECES:
            longest -= 1
        return torch.cat([claim, *(part[:longest] for part in parts)]), len(claim)

    @staticmethod
    def pad(
        joined: Sequence[tuple[torch.Tensor, int]], width: int
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pad what `join` gave for each pair.

        Returns:
            States, shape (pairs, width, dimensions); sides and mask, shape (pairs, width).
        """
        states = torch.zeros((len(joined), width, joined[0][0].shape[1]))
        sides = torch.full((len(joined), width), _PASSAGE)
        mask = torch.zeros((len(joined), width), dtype=torch.bool)
        for row, (found, of_claim) in enumerate(joined):
            states[row, : len(found)] = found
            sides[row, :of_claim] = _CLAIM
            mask[row, : len(found)] = True
        return states, sides, mask

    def forward(
        self, states: torch.Tensor, sides: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Score the relations of pairs as `pad` gives them; shape (pairs, relations)."""
        hidden = _through(self.upper, states + self.sides(sides), mask)
        present = mask[:, :, None].to(hidden.dtype)
        mean = (hidden * present).sum(1) / present.sum(1)
        pooled = torch.cat([hidden[:, 0], mean], dim=1)
        # A product of matrices adds up in another order where there is one row alone.
        logits: torch.Tensor = (pooled[:, None, :] * self.out.weight).sum(-1) + self.out.bias
        return logits


def _through(layers: Any, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    unseen = torch.zeros(mask.shape, dtype=hidden.dtype, device=hidden.device)
    unseen = unseen.masked_fill(~mask, torch.finfo(hidden.dtype).min)[:, None, None, :]
    for layer in layers:
        hidden = layer(hidden, attention_mask=unseen)
    return hidden
