from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from grader.types import Grade
from tests.api.support import FIRST, OTHER, SECOND, Caller, Service, scripted_grader


def page(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    response = caller("GET", f"/v1/grades?{query}")
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


def test_a_grade_is_found_again_as_it_was_returned(service: Service) -> None:
    acme = service.caller("acme")
    created = acme.grade(
        "It decouples 😀 and buffers.",
        candidate_id="candidate 7",
        custom_id="answer/1",
        metadata={"round": "2", "leer": ""},
    )
    assert created.status_code == 201
    grade = Grade.model_validate_json(created.text)
    assert created.headers["Location"] == f"/v1/grades/{grade.id}"
    found = acme("GET", created.headers["Location"])
    assert found.status_code == 200
    body = found.json()
    record = body.pop("record")
    assert json.dumps(body) == json.dumps(created.json())  # in the same order, too
    assert record["submission_id"].startswith("sub_")
    del record["submission_id"], record["created_at"]
    assert record == {
        "status": "done",
        "candidate_id": "candidate 7",
        "custom_id": "answer/1",
        "metadata": {"round": "2", "leer": ""},
        "regrade_of": None,
        "error": None,
    }


def test_a_grade_outlives_the_process(service: Service) -> None:
    acme = service.caller("acme")
    created = acme.grade()
    again = scripted_grader(service.settings)
    with Service.running(service.settings, again) as restarted:
        found = Caller(restarted.http, acme.key)("GET", created.headers["Location"])
    assert found.json()["points"] == created.json()["points"]


@pytest.mark.parametrize(
    "grade_id",
    ["nothing", "grd_", "grd_" + "0" * 32, "grd_" + "0" * 33, "%00", "grd_%00", "x" * 3000, "é"],
)
def test_what_is_not_there_is_not_found(service: Service, grade_id: str) -> None:
    acme = service.caller("acme")
    for method, path, body in (("GET", "", None), ("POST", "/regrade", {})):
        response = acme(method, f"/v1/grades/{quote(grade_id, safe='%')}{path}", json=body)
        assert response.status_code == 404
        assert response.json()["code"] == "not_found"


def test_grades_are_listed_newest_first_page_by_page(service: Service) -> None:
    acme = service.caller("acme")
    made = [acme.grade(f"Answer {number}.").json()["id"] for number in range(7)]
    seen: list[str] = []
    query: str | None = "limit=3"
    pages = 0
    while query is not None:
        found = acme("GET", f"/v1/grades?{query}").json()
        seen += [item["id"] for item in found["items"]]
        cursor = found["next_cursor"]
        query = f"limit=3&cursor={cursor}" if cursor else None
        pages += 1
        # What comes while somebody pages does not disturb the pages.
        acme.grade("Meanwhile.")
    assert seen == made[::-1]
    assert pages == 3


def test_grades_are_filtered(service: Service) -> None:
    acme = service.caller("acme")
    first = acme.grade("It decouples and buffers.", candidate_id="ada", custom_id="a").json()
    middle = first["id"]
    moment = acme("GET", f"/v1/grades/{middle}").json()["record"]["created_at"]
    other = acme.grade("Words.", candidate_id="bob", rubric_id=OTHER.id).json()
    unsure = acme.grade("unsure", candidate_id="ada").json()
    assert (first["band"], other["band"], unsure["needs_review"]) == (
        "exceeds",
        *["does_not_meet"],
        True,
    )

    def ids(query: str) -> list[str]:
        return [item["id"] for item in page(acme, query)]

    everything = [unsure["id"], other["id"], first["id"]]
    assert ids("") == everything
    assert ids("candidate_id=ada") == [unsure["id"], first["id"]]
    assert ids("custom_id=a") == [first["id"]]
    assert ids(f"rubric_id={OTHER.id}") == [other["id"]]
    assert ids("band=exceeds") == [first["id"]]
    assert unsure["id"] in ids("needs_review=true")
    assert ids("needs_review=true") + ids("needs_review=false") != []
    assert ids(f"created_after={quote(moment)}") == everything[:2]
    assert ids(f"created_before={quote(moment)}") == []
    assert ids("created_after=2020-01-01T00:00:00Z&created_before=2120-01-01T00:00:00%2B02:00") == (
        everything
    )
    assert ids("candidate_id=ada&band=exceeds") == [first["id"]]
    assert ids("candidate_id=nobody") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "band=best",
        "needs_review=perhaps",
        "created_after=yesterday",
        "created_after=0.5",
        "created_before=1767225600",
        "created_after=2026-01-01T00:00:00",
        "created_after=0001-01-01T00:00:00%2B14:00",
        "created_before=9999-12-31T23:59:59-14:00",
        "candidate_id=%00",
        "rubric_id=",
        "needs_reveiw=true",
    ],
)
def test_a_query_that_cannot_be_used_is_a_problem(service: Service, query: str) -> None:
    response = service.caller("acme")("GET", f"/v1/grades?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == query.split("=", maxsplit=1)[0]


def test_a_cursor_is_good_for_its_list_only(service: Service) -> None:
    acme = service.caller("acme")
    for _ in range(3):
        acme.grade()
    cursor = acme("GET", "/v1/grades?limit=1").json()["next_cursor"]
    assert acme("GET", f"/v1/grades?cursor={cursor}").status_code == 200
    for query in (
        f"cursor={cursor}&needs_review=true",
        f"cursor={cursor[:-1]}",
        f"cursor={cursor}AAAA%00",
        "cursor=",
        "cursor=%00",
        "cursor=!!!",
        "cursor=" + "A" * 10_000,
    ):
        response = acme("GET", f"/v1/grades?{query}")
        assert response.status_code == 400, query
        assert response.json()["code"] == "cursor_invalid"


def test_a_regrade_is_a_new_grade_under_another_version_linked_to_the_old(
    service: Service,
) -> None:
    acme = service.caller("acme")
    old = acme.grade("It decouples.", rubric_version=FIRST.version, candidate_id="ada").json()
    response = acme(
        "POST", f"/v1/grades/{old['id']}/regrade", json={"rubric_version": SECOND.version}
    )
    assert response.status_code == 201
    new = response.json()
    assert new["rubric"]["sha256"] == SECOND.sha256 != old["rubric"]["sha256"]
    found = acme("GET", f"/v1/grades/{new['id']}").json()
    assert found["record"]["regrade_of"] == old["id"]
    assert found["record"]["candidate_id"] == "ada"
    kept = acme("GET", f"/v1/grades/{old['id']}").json()
    assert kept["record"]["submission_id"] == found["record"]["submission_id"]
    assert kept["rubric"]["sha256"] == FIRST.sha256
    current = acme("POST", f"/v1/grades/{old['id']}/regrade", json={}).json()
    assert current["rubric"]["version"] == SECOND.version


def test_a_regrade_needs_a_version_that_there_is(service: Service) -> None:
    acme = service.caller("acme")
    old = acme.grade().json()
    path = f"/v1/grades/{old['id']}/regrade"
    for version in ("9.0.0", "\x00", "../..", ""):
        response = acme("POST", path, json={"rubric_version": version})
        assert response.status_code in {201, 404}
        assert (response.status_code == 201) == (version == "")
    assert acme("POST", path, json={"version": "1.0.0"}).status_code == 422


def test_an_inline_rubric_is_kept_for_a_regrade(service: Service) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    rubric = FIRST.model_dump(mode="json") | {"id": "of-our-own", "status": "draft"}
    old = acme.grade(rubric_id=None, rubric=rubric).json()
    path = f"/v1/grades/{old['id']}/regrade"
    again = acme("POST", path, json={"rubric_version": "1.0.0"})
    assert again.json()["rubric"] == old["rubric"]
    assert acme("POST", path, json={}).json()["code"] == "rubric_not_found"
    mine = other.grade(rubric_id="of-our-own", rubric_version="1.0.0")
    assert mine.json()["code"] == "rubric_not_found"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("candidate_id", ""),
        ("candidate_id", "a\x00b"),
        ("candidate_id", "x" * 201),
        ("candidate_id", "\ud800"),
        ("custom_id", "line\nbreak"),
        ("custom_id", 7),
        ("metadata", {"a": 1}),
        ("metadata", {"": "x"}),
        ("metadata", {"a": "x" * 501}),
        ("metadata", {"a": "\x00"}),
        ("metadata", {str(number): "x" for number in range(17)}),
        ("metadata", [["a", "b"]]),
        ("metadata", None),
    ],
)
def test_names_and_notes_that_cannot_be_kept_are_problems(
    service: Service, field: str, value: object
) -> None:
    body = json.dumps({"rubric_id": FIRST.id, "answer": "Words.", field: value})
    response = service.caller("acme")(
        "POST", "/v1/grades", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(field)
    assert page(service.caller("acme")) == []


def test_texts_that_only_one_of_the_databases_would_take_are_kept_by_both(
    service: Service,
) -> None:
    acme = service.caller("acme")
    rubric = FIRST.model_dump(mode="json")
    rubric["points"][0]["claim"] = "A NUL \x00 in a claim."
    odd = "Zero\u200bwidth, \u2028separator, \ufffe and 🏳️‍🌈, ' \" \\ %s :name $1."
    created = acme.grade(odd, rubric_id=None, rubric=rubric, candidate_id="O'Brien %s 🙂")
    asked = json.dumps({"rubric_id": FIRST.id, "answer": odd, "asked": ["\x00", "\ud800"]})
    headers = {"Content-Type": "application/json"}
    assert acme("POST", "/v1/grades", content=asked, headers=headers).status_code == 201
    assert created.status_code == 201
    found = acme("GET", created.headers["Location"]).json()
    assert found["points"][0]["claim"] == "A NUL \x00 in a claim."
    assert found["record"]["candidate_id"] == "O'Brien %s 🙂"


def test_an_answer_that_cannot_be_graded_leaves_no_record(service: Service) -> None:
    acme = service.caller("acme")
    assert acme.grade("").status_code == 422
    assert acme.grade("", headers={"Prefer": "respond-async"}).status_code == 422
    assert page(acme) == []
