from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.batches import _lines as reading
from api.records import BatchRow, SubmissionRow
from tests.api.batches.support import file_of, line, lines, results, send, sent, until
from tests.api.support import Service


def test_a_file_may_come_in_a_form(service: Service) -> None:
    acme = service.caller("acme")
    content = file_of(lines(3))
    accepted = acme("POST", "/v1/batches", files={"file": ("answers.jsonl", content)})
    assert accepted.status_code == 201, accepted.text
    assert until(acme, accepted.json()["id"])["counts"]["graded"] == 3


def test_a_file_may_come_in_pieces_without_a_length(service: Service) -> None:
    acme = service.caller("acme")
    content = file_of(lines(60))

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(content), 7):
            yield content[at : at + 7]

    headers = {"Content-Type": "application/x-ndjson; charset=utf-8"}
    accepted = acme("POST", "/v1/batches", content=pieces(), headers=headers)
    assert until(acme, accepted.json()["id"])["counts"]["graded"] == 60


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "holds no lines"),
        (b"\n \n", "holds no lines"),
        (file_of([line(0), line(1), line(0)]), "'a0' is used at line 1 and again at line 3"),
        (file_of([line(0)]) + b'\n{"custom_id": "\xff"}', "not UTF-8 at line 2, byte 15"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_leaves_nothing(
    service: Service, body: bytes, told: str
) -> None:
    acme = service.caller("acme")
    refused = send(acme, body)
    assert refused.status_code == 422
    assert refused.json()["code"] == "batch_invalid"
    assert told in refused.json()["detail"]
    assert service.in_records(kept) == (0, 0)
    assert acme("GET", "/v1/batches").json()["items"] == []


def test_too_many_lines_are_refused(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINES", 1000)
    acme = service.caller("acme")
    assert send(acme, lines(1000)).status_code == 201
    refused = send(acme, lines(1001))
    assert refused.status_code == 422
    assert "more than 1,000 lines" in refused.json()["detail"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(service: Service) -> None:
    acme = service.caller("acme")
    body = b"\xef\xbb\xbf" + file_of(lines(2)).replace(b"\n", b"\r\n") + b"\r\n"
    batch = send(acme, body).json()["id"]
    assert until(acme, batch)["counts"]["graded"] == 2


def test_a_line_that_is_too_long_is_an_error_and_the_next_is_read(service: Service) -> None:
    acme = service.caller("acme")
    batch = sent(acme, [line(0, answer="x" * 1_100_000), line(1)])
    until(acme, batch)
    assert [one["custom_id"] for one in results(acme, batch, "output")] == ["a1"]
    (error,) = results(acme, batch, "errors")
    assert error["error"]["line"] == 1
    assert "1,000,000 bytes" in error["error"]["message"]


@pytest.mark.parametrize("declared", [True, False])
def test_more_bytes_than_allowed_are_refused_as_they_come(service: Service, declared: bool) -> None:
    acme = service.caller("acme")
    piece = b" " * 1_000_000
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(110):
            taken += 1
            yield piece

    headers = {"Content-Type": "application/x-ndjson"}
    content: Any = piece * 101 if declared else pieces()
    refused = acme("POST", "/v1/batches", content=content, headers=headers)
    assert refused.status_code == 413
    assert refused.json()["code"] == "body_too_large"
    assert "100,000,000" in refused.json()["detail"]


def test_another_kind_of_body_is_refused(service: Service) -> None:
    acme = service.caller("acme")
    refused = acme("POST", "/v1/batches", json=line(0))
    assert refused.status_code == 415
    assert "application/x-ndjson" in refused.json()["detail"]
    empty = acme("POST", "/v1/batches", files={"other": ("a.jsonl", b"")})
    assert empty.status_code == 422
    assert "field 'file'" in empty.json()["detail"]
    assert acme("POST", "/v1/batches?unknown=1", content=b"").status_code == 422


def test_the_same_request_again_makes_no_second_batch(service: Service) -> None:
    acme = service.caller("acme")
    first = send(acme, lines(3), Idempotency_Key="once")
    again = send(acme, lines(3), Idempotency_Key="once")
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(acme, lines(4), Idempotency_Key="once")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    options = send(acme, lines(3), "?allow_partial=true", Idempotency_Key="once")
    assert options.status_code == 422
    assert len(acme("GET", "/v1/batches").json()["items"]) == 1


def test_a_refused_file_may_be_mended_and_sent_with_the_same_key(service: Service) -> None:
    acme = service.caller("acme")
    assert send(acme, [], Idempotency_Key="k").status_code == 422
    assert send(acme, lines(1), Idempotency_Key="k").status_code == 201


def test_the_document_says_what_a_body_may_be(service: Service) -> None:
    document = service.http.get("/openapi.json").json()
    operation = document["paths"]["/v1/batches"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "application/x-ndjson",
        "multipart/form-data",
    }
    output = document["paths"]["/v1/batches/{batch_id}/output"]["get"]
    assert list(output["responses"]["200"]["content"]) == ["application/x-ndjson"]
    assert json.dumps(operation)


async def kept(session: AsyncSession) -> tuple[int | None, int | None]:
    counted = [
        await session.scalar(select(func.count()).select_from(table))
        for table in (BatchRow, SubmissionRow)
    ]
    return counted[0], counted[1]
