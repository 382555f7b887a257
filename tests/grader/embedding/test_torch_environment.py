from __future__ import annotations

import pytest

from grader.embedding.torch_environment import prepare_torch

NAMES = ("HF_HUB_OFFLINE", "TOKENIZERS_PARALLELISM", "MKL_CBWR", "GOMP_SPINCOUNT")


def test_the_libraries_are_told_before_they_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, str] = {}
    monkeypatch.setattr("os.environ", asked)

    prepare_torch()

    assert asked.keys() == set(NAMES)
    assert asked["HF_HUB_OFFLINE"] == "1"


def test_what_is_set_already_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = dict.fromkeys(NAMES, "as the operator wants it")
    monkeypatch.setattr("os.environ", asked)

    prepare_torch()

    assert set(asked.values()) == {"as the operator wants it"}
