"""Any cross-encoder that sentence-transformers can load, from a folder on this machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from grader.cross_encoder._protocol import MIXTURE_FILE, ClaimAndPassage
from grader.embedding import FloatArray
from grader.embedding.torch_environment import prepare_torch
from grader.errors import ConfigurationError

_HASHED = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})
_ARCHITECTURE = "ForSequenceClassification"


class NamedCrossEncoder:
    """A sentence-transformers `CrossEncoder`; the passage is the premise, the claim the hypothesis."""

    def __init__(self, folder: Path) -> None:
        """Load a model in single precision, on the CPU.

        Raises:
            ConfigurationError: The folder holds no such model.
        """
        _check_architecture(folder)
        prepare_torch()
        import torch
        from sentence_transformers import CrossEncoder
        from torch import nn

        try:
            self._model = CrossEncoder(
                str(folder),
                device="cpu",
                local_files_only=True,
                activation_fn=nn.Identity(),
                model_kwargs={"dtype": torch.float32},
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ConfigurationError(
                f"the cross-encoder in {folder} cannot be loaded: {error}; save it there once more"
            ) from error
        self._fingerprint = f"{folder.name}/{_digest(folder)}"

    @property
    def fingerprint(self) -> str:
        """The folder's name with the hash of its content."""
        return self._fingerprint

    def score(self, pairs: Sequence[ClaimAndPassage]) -> FloatArray:
        """Score pairs; see `CrossEncoder.score`."""
        scores = np.zeros((len(pairs), int(self._model.num_labels)), dtype=np.float32)
        # One at a time: padding and company would change the last bits.
        for row, pair in enumerate(pairs):
            read = [(" ".join(pair.passage), pair.claim)]
            scores[row] = np.asarray(self._model.predict(read, show_progress_bar=False)).reshape(-1)
        return scores


def _check_architecture(folder: Path) -> None:
    """Refuse a model whose classifier would be made up of random numbers."""
    path = folder / "config.json"
    try:
        named = json.loads(path.read_text("utf-8")).get("architectures") or ["none"]
    except (OSError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"{folder} holds no model: {path.name} cannot be read ({error})"
        ) from error
    if not str(named[0]).endswith(_ARCHITECTURE):
        raise ConfigurationError(
            f"{folder} holds a model of the architecture {named[0]}; a cross-encoder is one "
            f"{_ARCHITECTURE}"
        )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _HASHED and path.name != MIXTURE_FILE:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
