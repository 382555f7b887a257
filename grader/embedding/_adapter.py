"""A low-rank adapter that teaches the encoder to tell a claim from its opposite.

Each adapted weight matrix W becomes W + B·A (Hu et al., "LoRA: Low-Rank Adaptation of Large Language
Models", ICLR 2022). The sum is made once, when the model is loaded, so that encoding costs what it
cost before.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

_DOWN, _UP = ".down", ".up"


def installed_adapter() -> Path:
    """Path of the adapter that comes with the package."""
    return Path(str(files("grader.embedding").joinpath("adapter.safetensors")))


def merge_adapter(model: Any, path: Path) -> str:
    """Add an adapter's products to the weights of a model, in place.

    Args:
        model: A module whose linear layers the file names, as in `encoder.layer.0.output.dense`.
        path: A safetensors file with two matrices a layer: `NAME.down`, shape (rank, inputs), and
            `NAME.up`, shape (outputs, rank).

    Returns:
        Hash of the file's content, short; it belongs in the embedder's fingerprint.

    Raises:
        KeyError: The file names a layer that the model does not have.
    """
    import torch
    from safetensors.torch import load_file

    tensors = load_file(path)
    modules = dict(model.named_modules())
    with torch.no_grad():
        for name in sorted(key.removesuffix(_DOWN) for key in tensors if key.endswith(_DOWN)):
            down, up = tensors[name + _DOWN].float(), tensors[name + _UP].float()
            modules[name].weight += up @ down
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
