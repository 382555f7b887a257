from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.auth import Scope
from api.auth._issue import KeyIssuer, KeyUnusable
from api.auth._secrets import compose_key, hash_secret, new_secret, take_apart
from api.records import AuditLog, KeyRow, Keys, Tenants, new_id, now
from tests.api.support import Caller, Service, scripted_grader


def test_a_key_taken_apart_is_the_key_that_was_composed() -> None:
    key_id, secret = new_id("key"), new_secret()
    presented = take_apart(compose_key(key_id, secret))
    assert presented is not None
    assert presented.key_id == key_id
    assert presented.opens(hash_secret(secret))
    assert not presented.opens(hash_secret(secret + "0"))


@given(st.text())
def test_what_is_no_key_is_not_taken_for_one(text: str) -> None:
    assert take_apart(text) is None or text.startswith("grk_")


def test_a_service_without_keys_asks_for_none(service: Service) -> None:
    body = {"rubric_id": "queue-basics", "answer": "It decouples."}
    assert service.http.post("/v1/grades", json=body).status_code == 201
    assert len(service.http.get("/v1/grades").json()["items"]) == 1


def test_from_the_first_key_on_every_request_needs_one(service: Service) -> None:
    assert service.http.get("/v1/grades").status_code == 200
    caller = service.caller("acme")
    refused = service.http.get("/v1/grades")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="grader"'
    assert refused.headers["content-type"] == "application/problem+json"
    assert "Authorization: Bearer" in refused.json()["detail"]
    assert caller("GET", "/v1/grades").status_code == 200


def test_a_service_whose_only_key_is_revoked_does_not_open_up_again(service: Service) -> None:
    issued = service.issue("acme")
    service.in_records(lambda session: KeyIssuer(session, "test").revoke(issued.row.id))
    assert service.http.get("/v1/grades").status_code == 401


def test_probes_the_page_and_the_document_need_no_key(service: Service) -> None:
    service.key("acme")
    for path in ("/healthz", "/readyz", "/openapi.json", "/", "/static/js/shell.js"):
        assert service.http.get(path).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer nonsense",
        "Bearer grk_1_2",
        "Bearer grk_é_x".encode().decode("latin-1"),
        "Bearer " + "x" * 5000,
        "Bearer grk__",
        "Basic c29tZW9uZTpzZWNyZXQ=",
        "",
    ],
)
@pytest.mark.parametrize("keys_exist", [True, False])
def test_credentials_that_are_no_key_are_refused(
    service: Service, authorization: str, keys_exist: bool
) -> None:
    if keys_exist:
        service.key("acme")
    headers = {"Authorization": authorization.encode("latin-1")}
    refused = service.http.get("/v1/grades", headers=headers)  # type: ignore[arg-type]
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["WWW-Authenticate"]


def test_a_wrong_secret_is_refused(service: Service) -> None:
    key = service.key("acme")
    wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert Caller(service.http, wrong)("GET", "/v1/grades").status_code == 401


def test_a_key_opens_what_its_scopes_say(service: Service) -> None:
    reader, grader = service.caller("acme", Scope.READ), service.caller("acme", Scope.GRADE)
    refused = reader.grade()
    assert refused.status_code == 403
    assert "'grade'" in refused.json()["detail"]
    assert 'scope="grade"' in refused.headers["WWW-Authenticate"]
    assert grader.grade().status_code == 201
    assert grader("GET", "/v1/grades").status_code == 403
    assert len(reader("GET", "/v1/grades").json()["items"]) == 1


def test_scopes_are_told_in_the_openapi_document(service: Service) -> None:
    paths = service.http.get("/openapi.json").json()["paths"]
    assert paths["/v1/grades"]["post"]["security"] == [{"key": ["grade"]}]
    assert paths["/v1/grades"]["get"]["security"] == [{"key": ["read"]}]


def test_a_key_ends_when_it_expires(service: Service) -> None:
    issued = service.issue("acme")
    caller = Caller(service.http, issued.key)
    assert caller("GET", "/v1/grades").status_code == 200
    change(service, issued.row.id, expires_at=now() - timedelta(seconds=1))
    refused = caller("GET", "/v1/grades")
    assert refused.status_code == 401
    assert "expired" in refused.json()["detail"]


def test_a_revoked_key_ends_at_once(service: Service) -> None:
    issued = service.issue("acme")
    caller = Caller(service.http, issued.key)
    assert caller("GET", "/v1/grades").status_code == 200
    service.in_records(lambda session: KeyIssuer(session, "test").revoke(issued.row.id))
    assert caller("GET", "/v1/grades").status_code == 401


def test_a_rotated_key_and_its_replacement_are_both_good_for_a_while(service: Service) -> None:
    old = service.issue("acme", Scope.READ)
    rotate = lambda session: KeyIssuer(session, "test").rotate(old.row.id, timedelta(hours=1))  # noqa: E731
    new = service.in_records(rotate)
    assert new.row.scopes == ["read"]
    assert new.row.replaces == old.row.id
    for key in (old.key, new.key):
        assert Caller(service.http, key)("GET", "/v1/grades").status_code == 200
    row = found(service, old.row.id)
    assert row.expires_at is not None
    assert row.expires_at <= now() + timedelta(hours=1)
    with pytest.raises(KeyUnusable, match=f"rotate its replacement, {new.row.id}"):
        service.in_records(rotate)


def test_a_key_with_an_end_is_replaced_by_one_that_lives_as_long(service: Service) -> None:
    async def act(session: AsyncSession) -> tuple[KeyRow, KeyRow]:
        owner = await Tenants(session).named_or_new("acme")
        issuer = KeyIssuer(session, "test")
        end = now() + timedelta(days=1)
        old = await issuer.create(owner.id, "ci", [Scope.READ], expires_at=end)
        new = await issuer.rotate(old.row.id, timedelta(days=7))
        return old.row, new.row

    old, new = service.in_records(act)
    assert old.expires_at is not None
    assert new.expires_at is not None
    assert old.expires_at < now() + timedelta(days=1)  # the overlap does not prolong it
    assert new.expires_at - new.created_at >= timedelta(hours=23)


def test_use_is_noted_at_most_once_a_minute(service: Service) -> None:
    issued = service.issue("acme")
    caller = Caller(service.http, issued.key)
    caller("GET", "/v1/grades")
    first = found(service, issued.row.id).last_used_at
    caller("GET", "/v1/grades")
    assert found(service, issued.row.id).last_used_at == first is not None
    earlier = now() - timedelta(minutes=2)
    change(service, issued.row.id, last_used_at=earlier)
    caller("GET", "/v1/grades")
    later = found(service, issued.row.id).last_used_at
    assert later is not None
    assert later > earlier


def test_the_secret_is_kept_nowhere(service: Service) -> None:
    issued = service.issue("acme")
    secret = issued.key.rsplit("_", 1)[1]
    row = found(service, issued.row.id)
    kept = [str(getattr(row, column.name)) for column in KeyRow.__table__.columns]
    assert secret not in " ".join(kept)


def test_every_act_on_a_key_is_in_the_audit_log(service: Service) -> None:
    async def act(session: AsyncSession) -> list[tuple[str, str]]:
        owner = await Tenants(session).named_or_new("acme")
        issuer = KeyIssuer(session, "someone")
        old = await issuer.create(owner.id, "ci", [Scope.READ])
        new = await issuer.rotate(old.row.id, timedelta(0))
        await issuer.revoke(new.row.id)
        log = AuditLog(session, owner.id)
        rows = [*await log.of(old.row.id), *await log.of(new.row.id)]
        return [(row.action, row.actor) for row in rows]

    acts = ["key.created", "key.rotated", "key.created", "key.revoked"]
    assert service.in_records(act) == [(one, "someone") for one in acts]


@pytest.mark.parametrize(
    ("client", "status"),
    [
        (("127.0.0.1", 5), 200),
        (("::1", 5), 200),
        (("::ffff:127.0.0.1", 5), 200),
        (("192.0.2.7", 5), 403),
        (("::ffff:192.0.2.7", 5), 403),
        (("2001:db8::1", 5), 403),
    ],
)
def test_without_keys_only_this_machine_is_answered(
    service: Service, client: tuple[str, int], status: int
) -> None:
    elsewhere = TestClient(service.http.app, client=client)
    response = elsewhere.get("/v1/grades")
    assert response.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("rebound.example", 403),
        ("[::1", 403),
        ("", 403),
    ],
)
def test_without_keys_the_service_answers_to_local_names_only(
    service_settings: Any, host: str, status: int
) -> None:
    grader = scripted_grader(service_settings)
    app = create_app(service_settings, grader, local_hosts={"localhost", "127.0.0.1", "::1"})
    with grader, TestClient(app) as http:
        assert http.get("/v1/grades", headers={"Host": host}).status_code == status


def found(service: Service, key_id: str) -> KeyRow:
    row = service.in_records(lambda session: Keys(session).get(key_id))
    assert row is not None
    return row


def change(service: Service, key_id: str, **values: Any) -> None:
    async def act(session: AsyncSession) -> None:
        row = await Keys(session).get(key_id)
        for name, value in values.items():
            setattr(row, name, value)

    service.in_records(act)
