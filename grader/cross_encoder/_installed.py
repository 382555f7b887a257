"""The cross-encoder that comes with the package: the upper half of the embedder, read in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from grader.cross_encoder._protocol import ClaimAndPassage
from grader.embedding import FloatArray
from grader.embedding._adapter import merge_adapter
from grader.embedding._sentence_transformers import installed_embedder, padded_batches
from grader.errors import ConfigurationError

_TRAIN = "python -m evals.training.cross_encoder"

# Most word pieces of claims whose states are kept for the next answer; one takes 1.5 kB.
_KEPT_PIECES = 40_000


class InstalledCrossEncoder:
    """Scores a pair as covered, partial, contradicted or missing, on the CPU in single precision."""

    def __init__(self, weights: Path | None = None) -> None:
        """Take the embedder's model, of which all but the upper layers is shared with it.

        Args:
            weights: What the training wrote; the installed file by default.

        Raises:
            ConfigurationError: They are not there, or were trained on another model.
        """
        embedder = installed_embedder()
        import torch

        from grader.cross_encoder._network import MOST_PIECES, RELATIONS, PairNetwork

        path = weights or Path(str(files("grader.cross_encoder").joinpath("weights.safetensors")))
        top = _read(path, embedder.model_fingerprint)
        self._torch = torch
        # Its own: it cuts at another length, which must not change while the embedder's thread reads.
        self._tokenizer: Any = deepcopy(embedder.tokenizer())
        self._limit = MOST_PIECES
        self._outputs = len(RELATIONS)
        self._network = PairNetwork(embedder.transformer())
        self._network.upper = deepcopy(self._network.upper)
        digest = merge_adapter(self._network, path)
        self._network.sides.load_state_dict(top["sides"])
        self._network.out.load_state_dict(top["out"])
        self._network.eval()
        self._fingerprint = f"{embedder.model_fingerprint}/pairs-{digest}"
        self._claims: dict[str, Any] = {}

    @property
    def fingerprint(self) -> str:
        """The embedder's model with the hash of the weights."""
        return self._fingerprint

    def score(self, pairs: Sequence[ClaimAndPassage]) -> FloatArray:
        """Score pairs; see `CrossEncoder.score`."""
        scores = np.zeros((len(pairs), self._outputs), dtype=np.float32)
        with self._torch.inference_mode():
            claims = self._states_of_claims({pair.claim for pair in pairs})
            said = self._read_apart(sorted({part for pair in pairs for part in pair.passage}))
            joined = [
                self._network.join(claims[pair.claim], [said[part] for part in pair.passage])
                for pair in pairs
            ]
            for rows, width in padded_batches([len(states) for states, _ in joined]):
                padded = self._network.pad([joined[row] for row in rows], width)
                scores[rows] = self._network(*padded).numpy()
        return scores

    def _states_of_claims(self, claims: set[str]) -> dict[str, Any]:
        known = {claim: self._claims[claim] for claim in claims & self._claims.keys()}
        read = self._read_apart(sorted(claims - known.keys()))
        self._claims |= read
        pieces = sum(map(len, self._claims.values()))
        while pieces > _KEPT_PIECES:
            pieces -= len(self._claims.pop(next(iter(self._claims))))
        return known | read

    def _read_apart(self, texts: Sequence[str]) -> dict[str, Any]:
        """States of texts, by text; each has shape (pieces, dimensions)."""
        if not texts:
            return {}
        torch = self._torch
        ids = self._tokenizer(list(texts), truncation=True, max_length=self._limit)["input_ids"]
        states: dict[str, Any] = {}
        for rows, width in padded_batches([len(pieces) for pieces in ids]):
            padded = torch.zeros((len(rows), width), dtype=torch.long)
            mask = torch.zeros((len(rows), width), dtype=torch.bool)
            for index, row in enumerate(rows):
                padded[index, : len(ids[row])] = torch.tensor(ids[row])
                mask[index, : len(ids[row])] = True
            read = self._network.read_apart(padded, mask)
            states |= {texts[row]: read[i, : len(ids[row])].clone() for i, row in enumerate(rows)}
        return states


def _read(path: Path, model: str) -> dict[str, dict[str, Any]]:
    """Read the layers on top, after a look at what the file was trained on.

    Raises:
        ConfigurationError: It is not there, or was trained on another model.
    """
    from safetensors import SafetensorError, safe_open

    from grader.cross_encoder._network import JOINED_AT

    try:
        with safe_open(path, framework="pt") as file:
            trained_on = file.metadata() or {}
            tensors = {
                name: file.get_tensor(name).float()
                for name in ("sides.weight", "out.weight", "out.bias")
            }
    except (OSError, SafetensorError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error}); make it with {_TRAIN}"
        ) from error
    if trained_on != weights_metadata(model, JOINED_AT):
        raise ConfigurationError(
            f"{path} was trained on {trained_on.get('model')}, not on {model}; train it anew with "
            f"{_TRAIN}"
        )
    return {
        "sides": {"weight": tensors["sides.weight"]},
        "out": {"weight": tensors["out.weight"], "bias": tensors["out.bias"]},
    }


def weights_metadata(model: str, joined_at: int) -> dict[str, str]:
    """What a file of weights says of the network that they belong to."""
    return {"model": model, "joined_at": str(joined_at)}
