from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.index import ExampleIndex, ExampleKey
from grader.index._chroma import ChromaIndex

KEY = ExampleKey("acme", "sha-1", "plain")
EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
NORTH_EAST = np.array([1, 1], np.float32) / np.sqrt(np.float32(2))


@pytest.fixture
def index(tmp_path: Path) -> ExampleIndex:
    return ChromaIndex.persistent(tmp_path / "chroma")


def test_the_nearest_come_first(index: ExampleIndex) -> None:
    index.keep_example(KEY, "east", EAST)
    index.keep_example(KEY, "north", NORTH)
    found = index.nearest_examples(KEY, np.array([0.9, 0.1], np.float32), 5)
    assert [name for name, _ in found] == ["east", "north"]
    assert found[0][1] == pytest.approx(0.9 / np.hypot(0.9, 0.1), abs=1e-5)
    assert len(index.nearest_examples(KEY, EAST, 1)) == 1


def test_a_name_stands_for_what_was_kept_last(index: ExampleIndex) -> None:
    index.keep_example(KEY, "one", EAST)
    index.keep_example(KEY, "one", NORTH)
    ((name, cosine),) = index.nearest_examples(KEY, NORTH, 5)
    assert (name, round(cosine, 4)) == ("one", 1)


@pytest.mark.parametrize(
    "other",
    [
        ExampleKey("other", "sha-1", "plain"),
        ExampleKey("acme", "sha-2", "plain"),
        ExampleKey("acme", "sha-1", "another"),
    ],
)
def test_nothing_is_found_from_elsewhere(index: ExampleIndex, other: ExampleKey) -> None:
    index.keep_example(KEY, "mine", EAST)
    assert index.nearest_examples(other, EAST, 5) == []
    index.keep_example(other, "theirs", EAST)
    assert [name for name, _ in index.nearest_examples(KEY, EAST, 5)] == ["mine"]


def test_what_is_forgotten_is_gone_whatever_embedder_made_it(index: ExampleIndex) -> None:
    index.keep_example(KEY, "one", EAST)
    index.keep_example(ExampleKey("acme", "sha-1", "wider"), "one", np.ones(3, np.float32))
    index.keep_example(KEY, "two", NORTH_EAST)
    assert index.forget_examples(["one", "never kept"]) == 2
    assert [name for name, _ in index.nearest_examples(KEY, EAST, 5)] == ["two"]
    assert index.forget_examples(["one"]) == 0


def test_it_outlives_the_process(index: ExampleIndex, tmp_path: Path) -> None:
    index.keep_example(KEY, "one", EAST)
    again = ChromaIndex.persistent(tmp_path / "chroma")
    assert [name for name, _ in again.nearest_examples(KEY, EAST, 5)] == ["one"]
