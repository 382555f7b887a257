from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import RecordsUnavailable
from api.records import (
    LOCAL_TENANT,
    Claim,
    Database,
    IdempotencyKeys,
    IdempotencyRow,
    database_url,
    forget_expired_keys,
    now,
)
from grader.settings import Settings
from tests.api.support import Caller, ScriptedJudge, Service, scripted_grader

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def count(caller: Caller) -> int:
    return len(caller("GET", "/v1/grades?limit=100").json()["items"])


def test_the_same_request_again_gets_the_same_response(service: Service) -> None:
    acme = service.caller("acme")
    first = acme.grade(headers=KEY)
    again = acme.grade(headers=KEY)
    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(acme) == 1


def test_the_key_may_stand_in_quotes(service: Service) -> None:
    acme = service.caller("acme")
    first = acme.grade(headers=KEY)
    again = acme.grade(headers={"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'})
    assert again.content == first.content


def test_another_request_with_the_same_key_is_refused(service: Service) -> None:
    acme = service.caller("acme")
    first = acme.grade(headers=KEY)
    other = acme.grade("Other words.", headers=KEY)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    path = f"{first.headers['Location']}/regrade"
    assert acme("POST", path, json={}, headers=KEY).status_code == 422
    assert count(acme) == 1


def test_tenants_do_not_share_keys(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    first, second = acme.grade(headers=KEY), other.grade(headers=KEY)
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


def test_without_keys_of_the_service_an_idempotency_key_works_too(service: Service) -> None:
    body = {"rubric_id": "queue-basics", "answer": "Words."}
    first = service.http.post("/v1/grades", json=body, headers=KEY)
    again = service.http.post("/v1/grades", json=body, headers=KEY)
    assert again.content == first.content


def test_every_creating_route_replays(service: Service) -> None:
    acme = service.caller("acme")
    grade = acme.grade().json()
    for headers in ({}, {"Prefer": "respond-async"}):
        key = {"Idempotency-Key": f"regrade {headers}".replace(" ", "-")}
        path = f"/v1/grades/{grade['id']}/regrade"
        first = acme("POST", path, json={}, headers=headers | key)
        again = acme("POST", path, json={}, headers=headers | key)
        assert again.content == first.content
        assert again.status_code == first.status_code
        assert again.headers["Idempotency-Replayed"] == "true"


def test_every_post_that_answers_201_takes_an_idempotency_key(service: Service) -> None:
    paths = service.http.get("/openapi.json").json()["paths"]
    creating = {
        path: {parameter["name"] for parameter in operation["post"].get("parameters", ())}
        for path, operation in paths.items()
        if {"201", "202"} & set(operation.get("post", {}).get("responses", ()))
        # An invite is answered once, and its grade appealed against once, by whoever has the link.
        and not path.startswith("/v1/invitation")
    }
    assert creating
    assert all("idempotency-key" in names for names in creating.values()), creating


def test_a_request_that_failed_may_be_sent_again(service: Service) -> None:
    acme = service.caller("acme")
    assert acme.grade("", headers=KEY).status_code == 422
    assert acme.grade("Words.", headers=KEY).status_code == 201


def test_what_is_refused_before_it_is_looked_at_leaves_the_key_free(service: Service) -> None:
    acme = service.caller("acme")
    assert acme("POST", "/v1/grades", json={"answer": "x"}, headers=KEY).status_code == 422
    assert acme("POST", "/v1/grades", content=b"{", headers=KEY).status_code == 422
    assert acme.grade(headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\u00e9", '""'])
def test_a_key_that_cannot_be_used_is_refused(service: Service, key: str) -> None:
    headers: Any = {"Idempotency-Key": key.encode()}
    response = service.caller("acme").grade(headers=headers)
    assert response.status_code == 400
    assert response.json()["code"] == "idempotency_key_invalid"


def test_twenty_identical_requests_at_once_make_one_grade(service_settings: Settings) -> None:
    judge = ScriptedJudge(pause=lambda: asyncio.sleep(0.2))
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        with ThreadPoolExecutor(20) as pool:
            responses = list(pool.map(lambda _: acme.grade(headers=KEY), range(20)))
        codes = {response.status_code for response in responses}
        assert codes <= {201, 409}
        for response in responses:
            if response.status_code == 409:
                assert response.json()["code"] == "idempotency_in_progress"
                assert int(response.headers["Retry-After"]) >= 1
        assert len({r.json()["id"] for r in responses if r.status_code == 201}) == 1
        assert judge.asked == 1
        assert count(acme) == 1


def put_back(service: Service, **values: Any) -> None:
    """Make the record of the key what it would be in some other situation."""

    async def act(session: AsyncSession) -> None:
        await session.execute(update(IdempotencyRow).values(**values))

    service.in_records(act)


ABANDONED = {"claim": "clm_gone", "status_code": None, "body": None, "submission_id": None}


def test_a_claim_whose_process_died_lapses(service: Service) -> None:
    acme = service.caller("acme")
    acme.grade(headers=KEY)
    put_back(service, **ABANDONED, claimed_until=now() + timedelta(minutes=1))
    assert acme.grade(headers=KEY).status_code == 409
    put_back(service, **ABANDONED, claimed_until=now() - timedelta(seconds=1))
    assert acme.grade(headers=KEY).status_code == 201
    assert acme.grade(headers=KEY).headers["Idempotency-Replayed"] == "true"


def test_a_claim_that_lapsed_while_its_request_went_on_creates_nothing(
    service_settings: Settings,
) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        began.set()
        await go_on.wait()

    judge = ScriptedJudge()
    with Service.running(service_settings, scripted_grader(service_settings, judge)) as service:
        acme = service.caller("acme")
        portal = service.http.portal
        assert portal is not None
        with ThreadPoolExecutor(1) as pool:
            judge.pause = pause
            slow = pool.submit(acme.grade, headers=KEY)
            portal.call(began.wait)
            judge.pause = None
            put_back(service, claimed_until=now() - timedelta(seconds=1))
            quick = acme.grade(headers=KEY)
            portal.call(go_on.set)
            overtaken = slow.result()
        assert quick.status_code == 201
        assert overtaken.status_code == 409
        assert count(acme) == 1
        assert acme.grade(headers=KEY).content == quick.content


def test_a_claim_whose_commit_was_not_heard_of_does_not_stand_in_the_way(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = service.caller("acme")
    claim, write = IdempotencyKeys.claim, Database.write
    unheard = 2

    async def claimed(self: IdempotencyKeys, *args: Any, **more: Any) -> Any:
        self._session.info["claims"] = True
        return await claim(self, *args, **more)

    @asynccontextmanager
    async def written(self: Database) -> AsyncGenerator[AsyncSession]:
        nonlocal unheard
        async with write(self) as session:
            yield session
        if unheard and session.info.pop("claims", False):
            unheard -= 1
            raise RecordsUnavailable("the connection broke")

    monkeypatch.setattr(IdempotencyKeys, "claim", claimed)
    monkeypatch.setattr(Database, "write", written)
    codes = [acme.grade(headers=KEY).status_code for _ in range(3)]
    assert codes == [503, 503, 201]
    assert count(acme) == 1


def test_a_key_is_forgotten_after_a_day(service: Service) -> None:
    acme = service.caller("acme")
    acme.grade(headers=KEY)
    put_back(service, expires_at=now() - timedelta(seconds=1))
    assert acme.grade("Other words.", headers=KEY).status_code == 201
    put_back(service, expires_at=now() - timedelta(seconds=1))
    service.in_records(forget_expired_keys)
    assert acme.grade("Words again.", headers=KEY).status_code == 201
    assert count(acme) == 3


def test_a_key_that_is_given_up_while_it_is_claimed_is_claimed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = {"lease": timedelta(minutes=1), "kept": timedelta(hours=1)}

    async def run() -> None:
        database = Database(database_url(Settings(database_url=SecretStr(postgres_url))))
        async with database.write() as session:
            first = await IdempotencyKeys(session, LOCAL_TENANT).claim("key", "one", **terms)
        async with database.write() as session:
            look = session.scalar

            async def look_too_late(*args: Any) -> Any:
                monkeypatch.setattr(session, "scalar", look)
                async with database.write() as other:
                    assert isinstance(first, Claim)
                    await IdempotencyKeys(other, LOCAL_TENANT).release(first)
                return await look(*args)

            monkeypatch.setattr(session, "scalar", look_too_late)
            again = await IdempotencyKeys(session, LOCAL_TENANT).claim("key", "two", **terms)
            assert isinstance(again, Claim)
        await database.close()

    asyncio.run(run())
