"""Bodies that are meant to cost, or to break."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.rubrics.support import own
from tests.api.support import Caller, Service

LAUGHS = "\n".join(
    ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
)
YAML = {
    "aliases": f"{LAUGHS}\nid: *a39",
    "tags": "id: !!python/object/apply:os.system [id]",
    "deep": "[" * 100_000,
    "deep mapping": "".join(f"{' ' * n}a:\n" for n in range(500)),
    "huge": "question: " + "x" * 600_000,
    "control": "id: \x00",
    "recursive": "id: &a [*a]",
    "merge": "a: &a {id: x}\n<<: *a",
    "long number": "version: " + "9" * 10_000,
    "base 60": "version: " + ":".join(["1"] * 200_000),
    "base 60 with a fraction": "version: " + ":".join(["1"] * 5000) + ".5",
    "base 16": "version: 0x" + "f" * 10_000,
    "documents": "id: a\n---\nid: b",
    "surrogate": 'question: "\\ud800"',
}
JSON = {
    "deep": "[" * 100_000,
    "long number": '{"id": ' + "9" * 10_000 + "}",
    "surrogate": '{"\\ud800": "\\udfff"}',
    "not a number": '{"id": NaN, "version": Infinity}',
    "repeated": '{"id": "a", "id": "b"}',
    "cut off": '{"id": "a',
}


def post(caller: Caller, path: str, text: str | bytes, kind: str) -> Any:
    return caller("POST", f"/v1/rubrics{path}", content=text, headers={"Content-Type": kind})


@pytest.mark.parametrize("name", list(YAML))
def test_hostile_yaml_is_refused(service: Service, name: str) -> None:
    acme = service.caller("acme")
    refused = post(acme, "", YAML[name].encode("utf-8", "surrogatepass"), "application/yaml")
    assert (refused.status_code, refused.json()["code"]) == (422, "rubric_invalid")
    assert len(refused.content) < 20_000
    checked = post(acme, "/validate", YAML[name].encode(), "application/yaml")
    assert (checked.status_code, checked.json()["valid"]) == (200, False)


@pytest.mark.parametrize("name", list(JSON))
def test_hostile_json_is_refused(service: Service, name: str) -> None:
    acme = service.caller("acme")
    for path in ("", "/import", "/import?format=healthbench"):
        refused = post(acme, path, JSON[name], "application/json")
        assert (refused.status_code, refused.json()["code"]) == (422, "rubric_invalid"), path


@pytest.mark.parametrize("kind", ["application/json", "application/yaml", "text/csv"])
def test_what_is_not_utf_8_is_refused(service: Service, kind: str) -> None:
    refused = post(service.caller("acme"), "/import", b"id: \xff", kind)
    assert refused.status_code == 422
    assert "not UTF-8 at byte 4" in refused.json()["detail"]


def test_a_body_that_is_too_large_is_refused(service: Service) -> None:
    refused = post(service.caller("acme"), "", b"#" * 1_000_001, "application/yaml")
    assert refused.status_code == 413


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topics": [f"t{n}" for n in range(101)]}, "topics"),
        (
            {
                "points": [
                    {"id": f"p{n}", "claim": f"C{n}.", "weight": 1, "accept": ["x"] * 7}
                    for n in range(40)
                ]
            },
            "points",
        ),
        ({"points": [{"id": "p", "claim": "x" * 1001, "weight": 1}]}, "points[0]"),
        ({"reference_answer": "x " * 15_000}, "reference_answer"),
    ],
)
def test_a_rubric_has_bounds(service: Service, change: dict[str, Any], field: str) -> None:
    refused = service.caller("acme")("POST", "/v1/rubrics", json=own(**change))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_nul_characters_come_back_as_they_were(service: Service) -> None:
    acme = service.caller("acme")
    made = acme("POST", "/v1/rubrics", json=own(question="What\x00?"))
    assert made.status_code == 201, made.text
    assert acme("GET", made.headers["Location"]).json()["question"] == "What\x00?"
