"""Low-rank adapters on the encoder, and encoding that gradients flow through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def __init__(
        self,
        embedder: SentenceTransformersEmbedder,
        rank: int,
        device: torch.device = torch.device("cpu"),  # noqa: B008 - a constant
    ) -> None:
        """Put adapters of a rank on every linear layer of the embedder's transformer."""
        super().__init__()
        self.device = device
        self._embedder = embedder
        self.model = embedder.transformer()
        for parameter in self.model.parameters():
            parameter.requires_grad_(requires_grad=False)
        for parent, name, linear in list(linear_layers(self.model.encoder)):
            setattr(parent, name, LowRank(linear, rank))
        self.projection = nn.Parameter(torch.from_numpy(embedder.projection.copy()))
        self.cosine_scale = nn.Parameter(torch.tensor(2.5))
        self.recall_scale = nn.Parameter(torch.tensor(2.5))
        self.nothing = nn.Parameter(torch.tensor(12.0))
        self._read: dict[str, WordPieces] = {}
        self.to(device)

    @property
    def none(self) -> torch.Tensor:
        """Logit of "none of the statements", where `match` leaves its logits."""
        return self.nothing.cpu()

    def trained(self) -> list[nn.Parameter]:
        """The parameters that training may change."""
        return [parameter for parameter in self.parameters() if parameter.requires_grad]

    def encode(self, texts: Sequence[str]) -> Batch:
        """Encode texts as the embedder does, keeping gradients."""
        pieces = [self._pieces(text) for text in texts]
        longest = max(1, *(len(item.words) for item in pieces))
        order: list[int] = []
        pooled: list[torch.Tensor] = []
        for rows in _batches([len(item.ids) for item in pieces]):
            order += rows
            pooled.append(self._pool([pieces[row] for row in rows], longest))
        back = torch.tensor(sorted(range(len(order)), key=order.__getitem__), device=self.device)
        found = torch.cat(pooled)[back]
        weights = torch.zeros(len(texts), longest)
        for row, item in enumerate(pieces):
            weights[row, : len(item.weights)] = torch.tensor(item.weights)
        return Batch(
            F.normalize(found[:, 0], dim=-1),
            F.normalize(found[:, 1:] @ self.projection, dim=-1, eps=1e-6),
            weights.to(self.device),
        )

    def match(self, statements: Batch, texts: Batch) -> torch.Tensor:
        """How strongly each text says each statement: logits, shape (statements, texts)."""
        cosine = statements.vectors @ texts.vectors.T
        similarity = torch.einsum("swd,ntd->swnt", statements.words, texts.words).clamp(0, 1)
        best = similarity.masked_fill((texts.weights <= 0)[None, None], 0).amax(-1)
        weighted = (best * statements.weights[:, :, None]).sum(1)
        recall = weighted / statements.weights.sum(1).clamp(min=1e-6)[:, None]
        logits = self.cosine_scale.exp() * cosine + self.recall_scale.exp() * recall
        # The loss looks at them in many small steps, which are faster here.
        return logits.cpu()

    def changes(self) -> dict[str, torch.Tensor]:
        """What training added to each linear layer's weights, by the layer's name."""
        return {
            name: (module.up @ module.down).detach().cpu()
            for name, module in self.model.named_modules()
            if isinstance(module, LowRank)
        }

    def _pieces(self, text: str) -> WordPieces:
        if text not in self._read:
            self._read[text] = self._embedder.word_pieces(text)
        return self._read[text]

    def _pool(self, pieces: Sequence[WordPieces], words: int) -> torch.Tensor:
        """Encode texts: for each the mean of its pieces, then that of each of its content words.

        Returns:
            Shape (texts, 1 + words, dimensions), zero where there are fewer words.
        """
        width = max(len(item.ids) for item in pieces)
        ids = torch.zeros((len(pieces), width), dtype=torch.long)
        shares = torch.zeros((len(pieces), 1 + words, width))
        for row, item in enumerate(pieces):
            ids[row, : len(item.ids)] = torch.tensor(item.ids)
            shares[row, 0, : len(item.ids)] = 1 / len(item.ids)
            for number, places in enumerate(item.words, start=1):
                shares[row, number, list(places)] = 1 / len(places)
        mask = (shares[:, 0] > 0).long()
        hidden = self.model(
            ids.to(self.device), attention_mask=mask.to(self.device)
        ).last_hidden_state
        with torch.autocast(self.device.type, enabled=False):
            return torch.bmm(shares.to(self.device), hidden.float())


def save_adapter(changes: Mapping[str, torch.Tensor], rank: int, path: Path) -> None:
    """Write changes to linear layers for `grader.embedding`, in half precision.

    Args:
        changes: By the layer's name, each of shape (outputs, inputs).
        rank: What each is cut to: its nearest approximation of that rank (Eckart and Young, 1936).
        path: Where to write.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, change in sorted(changes.items()):
        left, sizes, right = torch.linalg.svd(change, full_matrices=False)
        roots = sizes[:rank].sqrt()
        tensors[f"{name}.down"] = (roots[:, None] * right[:rank]).half().contiguous()
        tensors[f"{name}.up"] = (left[:, :rank] * roots).half().contiguous()
    save_file(tensors, path)


def linear_layers(part: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    """Yield the linear layers of attention and feed-forward blocks, each with its parent and name."""
    for parent in part.modules():
        for name, child in parent.named_children():
            if isinstance(child, nn.Linear) and name in _ADAPTED:
                yield parent, name, child


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
