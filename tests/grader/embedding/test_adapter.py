from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from grader.embedding import Embedder
from grader.embedding._adapter import installed_adapter, merge_adapter


class Tower(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = torch.nn.Linear(3, 2)


def test_the_product_of_both_matrices_is_added(tmp_path: Path) -> None:
    model, path = Tower(), tmp_path / "adapter.safetensors"
    before = model.dense.weight.detach().clone()
    down, up = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[0.5], [-1.0]])
    save_file({"dense.down": down, "dense.up": up}, path)

    merge_adapter(model, path)

    assert torch.allclose(model.dense.weight, before + up @ down)


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    hashes: list[str] = []
    for value in (0.0, 0.0, 1.0):
        path = tmp_path / f"{len(hashes)}.safetensors"
        save_file({"dense.down": torch.full((1, 3), value), "dense.up": torch.ones(2, 1)}, path)
        hashes.append(merge_adapter(Tower(), path))

    assert hashes[0] == hashes[1] != hashes[2]


def test_a_layer_that_the_model_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adapter.safetensors"
    save_file({"other.down": torch.ones(1, 3), "other.up": torch.ones(2, 1)}, path)

    with pytest.raises(KeyError, match="other"):
        merge_adapter(Tower(), path)


def test_the_installed_adapter_is_named_in_the_fingerprint(embedder: Embedder) -> None:
    assert installed_adapter().is_file()
    assert "/adapter-" in embedder.fingerprint
