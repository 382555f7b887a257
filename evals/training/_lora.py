"""Low-rank adapters on the encoder, and encoding that gradients flow through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everywhere

from grader.embedding._sentence_transformers import SentenceTransformersEmbedder, WordPieces

_TOKENS_PER_PASS = 1600
_ADAPTED = ("query", "key", "value", "dense")


class LowRank(nn.Module):
    """A frozen linear layer plus a product of two small matrices, zero at the start."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        """Adapt `linear`; only the two small matrices are trained."""
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) * 0.02)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Map rows of shape (..., inputs) to (..., outputs)."""
        adapted: torch.Tensor = self.linear(rows) + F.linear(F.linear(rows, self.down), self.up)
        return adapted


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """N encoded texts.

    Attributes:
        vectors: Unit length, shape (N, dimensions).
        words: Content words in the space they are compared in, unit length, padded with zeros,
            shape (N, words, word dimensions).
        weights: Rarity of the words; 0 where padded, shape (N, words).
    """

    vectors: torch.Tensor
    words: torch.Tensor
    weights: torch.Tensor

    def head(self, count: int) -> Batch:
        """The first `count` texts."""
        return Batch(self.vectors[:count], self.words[:count], self.weights[:count])


class AdaptedEncoder(nn.Module):
    """The embedder's model with adapters, a word projection and the scales of matching.

    Attributes:
        cosine_scale: Logarithm of the factor on the cosine of two texts.
        recall_scale: Logarithm of the factor on the aligned share of a statement's words.
        nothing: Logit of "none of the statements".
    """

    def __init__(self, embedder: SentenceTransformersEmbedder, rank: int) -> None:
        """Put adapters of a rank on every linear layer of the embedder's transformer."""
        super().__init__()
        self._embedder = embedder
        self.model = embedder.transformer()
        for parameter in self.model.parameters():
            parameter.requires_grad_(requires_grad=False)
        for parent, name, linear in list(_linear_layers(self.model)):
            setattr(parent, name, LowRank(linear, rank))
        self.projection = nn.Parameter(torch.from_numpy(embedder.projection.copy()))
        self.cosine_scale = nn.Parameter(torch.tensor(2.5))
        self.recall_scale = nn.Parameter(torch.tensor(2.5))
        self.nothing = nn.Parameter(torch.tensor(12.0))
        self._read: dict[str, WordPieces] = {}

    def trained(self) -> list[nn.Parameter]:
        """The parameters that training may change."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def encode(self, texts: Sequence[str]) -> Batch:
        """Encode texts as the embedder does, keeping gradients."""
        pieces = [self._pieces(text) for text in texts]
        means: list[torch.Tensor] = [torch.empty(0)] * len(texts)
        words: list[torch.Tensor] = [torch.empty(0)] * len(texts)
        for rows in _batches([len(item.ids) for item in pieces]):
            tokens = self._forward([pieces[row].ids for row in rows])
            for row, vectors in zip(rows, tokens, strict=True):
                means[row] = vectors.mean(0)
                words[row] = _word_rows(vectors, pieces[row].words)
        longest = max(len(rows) for rows in words)
        padded = torch.stack([F.pad(rows, (0, 0, 0, longest - len(rows))) for rows in words])
        weights = torch.zeros(len(texts), longest)
        for row, item in enumerate(pieces):
            weights[row, : len(item.weights)] = torch.tensor(item.weights)
        return Batch(
            F.normalize(torch.stack(means), dim=-1),
            F.normalize(padded @ self.projection, dim=-1, eps=1e-6),
            weights,
        )

    def match(self, statements: Batch, texts: Batch) -> torch.Tensor:
        """How strongly each text says each statement: logits, shape (statements, texts)."""
        cosine = statements.vectors @ texts.vectors.T
        similarity = torch.einsum("swd,ntd->swnt", statements.words, texts.words).clamp(0, 1)
        best = similarity.masked_fill((texts.weights <= 0)[None, None], 0).amax(-1)
        weighted = (best * statements.weights[:, :, None]).sum(1)
        recall = weighted / statements.weights.sum(1).clamp(min=1e-6)[:, None]
        return self.cosine_scale.exp() * cosine + self.recall_scale.exp() * recall

    def save(self, path: Path) -> None:
        """Write the adapter for `grader.embedding`, in half precision."""
        tensors: dict[str, torch.Tensor] = {}
        for name, module in self.model.named_modules():
            if isinstance(module, LowRank):
                tensors[f"{name}.down"] = module.down.detach().half().contiguous()
                tensors[f"{name}.up"] = module.up.detach().half().contiguous()
        save_file(tensors, path)

    def _pieces(self, text: str) -> WordPieces:
        if text not in self._read:
            self._read[text] = self._embedder.word_pieces(text)
        return self._read[text]

    def _forward(self, ids: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        width = max(map(len, ids))
        padded = torch.zeros((len(ids), width), dtype=torch.long)
        mask = torch.zeros((len(ids), width), dtype=torch.long)
        for row, values in enumerate(ids):
            padded[row, : len(values)] = torch.tensor(values)
            mask[row, : len(values)] = 1
        hidden = self.model(padded, attention_mask=mask).last_hidden_state.float()
        return [hidden[row, : len(values)] for row, values in enumerate(ids)]


def _linear_layers(model: Any) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    for parent in model.encoder.modules():
        for name, child in parent.named_children():
            if isinstance(child, nn.Linear) and name in _ADAPTED:
                yield parent, name, child


def _word_rows(tokens: torch.Tensor, words: Sequence[Sequence[int]]) -> torch.Tensor:
    if not words:
        return torch.zeros(1, tokens.shape[-1])
    return torch.stack([tokens[list(found)].mean(0) for found in words])


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group rows of like length, so that padding stays small."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if rows and lengths[row] * (len(rows) + 1) > _TOKENS_PER_PASS:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
