from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from semver import Version
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.auth import Scope
from api.records import EventRow, RubricVersionRow
from grader.bank import parse_rubric
from tests.api.rubrics.support import OWN, at, draft, own, publish, reworded
from tests.api.support import Caller, Service, scripted_grader


def choice(*correct: bool) -> dict[str, Any]:
    """A multiple-choice rubric with such options."""
    options = [
        {"id": f"option-{place}", "text": f"The text numbered {place}.", "correct": right}
        for place, right in enumerate(correct)
    ]
    return own(kind="multiple_choice", options=options)


def test_what_is_published_is_final(service: Service) -> None:
    acme = service.caller("acme", Scope.AUTHOR)
    published = publish(acme)
    assert published.status_code == 200, published.text
    body = published.json()
    assert (body["status"], body["advice"]) == ("published", None)
    assert body["record"]["published_at"]
    for method, path, more in (
        ("PUT", at(own()), {"json": reworded("1.0.0")}),
        ("DELETE", at(own()), {}),
        ("POST", at(own(), "publish"), {}),
    ):
        refused = acme(method, path, **more)
        assert (refused.status_code, refused.json()["code"]) == (409, "rubric_version_is_final")
    assert draft(acme, reworded("1.0.0")).json()["code"] == "rubric_version_exists"
    kept = acme("GET", f"/v1/rubrics/{OWN}").json()
    assert kept["sha256"] == parse_rubric(own()).sha256


def test_the_database_itself_keeps_what_is_published(service: Service) -> None:
    publish(service.caller("acme"))

    async def tamper(session: Any) -> None:
        row = await session.scalar(select(RubricVersionRow))
        row.document = row.document | {"question": "Another?"}

    with pytest.raises(IntegrityError, match="never changed"):
        service.in_records(tamper)


@pytest.mark.parametrize(
    ("rubric", "said"),
    [
        (choice(), "no options"),
        (choice(True), "1 option"),
        (choice(False, False), "no option is correct"),
        (
            own(
                points=[
                    {"id": "a", "claim": "Work waits in line.", "weight": 1},
                    {"id": "b", "claim": "B.", "weight": 1, "reject": ["Work waits in line."]},
                ]
            ),
            "rejected here",
        ),
    ],
)
def test_a_rubric_with_errors_is_not_published(
    service: Service, rubric: dict[str, Any], said: str
) -> None:
    acme = service.caller("acme")
    assert draft(acme, rubric).json()["lint"]["errors"] == 1
    refused = acme("POST", at(rubric, "publish"))
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_not_publishable")
    (error,) = refused.json()["errors"]
    assert said in error["message"]
    assert acme("GET", at(rubric)).json()["status"] == "draft"


@pytest.mark.parametrize("number", ["0.9.0", "1.0.0-rc.1"])
def test_a_version_follows_those_before(service: Service, number: str) -> None:
    acme = service.caller("acme")
    publish(acme)
    refused = publish(acme, reworded(number))
    assert (refused.status_code, refused.json()["code"]) == (409, "rubric_version_not_greater")
    assert "not greater" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("number", "fits", "suggested"), [("1.1.0", True, "1.1.0"), ("1.0.1", False, "1.1.0")]
)
def test_the_number_is_advised_on(
    service: Service, number: str, fits: bool, suggested: str
) -> None:
    acme = service.caller("acme")
    publish(acme)
    advice = publish(acme, reworded(number)).json()["advice"]
    assert (advice["fits"], advice["suggested"], advice["needed"]) == (fits, suggested, "minor")


def test_publishing_can_be_bound_to_what_was_read(service: Service) -> None:
    acme = service.caller("acme")
    seen = draft(acme).headers["ETag"]
    acme("PUT", at(own()), json=reworded("1.0.0"))
    refused = acme("POST", at(own(), "publish"), headers={"If-Match": seen})
    assert refused.status_code == 412
    seen = acme("GET", at(own())).headers["ETag"]
    published = acme("POST", at(own(), "publish"), headers={"If-Match": seen})
    assert published.status_code == 200


def test_publishing_is_told(service: Service) -> None:
    publish(service.caller("acme"))

    async def read(session: Any) -> Any:
        return (await session.scalars(select(EventRow))).one()

    event = service.in_records(read)
    rubric = parse_rubric(own())
    assert (event.type, event.subject) == ("rubric.published", OWN)
    assert event.payload == {
        "id": OWN,
        "version": "1.0.0",
        "sha256": rubric.sha256,
        "structure_sha256": rubric.structure_sha256,
    }


def test_a_version_is_published_once_by_whoever_is_first(service: Service) -> None:
    first = service.caller("acme")
    draft(first)
    with (
        Service.running(service.settings, scripted_grader(service.settings)) as beside,
        ThreadPoolExecutor(8) as pool,
    ):
        callers = [first, Caller(beside.http, first.key)] * 4
        sent = [pool.submit(caller, "POST", at(own(), "publish")) for caller in callers]
        statuses = sorted(each.result().status_code for each in sent)
    assert statuses == [200] + [409] * 7


def test_versions_published_at_once_are_published_in_order(service: Service) -> None:
    first = service.caller("acme")
    numbers = [f"1.{minor}.0" for minor in range(8)]
    for number in numbers:
        draft(first, reworded(number))
    with (
        Service.running(service.settings, scripted_grader(service.settings)) as beside,
        ThreadPoolExecutor(8) as pool,
    ):
        callers = [first, Caller(beside.http, first.key)] * 4
        for each in [
            pool.submit(caller, "POST", at(own(number), "publish"))
            for caller, number in zip(callers, reversed(numbers), strict=True)
        ]:
            assert each.result().status_code in {200, 409}
    listed = first("GET", f"/v1/rubrics/{OWN}/versions").json()["items"]
    published = [each for each in listed if each["status"] == "published"]
    by_time = sorted(published, key=lambda each: each["record"]["published_at"])
    assert [each["version"] for each in by_time] == sorted(
        (each["version"] for each in published), key=Version.parse
    )
    assert published[0]["version"] == "1.7.0"


def test_a_retired_version_is_out_of_use(service: Service) -> None:
    acme = service.caller("acme")
    assert draft(acme).status_code == 201
    assert acme("POST", at(own(), "retire")).status_code == 409
    acme("POST", at(own(), "publish"))
    retired = acme("POST", at(own(), "retire"))
    assert (retired.status_code, retired.json()["status"]) == (200, "retired")
    assert retired.json()["record"]["retired_at"]
    assert acme("POST", at(own(), "retire")).status_code == 409
    missing = acme("GET", f"/v1/rubrics/{OWN}")
    assert missing.status_code == 404
    assert "1.0.0 (retired)" in missing.json()["detail"]
    assert publish(acme, own("0.9.0")).status_code == 409  # 1.0.0 was published all the same
