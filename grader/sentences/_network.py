"""The network that finds the ends of sentences; PyTorch is loaded with this module.

The lowest layers of the encoder know what part a word plays; a recurrent layer that reads them in both
directions (Graves & Schmidhuber, 2005) tells where one sentence ends and the next begins, as in Tilk &
Alumäe, "Bidirectional Recurrent Neural Network with Attention Mechanism for Punctuation Restoration",
INTERSPEECH 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

# How many of the encoder's layers are used, as they are.
LAYERS = 2
UNITS = 64

_DROPPED = 0.2


class BoundaryNetwork(nn.Module):
    """Scores after each word whether a sentence ends there."""

    def __init__(self, size: int) -> None:
        """Make it for states of so many dimensions."""
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.recurrent = nn.GRU(size, UNITS, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(_DROPPED)
        self.out = nn.Linear(2 * UNITS, 1)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Score words by their states, shape (texts, words, dimensions).

        Returns:
            Logits, shape (texts, words).
        """
        found, _ = self.recurrent(self.dropout(self.norm(states)))
        logits: torch.Tensor = self.out(self.dropout(found))[..., 0]
        return logits


def states_of_words(transformer: Any, tokenizer: Any, words: Sequence[str]) -> torch.Tensor:
    """Read words with the lowest layers of a BERT model, each in its context.

    Args:
        transformer: The model.
        tokenizer: Its tokenizer.
        words: Few enough that the model can read them at once; what it cannot is left at zero.

    Returns:
        The mean of the states of each word's pieces, shape (words, dimensions).
    """
    features = tokenizer(list(words), is_split_into_words=True, truncation=True)
    hidden = transformer.embeddings(input_ids=torch.tensor([features["input_ids"]]))
    for layer in transformer.encoder.layer[:LAYERS]:
        hidden = layer(hidden)
    owner = [(piece, word) for piece, word in enumerate(features.word_ids()) if word is not None]
    pieces, places = (torch.tensor([pair[side] for pair in owner]) for side in (0, 1))
    count = torch.zeros(len(words)).index_add(0, places, torch.ones(len(owner)))
    summed = torch.zeros(len(words), hidden.shape[-1]).index_add(0, places, hidden[0, pieces])
    return summed / count.clamp(min=1)[:, None]
