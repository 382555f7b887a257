from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.rubrics import Entry, RubricSummary
from grader.bank import load_bank
from grader.grading import Grader


def test_rubrics_are_listed_page_by_page(client: TestClient) -> None:
    seen: list[str] = []
    url = "/v1/rubrics?limit=3"
    while True:
        page = client.get(url).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        url = f"/v1/rubrics?limit=3&cursor={page['next_cursor']}"
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 4
    assert "points" not in page["items"][0]


def test_rubrics_are_filtered_by_topic_and_level(client: TestClient) -> None:
    nodejs = client.get("/v1/rubrics?topic=nodejs").json()["items"]
    assert [item["id"] for item in nodejs] == ["node-event-loop"]
    junior = client.get("/v1/rubrics?level=junior").json()["items"]
    assert {item["level"] for item in junior} == {"junior"}


def test_one_rubric_comes_whole_with_its_hashes(client: TestClient, grader: Grader) -> None:
    rubric = grader.bank.get("sql-and-nosql")
    shown = client.get("/v1/rubrics/sql-and-nosql").json()
    assert shown["sha256"] == rubric.sha256
    assert shown["structure_sha256"] == rubric.structure_sha256
    assert [point["id"] for point in shown["points"]] == [point.id for point in rubric.points]
    assert client.get("/v1/rubrics/sql-and-nosql?version=1.0.0").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/rubrics/nope", 404),
        ("/v1/rubrics/sql-and-nosql?version=9.0.0", 404),
        ("/v1/rubrics?limit=0", 422),
        ("/v1/rubrics?limit=many", 422),
        ("/v1/rubrics?level=wizard", 422),
        ("/v1/rubrics?cursor=!!!", 400),
        ("/v1/rubrics?cursor=gICA", 400),
        ("/v2/nothing", 404),
    ],
)
def test_wrong_paths_and_parameters_are_problems(
    client: TestClient, path: str, status: int
) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


def test_a_wrong_method_is_a_problem_that_says_what_is_allowed(client: TestClient) -> None:
    response = client.delete("/v1/grades")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "POST"}
    assert response.json()["code"] == "method_not_allowed"


def test_an_unexpected_error_shows_no_traceback(grader: Grader) -> None:
    app = create_app(grader.settings, grader)

    @app.get("/break")
    async def break_it() -> None:
        raise RuntimeError("a secret")

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/break")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "secret" not in response.text


def test_probes_answer(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {
        "status": "ready",
        "rubrics": 4,
        "parts": {"records": "ok", "index": "ok", "disk": "ok"},
    }


def test_before_it_has_started_the_service_is_not_ready(grader: Grader) -> None:
    response = TestClient(create_app(grader.settings, grader)).get("/readyz")
    assert response.status_code == 503


def test_the_openapi_document_is_3_1_with_examples_and_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["schemas"]["GradeRequest"]["examples"]
    grades = document["paths"]["/v1/grades"]["post"]["responses"]
    assert grades["201"]["content"]["application/json"]["schema"]["$ref"].endswith("/Grade")
    assert set(grades["4XX"]["content"]) == {"application/problem+json"}
    assert "422" not in grades


def test_the_page_and_its_files_are_served_under_a_strict_policy(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.head("/").status_code == 200
    for name, kind in (("js/pages/practice.js", "javascript"), ("css/practice.css", "css")):
        assert f"/static/{name}" in page.text
        assert kind in client.get(f"/static/{name}").headers["content-type"]


def test_the_core_never_imports_the_service_or_the_evals() -> None:
    root = Path(__file__).parents[2]
    for module in (root / "grader").rglob("*.py"):
        for line in module.read_text(encoding="utf-8").splitlines():
            assert not line.lstrip().startswith(
                ("from api", "import api", "from evals", "import evals")
            )


def test_importing_the_service_loads_no_model() -> None:
    code = "import api.app, sys; print([m for m in ('torch', 'chromadb') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_options_are_listed_without_which_is_right() -> None:
    checkout = Path(__file__).parents[2]
    bank = load_bank(checkout / "rubrics", checkout / "corpus")
    summary = RubricSummary.of(Entry(bank.get("uuid-version-7-keys"))).model_dump()

    assert len(summary["options"]) == 4
    assert all(set(option) == {"id", "text"} for option in summary["options"])
