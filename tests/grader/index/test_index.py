from __future__ import annotations

import importlib
import multiprocessing
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest

from grader.bank import Bank
from grader.embedding import Embedder, Encoded, SharedEncoder
from grader.errors import ConfigurationError, NoMatchingRubric
from grader.index import (
    PartKind,
    VectorIndex,
    build_index,
    encode_rubric,
    explaining_passage,
    nearest_rubric,
    related_question,
)
from grader.settings import Settings
from grader.types import Rubric


class Counting:
    """Counts the texts it encodes."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.texts = 0

    @property
    def fingerprint(self) -> str:
        return self.inner.fingerprint

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.texts += len(texts)
        return self.inner.encode(texts)

    def forward_only(self, texts: Sequence[str]) -> None:
        self.inner.forward_only(texts)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder)


@pytest.fixture
def empty(tmp_path: Path) -> VectorIndex:
    return build_index(Settings(data_dir=tmp_path))


def changed(rubric: Rubric) -> Rubric:
    point = rubric.points[0].model_copy(update={"claim": "Something else is true now."})
    return rubric.model_copy(update={"points": (point, *rubric.points[1:])})


def test_a_second_sync_encodes_nothing(few: Bank, counting: Counting, empty: VectorIndex) -> None:
    rubrics = list(few)[:2]
    encoder = SharedEncoder(counting)
    first = empty.sync(rubrics, encoder)
    encoded = counting.texts
    second = empty.sync(rubrics, encoder)
    encoder.close()
    assert (first.added, first.unchanged) == (2, 0)
    assert (second.added, second.removed, second.unchanged) == (0, 0, 2)
    assert counting.texts == encoded > 0


def test_only_a_changed_rubric_is_encoded_again(
    few: Bank, counting: Counting, empty: VectorIndex
) -> None:
    one, two = list(few)[:2]
    encoder = SharedEncoder(counting)
    empty.sync([one, two], encoder)
    before = counting.texts
    report = empty.sync([changed(one), two], encoder)
    encoder.close()
    assert (report.added, report.removed, report.unchanged) == (1, 1, 1)
    alone = Counting(counting.inner)
    own = SharedEncoder(alone)
    encode_rubric(changed(one), own)
    own.close()
    # Its question is encoded a second time, for searching.
    assert counting.texts - before == alone.texts + 1
    assert empty.read(one, encoder.fingerprint) is None
    assert empty.read(changed(one), encoder.fingerprint) is not None


def test_what_is_gone_from_the_bank_is_gone_from_the_index(
    few: Bank, encoder: SharedEncoder, empty: VectorIndex
) -> None:
    one, two = list(few)[:2]
    empty.sync([one, two], encoder)
    empty.sync([two], encoder)
    assert empty.size() == 1
    vector = encoder.submit([one.points[0].claim]).result()[0].vector
    for kind in PartKind:
        assert {hit.rubric_id for hit in empty.search(kind, vector, 50)} == {two.id}


def test_every_part_of_a_rubric_can_be_found(index: VectorIndex, encoder: SharedEncoder) -> None:
    query = "Which threads does libuv have for files?"
    vector = encoder.submit([query]).result()[0].vector
    for kind in PartKind:
        hits = index.search(kind, vector, 3)
        assert hits[0].rubric_id == "node-event-loop"
        assert hits[0].kind is kind
        assert [h.similarity for h in hits] == sorted((h.similarity for h in hits), reverse=True)


def test_an_index_opened_again_holds_what_was_written(
    few: Bank, encoder: SharedEncoder, tmp_path: Path
) -> None:
    rubric = next(iter(few))
    build_index(Settings(data_dir=tmp_path)).sync([rubric], encoder)
    assert build_index(Settings(data_dir=tmp_path)).read(rubric, encoder.fingerprint) is not None


def test_vectors_read_from_the_index_are_those_encoded_on_the_spot(
    index: VectorIndex, few: Bank, encoder: SharedEncoder
) -> None:
    rubric = few.get("sql-and-nosql")
    held = index.read(rubric, encoder.fingerprint)
    fresh = encode_rubric(rubric, encoder).unpack(rubric)
    assert held is not None
    assert np.array_equal(held.question, fresh.question)
    assert np.array_equal(held.passages, fresh.passages)
    for left, right in zip(held.statements, fresh.statements, strict=True):
        assert left.statement == right.statement
        assert left.words == right.words
        assert np.array_equal(left.vector, right.vector)
        assert np.array_equal(left.word_vectors, right.word_vectors)


def test_an_interrupted_sync_is_completed_by_the_next(
    few: Bank, encoder: SharedEncoder, tmp_path: Path
) -> None:
    def stop(done: int, _: int) -> None:
        if done == 2:
            raise RuntimeError("stopped by the test")

    index = build_index(Settings(data_dir=tmp_path))
    with pytest.raises(RuntimeError):
        index.sync(list(few), encoder, stop)
    index.sync(list(few), encoder)
    assert index.size() == len(few)
    assert all(index.read(rubric, encoder.fingerprint) for rubric in few)


def test_a_free_form_question_finds_its_rubric(
    index: VectorIndex, few: Bank, encoder: SharedEncoder
) -> None:
    for question, wanted in (
        ("How can Node handle thousands of clients with a single thread?", "node-event-loop"),
        ("When would you pick MongoDB over PostgreSQL?", "sql-and-nosql"),
        ("What does a database index do and what does it cost?", "database-indexes"),
    ):
        vector = encoder.submit([question]).result()[0].vector
        found = nearest_rubric(index, few, vector, min_similarity=0.3, min_margin=0.03)
        assert found.id == wanted


def test_a_question_near_no_rubric_lists_the_nearest_three(
    index: VectorIndex, few: Bank, encoder: SharedEncoder
) -> None:
    vector = encoder.submit(["What is your favourite colour?"]).result()[0].vector
    with pytest.raises(NoMatchingRubric, match="not near any") as caught:
        nearest_rubric(index, few, vector, min_similarity=0.4, min_margin=0.03)
    assert len(caught.value.nearest) == 3


def test_a_question_between_two_rubrics_is_not_guessed(
    index: VectorIndex, few: Bank, encoder: SharedEncoder
) -> None:
    vector = encoder.submit([few.get("sql-and-nosql").question]).result()[0].vector
    with pytest.raises(NoMatchingRubric, match="equally near"):
        nearest_rubric(index, few, vector, min_similarity=0.1, min_margin=0.99)


def test_the_next_question_shares_a_topic_and_was_not_asked(
    index: VectorIndex, few: Bank, encoder: SharedEncoder
) -> None:
    rubric = few.get("sql-and-nosql")
    vector = encoder.submit([rubric.question]).result()[0].vector
    following = related_question(index, few, rubric, vector, asked=())
    assert following is not None
    assert following.id == "database-indexes"
    other = related_question(index, few, rubric, vector, asked=("database-indexes",))
    assert other is not None
    assert other.id not in ("database-indexes", rubric.id)
    assert related_question(index, few, rubric, vector, asked=[r.id for r in few]) is None


def test_the_passage_that_explains_a_point_speaks_of_it(few: Bank, encoder: SharedEncoder) -> None:
    rubric = few.get("node-event-loop")
    vectors = encode_rubric(rubric, encoder).unpack(rubric)
    claim = next(v for v in vectors.statements if v.statement.owner == "pool-of-four")
    passage = explaining_passage(rubric, vectors, claim)
    assert passage is not None
    assert "four threads" in passage.text
    assert passage.source == rubric.reference


def test_a_data_folder_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(ConfigurationError, match="GRADER_DATA_DIR"):
        build_index(Settings(data_dir=blocked))


def test_an_unknown_index_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="chroma"):
        build_index(Settings(index="faiss", data_dir=tmp_path))


def _opened(folder: Path, ready: Barrier) -> int:
    """Open an index at the same moment as other processes do."""
    importlib.import_module("chromadb")
    ready.wait(timeout=60)
    return build_index(Settings(data_dir=folder)).size()


def test_processes_that_start_together_open_a_new_folder(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    folders = [tmp_path / str(number) for number in range(5)]
    with spawning.Manager() as manager, spawning.Pool(6) as processes:
        for folder in folders:
            together = [(folder, manager.Barrier(6))] * 6
            assert processes.starmap(_opened, together, chunksize=1) == [0] * 6
