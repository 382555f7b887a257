"""Grades and batches, by both clients, against a real service."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.auth import Scope
from grader.client import (
    AsyncGraderClient,
    BatchAnswer,
    Conflict,
    Forbidden,
    GraderClient,
    Invalid,
    NotFound,
    RequestInvalid,
    StoredGrade,
    Unauthenticated,
    UnfinishedGrade,
)
from grader.client.models import Batch
from grader.types import Grade, Verdict
from tests.api.support import ANSWER, FIRST
from tests.grader.factories import document
from tests.support.serving import Served

HALF = "It decouples."


def test_an_answer_is_graded_and_found_again(client: GraderClient) -> None:
    grade = client.grades.create(
        HALF, rubric_id=FIRST.id, rubric_version="1.0.0", candidate_id="c1", metadata={"round": "2"}
    )

    assert type(grade) is Grade
    assert [point.verdict for point in grade.points] == [Verdict.COVERED, Verdict.MISSING]
    stored = client.grades.get(grade.id)
    assert isinstance(stored, StoredGrade)
    assert stored.score == grade.score
    assert stored.record.metadata == {"round": "2"}
    assert client.grades.explain(grade.id).unreached == 1


def test_an_answer_is_graded_by_an_inline_rubric(client: GraderClient) -> None:
    by_object = client.grades.create(HALF, rubric=FIRST)
    by_fields = client.grades.create(HALF, rubric=document())

    assert by_object.rubric.sha256 == FIRST.sha256
    assert by_fields.score == by_object.score


def test_a_grade_is_made_in_the_background_and_waited_for(client: GraderClient) -> None:
    promised = client.grades.submit(HALF, rubric_id=FIRST.id)
    assert isinstance(promised, UnfinishedGrade)
    assert promised.record.status == "pending"

    grade = client.grades.wait(promised.id)

    assert grade.id == promised.id
    assert grade.record.status == "done"


def test_a_regrade_is_a_new_grade_that_names_the_old(client: GraderClient) -> None:
    old = client.grades.create(HALF, rubric_id=FIRST.id, rubric_version="1.0.0")
    new = client.grades.regrade(old.id)

    assert (old.rubric.version, new.rubric.version) == ("1.0.0", "1.1.0")
    stored = client.grades.get(new.id)
    assert stored.record.regrade_of == old.id


def test_a_list_goes_on_over_its_pages(client: GraderClient) -> None:
    made = [client.grades.create(HALF, rubric_id=FIRST.id).id for _ in range(3)]

    assert [grade.id for grade in client.grades.list(limit=2)] == made[::-1]
    assert [*client.grades.list(created_before=datetime(2020, 1, 1, tzinfo=UTC))] == []
    some = client.grades.list(limit=2, rubric_id=FIRST.id)
    assert next(some).id == made[-1]
    assert [*client.grades.list(rubric_id="cache-basics")] == []


def test_what_is_wrong_with_a_request_is_said_field_by_field(
    client: GraderClient, served: Served
) -> None:
    with pytest.raises(Invalid) as caught:
        client.grades.create(
            HALF, rubric=document(points=[{"id": "a", "claim": "b", "weight": -1}])
        )
    assert caught.value.status == 422
    assert [error.field for error in caught.value.errors] == ["points[0].weight"]

    with pytest.raises(NotFound, match=r"no rubric 'nope'.*rubric_not_found, request \w"):
        client.grades.create(HALF, rubric_id="nope")
    with pytest.raises(RequestInvalid, match="time zone"):
        next(client.grades.list(created_after=datetime(2020, 1, 1)))  # noqa: DTZ001
    for nothing in ("", ".", ".."):
        with pytest.raises(RequestInvalid, match="grade_id must name something"):
            client.grades.get(nothing)
    with pytest.raises(NotFound):
        client.grades.get("grd/../../healthz")
    with GraderClient(served.url) as keyless, pytest.raises(Unauthenticated):
        next(keyless.grades.list())
    reading = GraderClient(served.url, served.key("other", Scope.READ))
    with reading, pytest.raises(Forbidden, match="'grade'"):
        reading.grades.create(HALF, rubric_id=FIRST.id)


def answers(count: int) -> list[BatchAnswer]:
    return [
        BatchAnswer(custom_id=f"a{number}", rubric_id=FIRST.id, answer=ANSWER)
        for number in range(count)
    ]


def test_a_batch_is_sent_watched_and_read(client: GraderClient) -> None:
    seen: list[Batch] = []
    wrong = {"custom_id": "wrong", "rubric_id": "nope", "answer": ANSWER}

    batch = client.batches.create([*answers(3), wrong], allow_partial=True)
    batch = client.batches.wait(batch.id, timeout=60, on_progress=seen.append)

    assert (batch.status, batch.counts.graded, batch.counts.failed) == ("completed", 3, 1)
    assert batch.allow_partial
    assert seen[-1] == batch
    output = [*client.batches.output(batch.id)]
    assert [line.custom_id for line in output] == ["a0", "a1", "a2"]
    assert all(type(line.grade) is Grade for line in output)
    (error,) = client.batches.errors(batch.id)
    assert (error.custom_id, error.error.code) == ("wrong", "rubric_not_found")
    assert [one.id for one in client.batches.list(status="completed")] == [batch.id]
    assert client.batches.cancel(batch.id) == batch


def test_a_batch_is_sent_from_a_file(client: GraderClient, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(f"{answer.model_dump_json()}\n" for answer in answers(2)))

    batch = client.batches.create_from_file(path, idempotency_key="once")

    assert batch.counts.total == 2
    assert client.batches.create_from_file(path, idempotency_key="once").id == batch.id
    with pytest.raises(FileNotFoundError):
        client.batches.create_from_file(tmp_path / "none.jsonl")
    with pytest.raises(Invalid, match="is used at line 1 and again at line 2"):
        client.batches.create(answers(1) * 2)
    first = next(output := client.batches.output(batch.id), None)
    output.close()  # type: ignore[attr-defined]
    assert first is None or first.custom_id == "a0"


def test_the_async_client_does_the_same(served: Served, api_key: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps(answers(1)[0].model_dump(mode="json", exclude_defaults=True)))

    async def run() -> None:
        async with AsyncGraderClient(served.url, api_key) as client:
            grades = await asyncio.gather(
                *(client.grades.create(HALF, rubric_id=FIRST.id) for _ in range(4))
            )
            promised = await client.grades.submit(HALF, rubric_id=FIRST.id)
            last = await client.grades.wait(promised.id)
            listed = [grade.id async for grade in client.grades.list(limit=2)]
            assert set(listed) == {grade.id for grade in [*grades, last]}
            batch = await client.batches.create_from_file(path)
            await client.batches.wait(batch.id, timeout=60)
            assert [line.custom_id async for line in client.batches.output(batch.id)] == ["a0"]
            with pytest.raises(Conflict):
                await client.rubrics.create(document())
            assert (await client.ready()).status == "ready"

    asyncio.run(run())


def test_the_blocking_client_works_while_an_event_loop_runs(client: GraderClient) -> None:
    async def as_in_a_notebook() -> list[str]:
        client.grades.create(HALF, rubric_id=FIRST.id)
        return [grade.id for grade in client.grades.list(limit=1)]

    assert len(asyncio.run(as_in_a_notebook())) == 1
