"""How probable it is that a sentence ends after a word."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from grader.embedding import FloatArray
from grader.embedding._sentence_transformers import installed_embedder
from grader.errors import ConfigurationError

_TRAIN = "make it with python -m evals.training.boundaries"

# Words that are read at once, and how many of them are read again with those that follow: at a border
# one side is unknown.
WORDS_AT_ONCE = 100
_AGAIN = 20
# A longer word is no word, and would take the place of others.
_LONGEST_WORD = 24
# Probabilities are given in steps far coarser than the differences in rounding between processors.
_DECIMALS = 3


class SentenceBoundaries:
    """Finds the ends of sentences by words alone, on the CPU in single precision."""

    def __init__(self, weights: Path | None = None) -> None:
        """Take the lowest layers of the embedder's model.

        Args:
            weights: What `python -m evals.training.boundaries` wrote; the installed file by default.

        Raises:
            ConfigurationError: They are not there, or were trained on another model.
        """
        embedder = installed_embedder()
        import torch
        from safetensors import SafetensorError, safe_open

        from grader.sentences._network import BoundaryNetwork, states_of_words

        path = weights or Path(str(files("grader.sentences").joinpath("boundaries.safetensors")))
        try:
            with safe_open(path, framework="pt") as file:
                trained_on = file.metadata() or {}
                tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise ConfigurationError(f"{path} cannot be read ({error}); {_TRAIN}") from error
        if trained_on != boundaries_metadata(embedder.model_fingerprint):
            raise ConfigurationError(
                f"{path} was trained on {trained_on.get('model')}, not on "
                f"{embedder.model_fingerprint}; {_TRAIN}"
            )
        self._torch = torch
        self._transformer = embedder.transformer()
        # Its own, used by one thread at a time: it must not be set otherwise while another reads.
        self._tokenizer: Any = deepcopy(embedder.tokenizer())
        self._lock = Lock()
        self._states = states_of_words
        self._network = BoundaryNetwork(int(self._transformer.config.hidden_size))
        self._network.load_state_dict(tensors)
        self._network.eval()
        self._revision = hashlib.sha256(path.read_bytes()).hexdigest()[:12]

    @property
    def revision(self) -> str:
        """Hash of the weights, short; part of the judge's identity."""
        return self._revision

    def probabilities(self, words: Sequence[str]) -> FloatArray:
        """Say how probable it is that a sentence ends after each word. Blocking.

        Args:
            words: In order, as they are written.

        Returns:
            In steps of 0.001, shape (words,).
        """
        read = [word[:_LONGEST_WORD] for word in words]
        found = np.zeros(len(read), dtype=np.float32)
        start = 0
        while start < len(read):
            end = min(len(read), start + WORDS_AT_ONCE)
            # What was read near the last border is replaced, but for the half that is nearer to it.
            known = _AGAIN // 2 if start else 0
            found[start + known : end] = self._read(read[start:end])[known:]
            start = end if end == len(read) else end - _AGAIN
        return found.round(_DECIMALS)

    def _read(self, words: Sequence[str]) -> FloatArray:
        torch = self._torch
        with self._lock, torch.inference_mode():
            states = self._states(self._transformer, self._tokenizer, words)
            shares: FloatArray = torch.sigmoid(self._network(states[None])[0]).numpy()
        return shares


def boundaries_metadata(model: str) -> dict[str, str]:
    """What a file of weights says of the model they belong to."""
    return {"model": model}
