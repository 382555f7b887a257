"""The index on a real Chroma server, and grading through it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from grader.bank import Bank, parse_rubric
from grader.doctor import examine
from grader.embedding import SharedEncoder
from grader.errors import ConfigurationError, IndexUnavailable
from grader.grading import Grader
from grader.index import (
    ExampleIndex,
    ExampleKey,
    PartKind,
    VectorIndex,
    build_index,
    encode_rubric,
)
from grader.judges import build_judge
from grader.settings import Settings
from tests.grader.factories import document
from tests.support.chroma_server import ChromaServer, free_port

ANSWER = "The sender goes on at once, it does not wait for whoever reads the message."
QUESTION = "What does one need a message queue for?"
_CACHE = document(
    id="cache-basics",
    status="published",
    question="When does a cache pay?",
    points=[
        {"id": "read-often", "claim": "What is read more than written is cached.", "weight": 1}
    ],
    # One of its own, since another rubric's question cannot be looked for without the index.
    follow_ups=[{"id": "reads", "ask": "How often is it read?", "targets": ["read-often"]}],
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as running:
        yield running


@pytest.fixture(scope="module")
def on_server(server: ChromaServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    return Settings(index="chroma-server", index_url=server.url, data_dir=folder)


@pytest.fixture(scope="module")
def two() -> Bank:
    """Two small rubrics, since what they are encoded with is the real model."""
    return Bank([parse_rubric(each) for each in (document(status="published"), _CACHE)])


@pytest.fixture(scope="module")
def shared(on_server: Settings, two: Bank, encoder: SharedEncoder) -> Iterator[VectorIndex]:
    with closing(build_index(on_server)) as built:
        report = built.sync(list(two), encoder)
        assert report.added == len(two)
        yield built


@pytest.fixture(scope="module")
def over_server(
    on_server: Settings, two: Bank, encoder: SharedEncoder, shared: VectorIndex
) -> Grader:
    judge = build_judge(on_server, encoder)
    return Grader(on_server, bank=two, encoder=encoder, judge=judge, index=shared)


@pytest.fixture(scope="module")
def embedded(
    two: Bank, encoder: SharedEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grader]:
    """A grader over the same rubrics in an index of this machine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("embedded"))
    with closing(build_index(settings)) as index:
        index.sync(list(two), encoder)
        judge = build_judge(settings, encoder)
        yield Grader(settings, bank=two, encoder=encoder, judge=judge, index=index)


def test_it_holds_what_was_encoded(shared: VectorIndex, two: Bank, encoder: SharedEncoder) -> None:
    assert shared.size() == len(two)
    rubric = two.get("queue-basics")
    one, other = (
        shared.read(rubric, encoder.fingerprint),
        encode_rubric(rubric, encoder).unpack(rubric),
    )
    assert one is not None
    assert other is not None
    for mine, theirs in zip(one.statements, other.statements, strict=True):
        assert mine.statement == theirs.statement
        np.testing.assert_array_equal(mine.vector, theirs.vector)


def test_points_are_found_by_meaning(shared: VectorIndex, encoder: SharedEncoder) -> None:
    vector = encoder.submit(["the sender can go on"]).result()[0].vector
    hits = shared.search(PartKind.POINT, vector, 3)
    assert [hit.kind for hit in hits] == [PartKind.POINT] * 3
    assert hits[0].text == "The producer need not wait."


def test_a_grade_is_the_same_as_over_the_embedded_index(
    over_server: Grader, embedded: Grader
) -> None:
    rubric = asyncio.run(over_server.route(QUESTION))
    assert rubric == asyncio.run(embedded.route(QUESTION))
    one, other = (asyncio.run(each.grade(ANSWER, rubric)) for each in (over_server, embedded))
    own = {"id", "elapsed_ms"}
    assert one.model_dump(exclude=own) == other.model_dump(exclude=own)


def test_a_second_process_finds_everything_there(
    on_server: Settings, shared: VectorIndex, two: Bank, encoder: SharedEncoder
) -> None:
    with closing(build_index(on_server)) as again:
        report = again.sync(list(two), encoder)
    assert (report.added, report.unchanged) == (0, len(two))
    assert shared.size() == len(two)


def test_reviewed_answers_are_kept_and_found(shared: VectorIndex) -> None:
    assert isinstance(shared, ExampleIndex)
    key = ExampleKey("acme", "a" * 64, "plain")
    vector = np.ones(3, dtype=np.float32)
    shared.keep_example(key, "grd_1", vector)
    assert [name for name, _ in shared.nearest_examples(key, vector, 3)] == ["grd_1"]
    assert shared.forget_examples(["grd_1"]) == 1
    assert shared.nearest_examples(key, vector, 3) == []


def test_doctor_says_where_it_is(on_server: Settings, shared: VectorIndex) -> None:
    found = {finding.part: finding for finding in examine(on_server)}["vector index"]
    assert found.ok
    assert f"{on_server.index_url}: {shared.size()} rubrics; no token is sent" in found.detail
    guarded = on_server.model_copy(update={"index_token": SecretStr("s3cret")})
    found = {finding.part: finding for finding in examine(guarded)}["vector index"]
    assert found.detail.endswith("; a token is sent")
    assert "s3cret" not in found.detail


def test_while_the_server_is_gone_it_says_so_and_grades_without(
    server: ChromaServer, over_server: Grader, shared: VectorIndex, two: Bank
) -> None:
    rubric = two.get("cache-basics")
    server.stop()
    try:
        for act in (shared.ping, shared.size):
            with pytest.raises(IndexUnavailable, match="cannot be used now") as told:
                act()
            assert "127.0.0.1" not in str(told.value)
        with pytest.raises(IndexUnavailable):
            asyncio.run(over_server.route(rubric.question))
        without = asyncio.run(over_server.grade("It costs money, that is all I know.", rubric))
    finally:
        server.start()
    shared.ping()
    assert asyncio.run(over_server.route(rubric.question)) == rubric
    again = asyncio.run(over_server.grade("It costs money, that is all I know.", rubric))
    assert (again.score, again.points) == (without.score, without.points)


@pytest.mark.parametrize("url", ["", "chroma:8000", "ftp://chroma", "http://chroma:no"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="write http://HOST:PORT"):
        build_index(Settings(index="chroma-server", index_url=url, data_dir=tmp_path))


def test_a_server_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ConfigurationError, match=f"{url} cannot be used .*GRADER_INDEX_URL"):
        build_index(Settings(index="chroma-server", index_url=url, data_dir=tmp_path))


def test_the_token_is_sent_with_every_request(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = Settings(
            index="chroma-server", index_url=url, index_token=SecretStr("s3cret"), data_dir=tmp_path
        )
        received = b""

        def refuse() -> None:
            nonlocal received
            connection, _ = listening.accept()
            with connection:
                received = connection.recv(4096)
                connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

        answering = threading.Thread(target=refuse)
        answering.start()
        with pytest.raises(ConfigurationError, match=r"401.*GRADER_INDEX_TOKEN") as told:
            build_index(settings)
        answering.join()
    assert b"bearer s3cret" in received.lower()
    assert "s3cret" not in str(told.value)
