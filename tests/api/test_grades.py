from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from grader.types import Grade

ANSWER = "Node runs all JavaScript on one thread 😀; the kernel watches the sockets through epoll."


def post(client: TestClient, **body: Any) -> Any:
    return client.post("/v1/grades", json=body)


def test_an_answer_is_graded_by_rubric_id(client: TestClient) -> None:
    response = post(client, rubric_id="node-event-loop", answer=ANSWER)
    assert response.status_code == 201
    grade = Grade.model_validate_json(response.text)
    assert grade.rubric.id == "node-event-loop"
    for point in grade.points:
        for span in point.evidence:
            assert ANSWER[span.start : span.end] == span.quote


def test_an_answer_is_graded_by_a_question_in_any_words(client: TestClient) -> None:
    question = "How does Node handle so many clients with one thread?"
    response = post(client, question=question, answer=ANSWER)
    assert response.json()["rubric"]["id"] == "node-event-loop"


def test_an_answer_is_graded_by_an_inline_rubric(client: TestClient) -> None:
    rubric = {
        "id": "tea",
        "version": "1.0.0",
        "question": "How do you make tea?",
        "points": [
            {"id": "boil", "claim": "Water must be boiled before the tea is added.", "weight": 2},
            {"id": "wait", "claim": "Black tea should steep for four minutes.", "weight": 1},
        ],
        "mistakes": [{"id": "cold", "claim": "Tea is made with cold water.", "penalty": 1}],
    }
    answer = "First I boil the water, and only then I add the tea."
    response = post(client, rubric=rubric, answer=answer)
    assert response.status_code == 201
    grade = response.json()
    assert [point["id"] for point in grade["points"]] == ["boil", "wait"]
    assert "draft_rubric" in grade["flags"]
    again = post(client, rubric=dict(reversed(list(rubric.items()))), answer=answer).json()
    assert again["rubric"]["sha256"] == grade["rubric"]["sha256"]
    assert again["score"] == grade["score"]


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"answer": "x"}, 422, "request_invalid", "exactly one of"),
        ({"rubric_id": "a", "question": "b", "answer": "x"}, 422, "request_invalid", "exactly one"),
        ({"rubric_id": "nope", "answer": "words"}, 404, "rubric_not_found", "nope"),
        (
            {"rubric_id": "node-event-loop", "rubric_version": "7.0.0", "answer": "words"},
            404,
            "rubric_not_found",
            "7.0.0",
        ),
        ({"rubric_id": "node-event-loop"}, 422, "request_invalid", "answer"),
        ({"rubric_id": "node-event-loop", "answer": ""}, 422, "answer_invalid", "empty"),
        ({"rubric_id": "node-event-loop", "answer": "\t\n "}, 422, "answer_invalid", "empty"),
        (
            {"rubric_id": "node-event-loop", "answer": "\u200b\u200f"},
            422,
            "answer_invalid",
            "empty",
        ),
        ({"rubric_id": "node-event-loop", "answer": "a\x00b"}, 422, "answer_invalid", "offset 1"),
        ({"rubric_id": "node-event-loop", "answer": "x" * 20_001}, 422, "answer_invalid", "20,001"),
        ({"rubric_id": "node-event-loop", "answer": 7}, 422, "request_invalid", "answer"),
        ({"rubric_id": "node-event-loop", "answer": None}, 422, "request_invalid", "answer"),
        (
            {"rubric_id": "node-event-loop", "answer": "x", "extra": 1},
            422,
            "request_invalid",
            "extra",
        ),
        (
            {"question": "What is your favourite colour?", "answer": "red"},
            422,
            "no_matching_rubric",
            "Nearest",
        ),
        ({"rubric": {"id": "x"}, "answer": "words"}, 422, "rubric_invalid", "points: missing"),
        ({"rubric": [], "answer": "words"}, 422, "request_invalid", "rubric"),
    ],
)
def test_what_cannot_be_used_is_a_clear_problem(
    client: TestClient, body: dict[str, Any], status: int, code: str, words: str
) -> None:
    response = post(client, **body)
    problem = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["type"].endswith(code)
    assert problem["status"] == status
    assert words in problem["detail"]
    assert "Value error" not in problem["detail"]


def test_all_problems_of_an_inline_rubric_come_at_once(client: TestClient) -> None:
    rubric = {
        "id": "Not A Slug",
        "version": "1.0.0",
        "question": "Why?",
        "points": [
            {"id": "a", "claim": "One.", "weight": 0},
            {"id": "a", "claim": "Two.", "weight": -1},
            {"id": "b", "claim": "Three."},
        ],
        "follow_ups": [{"id": "f", "ask": "And?", "targets": ["nothing"]}],
    }
    errors = post(client, rubric=rubric, answer="words").json()["errors"]
    assert {error["field"] for error in errors} == {
        "id",
        "points[0].weight",
        "points[1].weight",
        "points[1].id",
        "points[2].weight",
        "follow_ups[0].targets[0]",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{broken", 400),
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'{"rubric_id": "node-event-loop", "answer": "\xff\xfe"}', 400),
        (b'{"rubric_id": "node-event-loop", "answer": "\\ud800 words"}', 422),
        (b'{"rubric_id": "\\ud800", "answer": "words"}', 404),
        (b'{"rubric": {"id": "x", "\\ud800": 1}, "answer": "words"}', 422),
        (b"[" * 200_000, 400),
        (b'{"rubric_id": "node-event-loop", "answer": NaN}', 422),
    ],
)
def test_bodies_that_are_not_a_request_are_problems(
    client: TestClient, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/v1/grades", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in response.text


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    body = json.dumps({"rubric_id": "node-event-loop", "answer": "x" * 1_000_001})
    headers = {"content-type": "application/json"}
    declared = client.post("/v1/grades", content=body, headers=headers)
    streamed = client.post("/v1/grades", content=iter([body.encode()]), headers=headers)
    assert declared.status_code == streamed.status_code == 413
    assert declared.json()["code"] == streamed.json()["code"] == "body_too_large"


def test_concurrent_requests_get_the_grades_they_get_alone(client: TestClient) -> None:
    answers = [f"{ANSWER} Number {number}." for number in range(6)]

    def score(answer: str) -> Any:
        grade = post(client, rubric_id="node-event-loop", answer=answer).json()
        return {name: grade[name] for name in ("score", "points", "mistakes", "flags")}

    alone = [score(answer) for answer in answers]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(score, answers)) == alone
