"""Folds of the training questions, so that the head learns from questions its encoder does not know.

An encoder knows the answers that it learned from almost by heart. A head fitted on what it makes of
them trusts it too much on all others: fitted on 8 questions unknown to the encoder it did as well as
on 36 known ones. So each fold is read for the head by an adapter that was trained without it
(stacked generalisation; Wolpert, 1992).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from evals.training._lora import save_adapter
from grader.embedding import Embedder
from grader.embedding._adapter import merge_adapter
from grader.embedding._sentence_transformers import SentenceTransformersEmbedder
from grader.errors import ConfigurationError

FOLDS = 3
# Where the adapters trained without a fold are kept between the two commands.
FOLDER = Path(".grader") / "training"

_ADAPTER, _PROJECTION = "adapter.safetensors", "word_projection.npy"


def in_fold(number: int, fold: int) -> bool:
    """Whether the question of this number, in the order of its set, belongs to a fold."""
    return number % FOLDS == fold


def save_encoder(
    changes: Mapping[str, torch.Tensor], projection: torch.Tensor, rank: int, folder: Path
) -> None:
    """Write an adapter and its word projection into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_adapter(changes, rank, folder / _ADAPTER)
    np.save(folder / _PROJECTION, projection.numpy().astype(np.float16))


def fold_folder(folder: Path, fold: int) -> Path:
    """Where the adapter trained without a fold lies."""
    return folder / f"without-{fold}"


def load_fold(folder: Path, fold: int) -> Embedder:
    """Load the encoder that has not seen a fold.

    Raises:
        ConfigurationError: It is not there.
    """
    found = fold_folder(folder, fold)
    if not (found / _ADAPTER).is_file():
        raise ConfigurationError(f"{found} holds no adapter; run python -m evals.training.adapter")
    projection: npt.NDArray[np.float32] = np.load(found / _PROJECTION).astype(np.float32)
    embedder = SentenceTransformersEmbedder(adapter=False, projection=projection)
    merge_adapter(embedder.transformer(), found / _ADAPTER)
    return embedder
