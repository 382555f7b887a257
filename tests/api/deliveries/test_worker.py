"""Workers over both databases, against receivers that behave, or misbehave, as scripted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import WebhookVerificationError

from api.deliveries import announce, rotated
from api.records import Database, DeliveryWork, EventRow, Tenants, WebhookEndpoints
from api.webhooks import AttemptError, TargetPolicy, new_secret
from tests.api.deliveries.support import SECRET, Outbox, in_loop, until, verified
from tests.support.openai_server import OpenAIServer, drops, raw, redirects, slow, status

Opening = Callable[[], Database]


@pytest.fixture
def receiver() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=raw(b"thanks", "text/plain")) as running:
        yield running


async def events_kept(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(EventRow)) or 0


@in_loop
async def test_an_event_reaches_every_endpoint_that_asked_for_it(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    with OpenAIServer() as deaf:
        async with Outbox.opened(open_database) as outbox:
            everything = await outbox.endpoint(receiver.base_url)
            graded = await outbox.endpoint(receiver.base_url, "grade.created", "batch.completed")
            await outbox.endpoint(deaf.base_url, "batch.completed")
            async with outbox.database.write() as session:
                other = await Tenants(session).named_or_new("other")
            await outbox.endpoint(deaf.base_url, tenant_id=other.id)
            async with outbox.working():
                await outbox.happens(id="grd_1", score=62.5)
                await outbox.settled(everything, 1)
                await outbox.settled(graded, 1)
        first, second = verified(receiver)
        assert first == second
        assert first["type"] == "grade.created"
        assert first["data"] == {"id": "grd_1", "score": 62.5}
        assert first["webhook-id"].startswith("evt_")
        assert deaf.requests == []


@in_loop
async def test_what_was_rolled_back_is_not_told(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        with suppress(ZeroDivisionError):
            async with outbox.database.write() as session:
                announce(session, outbox.tenant_id, "grade.created", {"id": "never"})
                await session.flush()
                raise ZeroDivisionError
        async with outbox.working():
            await outbox.happens("rubric.published", id="r" * 200)
            await outbox.settled(endpoint, 1)
    assert [message["data"]["id"] for message in verified(receiver)] == ["r" * 200]


@in_loop
async def test_an_event_that_nobody_wants_is_not_kept(open_database: Opening) -> None:
    async with Outbox.opened(open_database) as outbox:
        await outbox.endpoint("http://127.0.0.1:9/", "rubric.published")
        await outbox.happens(id="grd_1")
        assert await events_kept(outbox.database) == 1
        async with outbox.working():

            async def gone() -> bool:
                return await events_kept(outbox.database) == 0

            await until(gone)


@in_loop
async def test_a_failure_is_tried_again_under_the_same_id(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    receiver.script(status(500, "broken"), drops(), redirects("http://10.0.0.1/", 307))
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.working():
            await outbox.happens(id="grd_1")
            await outbox.settled(endpoint, 1)
        [delivery] = await outbox.deliveries(endpoint)
        row = await outbox.row(endpoint)
    messages = verified(receiver)
    assert len(messages) == 4
    assert all(message == messages[0] for message in messages)
    assert [entry["status"] for entry in delivery.log] == [500, None, 307, 200]
    assert [entry["error"] for entry in delivery.log] == [None, "protocol", None, None]
    assert "broken" in delivery.log[0]["snippet"]
    assert delivery.next_attempt_at is None
    assert (row.failures, row.failing_since, row.disabled_at) == (0, None, None)


@in_loop
async def test_after_the_last_attempt_the_delivery_has_failed(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    receiver.script(*[status(503)] * 4)
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.working():
            await outbox.happens(id="grd_1")
            await outbox.settled(endpoint, 1, "failed")
            await outbox.happens(id="grd_2")
            await outbox.settled(endpoint, 1)
    assert len(receiver.requests) == 5


@in_loop
async def test_410_disables_an_endpoint_and_gives_up_what_is_still_to_come(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    receiver.script(status(410))
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        await outbox.happens(id="grd_1")
        async with outbox.working():
            await outbox.settled(endpoint, 1, "failed")
            await outbox.happens(id="grd_2")

            async def forgotten() -> bool:
                return await events_kept(outbox.database) == 1

            await until(forgotten)
        row = await outbox.row(endpoint)
    assert row.disabled_at is not None
    assert row.disabled_reason == "the endpoint answered 410 Gone"
    assert len(receiver.requests) == 1


@in_loop
async def test_an_endpoint_that_fails_for_days_is_disabled(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    receiver.script(*[status(500)] * 100)
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.working():
            for number in (1, 2):
                await outbox.happens(id=f"grd_{number}")
                await outbox.settled(endpoint, number, "failed")
            assert (await outbox.row(endpoint)).disabled_at is None
            outbox.clock.move_on(days=5, seconds=1)
            await outbox.happens(id="grd_3")
            await outbox.settled(endpoint, 3, "failed")
        row = await outbox.row(endpoint)
    assert row.disabled_at is not None
    assert str(row.disabled_reason).startswith("all of 10 attempts have failed since ")


@in_loop
async def test_what_a_worker_that_died_had_taken_is_sent_by_another(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        await outbox.happens(id="grd_1")
        async with outbox.database.write() as session:
            work = DeliveryWork(session, outbox.clock())
            assert await work.route() == 1
            [taken] = await work.take(timedelta(seconds=60), 8, each=4, under_way={})
        async with outbox.working():  # whoever took it has said nothing since
            await outbox.happens(id="grd_2")
            await outbox.settled(endpoint, 1)
            outbox.clock.move_on(seconds=61)
            await outbox.settled(endpoint, 2)
        async with outbox.database.write() as session:
            assert await DeliveryWork(session, outbox.clock()).held(taken) is None
    assert [message["data"]["id"] for message in verified(receiver)] == ["grd_2", "grd_1"]


@in_loop
async def test_what_was_being_sent_at_the_stop_is_sent_after_the_restart(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    receiver.script(slow(60, status(200)))
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.working():
            await outbox.happens(id="grd_1")

            async def under_way() -> bool:
                return len(receiver.requests) == 1

            await until(under_way)
        async with outbox.working():
            await outbox.settled(endpoint, 1)
        [delivery] = await outbox.deliveries(endpoint)
    assert len({message["webhook-id"] for message in verified(receiver)}) == 1
    assert delivery.attempts == 1


@in_loop
async def test_two_workers_send_each_message_once(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        second = open_database()
        async with outbox.working(), outbox.working(database=second):
            for number in range(30):
                await outbox.happens(id=f"grd_{number}")
            await outbox.settled(endpoint, 30)
        await second.close()
    ids = [message["data"]["id"] for message in verified(receiver)]
    assert sorted(ids) == sorted(f"grd_{number}" for number in range(30))


@in_loop
async def test_an_endpoint_that_hangs_does_not_keep_others_waiting(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    with OpenAIServer(otherwise=slow(60, status(200))) as hanging:
        async with Outbox.opened(open_database) as outbox:
            stuck = await outbox.endpoint(hanging.base_url)
            quick = await outbox.endpoint(receiver.base_url)
            for number in range(50):
                await outbox.happens(id=f"grd_{number}")
            async with outbox.working(timeout=60):
                await outbox.settled(quick, 50)
                assert {row.status for row in await outbox.deliveries(stuck)} == {"pending"}
                assert len(hanging.requests) <= 4


@in_loop
async def test_a_target_inside_is_refused_when_it_is_sent_to(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    async def inside(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(0)
        return ["127.0.0.1"]

    async with Outbox.opened(open_database) as outbox:
        port = receiver.base_url.split(":")[2].split("/")[0]
        literal = await outbox.endpoint(receiver.base_url)
        named = await outbox.endpoint(f"http://hooks.example:{port}/")
        strict = TargetPolicy(allow_http=True, ports=None)
        async with outbox.working(strict, resolve=inside):
            await outbox.happens(id="grd_1")
            for endpoint in (literal, named):
                await outbox.settled(endpoint, 1, "failed")
                [delivery] = await outbox.deliveries(endpoint)
                assert delivery.log[0]["error"] == AttemptError.TARGET_REFUSED
    assert receiver.requests == []


@in_loop
async def test_while_a_secret_is_replaced_either_opens_the_message(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    new = new_secret()
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        async with outbox.database.write() as session:
            row = await WebhookEndpoints(session, outbox.tenant_id).get(endpoint, to_change=True)
            assert row is not None
            row.secrets = rotated(row.secrets, new, outbox.clock(), timedelta(hours=1))
        async with outbox.working():
            await outbox.happens(id="grd_1")
            await outbox.settled(endpoint, 1)
            assert verified(receiver, SECRET) == verified(receiver, new)
            outbox.clock.move_on(hours=1)
            await outbox.happens(id="grd_2")
            await outbox.settled(endpoint, 2)
    assert len(verified(receiver, new)) == 2
    with pytest.raises(WebhookVerificationError):
        verified(receiver, SECRET)


@in_loop
async def test_old_events_are_forgotten_unless_they_are_still_to_be_told(
    open_database: Opening, receiver: OpenAIServer
) -> None:
    async with Outbox.opened(open_database) as outbox:
        endpoint = await outbox.endpoint(receiver.base_url)
        await outbox.happens(id="told")
        async with outbox.working():
            await outbox.settled(endpoint, 1)
        await outbox.happens(id="waiting")
        outbox.clock.move_on(days=31)
        async with outbox.database.write() as session:
            work = DeliveryWork(session, outbox.clock())
            await work.route()
            await work.forget(timedelta(days=30))
        assert [row.status for row in await outbox.deliveries(endpoint)] == ["pending"]


def test_only_known_events_are_announced() -> None:
    with pytest.raises(ValueError, match=r"grade\.shredded"):
        announce(AsyncSession(), "ten_1", "grade.shredded", {})
