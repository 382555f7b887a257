from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.grading import new_submission
from api.records import (
    LOCAL_TENANT,
    Batches,
    BatchItemRow,
    BatchRow,
    BatchStatus,
    BatchWork,
    Chunk,
    Database,
    ItemStatus,
    RubricDocuments,
    SubmissionRow,
    database_url,
    new_id,
    now,
)
from api.workers import ChunkGrader
from grader.errors import JudgeUnavailable
from grader.judges import JudgeTask
from grader.llm import current_budget
from grader.settings import Settings
from grader.types import Judgement, Usage
from tests.api.batches.support import lines, results, sent, until
from tests.api.support import FIRST, ScriptedJudge, Service, in_records, scripted_grader


@pytest.fixture
def idle(service_settings: Settings) -> Settings:
    """Settings of a service that accepts batches and does not work on them."""
    return service_settings.model_copy(update={"work_in_process": False, "batch_retries": 0})


def work(settings: Settings, judge: ScriptedJudge, *chunks: Chunk, **more: Any) -> None:
    """Grade chunks, each call as a worker of its own would."""

    async def act() -> None:
        database = Database(database_url(settings))
        try:
            with scripted_grader(settings, judge) as grader:
                grading = ChunkGrader(database, grader, **more)
                await asyncio.gather(*(grading.run(chunk) for chunk in chunks))
        finally:
            await database.close()

    asyncio.run(act())


def test_two_who_grade_the_same_chunk_keep_one_result_each(idle: Settings) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.01))
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(30))
        work(idle, judge, Chunk(batch, 0), Chunk(batch, 0))
        assert judge.asked > 30
        assert acme("GET", f"/v1/batches/{batch}").json()["counts"]["graded"] == 30
        assert len(acme("GET", "/v1/grades?limit=100").json()["items"]) == 30


def test_a_chunk_of_a_batch_that_is_gone_is_nothing_to_do(idle: Settings) -> None:
    judge = ScriptedJudge()
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        cancelled = sent(acme, lines(3))
        acme("POST", f"/v1/batches/{cancelled}/cancel")
        work(idle, judge, Chunk("bat_" + "0" * 32, 0), Chunk(cancelled, 0))
        assert judge.asked == 0
        assert acme("GET", f"/v1/batches/{cancelled}").json()["started_at"] is None


class FailingJudge(ScriptedJudge):
    """Is unavailable for the first few judgements."""

    failures: int = 0

    async def judge(self, task: JudgeTask) -> Judgement:
        if self.failures > 0:
            self.failures -= 1
            self.asked += 1
            raise JudgeUnavailable("the provider is down", Usage(llm_calls=1, input_tokens=5))
        return await super().judge(task)


def test_an_answer_the_judge_failed_at_is_tried_again(idle: Settings) -> None:
    judge = FailingJudge()
    judge.failures = 2
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(1))
        work(idle, judge, Chunk(batch, 0), retry_seconds=(0.01, 0.02))
        assert judge.asked == 3
        done = acme("GET", f"/v1/batches/{batch}").json()
        assert (done["counts"]["graded"], done["counts"]["ungraded"]) == (1, 0)
        assert done["tokens"] == 10


def test_a_judge_that_goes_on_failing_gives_no_score_and_is_counted(idle: Settings) -> None:
    judge = FailingJudge()
    judge.failures = 100
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(2))
        work(idle, judge, Chunk(batch, 0), retry_seconds=(0.01,))
        assert judge.asked == 4
        counts = acme("GET", f"/v1/batches/{batch}").json()["counts"]
        assert (counts["graded"], counts["ungraded"], counts["failed"]) == (2, 2, 0)
        for one in results(acme, batch, "output"):
            assert one["grade"]["score"] is None
            assert one["grade"]["needs_review"]
            assert {point["verdict"] for point in one["grade"]["points"]} == {"ungraded"}


class SpendingJudge(ScriptedJudge):
    """Uses 100 tokens for each judgement, from the budget of the batch."""

    async def judge(self, task: JudgeTask) -> Judgement:
        with current_budget().reserve(100) as reservation:
            reservation.spent = 100
            judged = await super().judge(task)
        return judged.model_copy(update={"usage": Usage(llm_calls=1, input_tokens=100)})


def test_a_token_limit_holds_over_chunks_and_workers(idle: Settings) -> None:
    judge = SpendingJudge()
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(120), "?token_limit=7000")
        for first in (0, 50, 100):
            work(idle, judge, Chunk(batch, first))
        done = acme("GET", f"/v1/batches/{batch}").json()
        assert done["tokens"] == done["token_limit"] == 7000
        assert (done["counts"]["graded"], done["counts"]["ungraded"]) == (120, 50)
        assert judge.asked == 70
        last = results(acme, batch, "output")[-1]["grade"]
        assert "GRADER_LLM_BATCH_TOKENS" in str(last["review_reasons"])


def test_a_line_that_ends_the_process_is_given_up_and_its_neighbours_are_graded(
    idle: Settings,
) -> None:
    judge = ScriptedJudge()
    with Service.running(idle, scripted_grader(idle)) as service:
        acme = service.caller("acme")
        batch = sent(acme, lines(3))

        async def as_if_killed(session: AsyncSession) -> None:
            await session.execute(update(BatchItemRow).values(attempts=5))
            culprit = update(BatchItemRow).where(BatchItemRow.position == 1)
            await session.execute(culprit.values(attempts=10))

        service.in_records(as_if_killed)
        work(idle, judge, Chunk(batch, 0))
        assert [one["custom_id"] for one in results(acme, batch, "output")] == ["a0", "a2"]
        (error,) = results(acme, batch, "errors")
        assert error["error"]["code"] == "gave_up"
        assert judge.asked == 2


def test_tenants_take_turns_however_much_one_of_them_sent(idle: Settings) -> None:
    with Service.running(idle, scripted_grader(idle)) as service:
        much, little = service.caller("much"), service.caller("little")
        first, second = sent(much, lines(500)), sent(much, lines(500))
        order = chunks_in_turn(idle, 4)
        assert {chunk.batch_id for chunk in order} == {first}
        cancel_before(idle, first, 200)
        third = sent(little, lines(150))
        order = chunks_in_turn(idle, 8)
        turns = [first, third, first, third, first, third, first, first]
        assert [chunk.batch_id for chunk in order] == turns
        assert second not in {chunk.batch_id for chunk in order}


def test_a_batch_with_a_token_limit_has_one_chunk_under_way(idle: Settings) -> None:
    with Service.running(idle, scripted_grader(idle)) as service:
        sent(service.caller("acme"), lines(200), "?token_limit=1000")
        assert len(chunks_in_turn(idle, 3)) == 1


def chunks_in_turn(settings: Settings, count: int) -> list[Chunk]:
    """The chunks that would be begun if none of them ended."""

    async def act(session: AsyncSession) -> list[Chunk]:
        chunks: list[Chunk] = []
        for _ in range(count):
            chunk = await BatchWork(session).next_chunk(chunks)
            if chunk is not None:
                chunks.append(chunk)
        return chunks

    return in_records(settings, act)


def cancel_before(settings: Settings, batch_id: str, position: int) -> None:
    """Make a batch look as if it was done up to a position."""

    async def act(session: AsyncSession) -> None:
        done = update(BatchItemRow).where(
            BatchItemRow.batch_id == batch_id, BatchItemRow.position < position
        )
        await session.execute(done.values(status="cancelled"))
        batch = await session.scalar(select(BatchRow).where(BatchRow.id == batch_id))
        assert batch is not None
        batch.cancelled = position

    in_records(settings, act)


def test_what_a_process_that_died_had_taken_in_is_discarded_when_one_starts(
    service_settings: Settings,
) -> None:
    async def staged(session: AsyncSession) -> None:
        for age, name in ((timedelta(hours=2), "old"), (timedelta(minutes=1), "new")):
            batch = BatchRow(
                id=new_id("bat"),
                tenant_id=LOCAL_TENANT,
                created_at=now() - age,
                status=BatchStatus.VALIDATING,
                labels={"age": name},
                allow_partial=False,
            )
            session.add(batch)
            await session.flush()
            answer = new_submission(LOCAL_TENANT, FIRST, "words")
            await RubricDocuments(session, LOCAL_TENANT).keep(FIRST)
            item = BatchItemRow(
                batch_id=batch.id,
                position=0,
                tenant_id=LOCAL_TENANT,
                line=1,
                submission_id=answer.id,
                status=ItemStatus.PENDING,
            )
            await Batches(session, LOCAL_TENANT).stage([item], [answer])

    async def left(session: AsyncSession) -> tuple[list[str], int | None]:
        batches = await session.scalars(select(BatchRow.labels))
        answers = await session.scalar(select(func.count()).select_from(SubmissionRow))
        return [labels["age"] for labels in batches if labels], answers

    in_records(service_settings, staged)
    with Service.running(service_settings, scripted_grader(service_settings)) as service:
        acme = service.caller("local")
        until(acme, sent(acme, lines(1)))
        assert acme("GET", "/v1/batches?limit=5").json()["next_cursor"] is None
        remaining, answers = service.in_records(left)
    assert remaining == ["new"]
    assert answers == 2
