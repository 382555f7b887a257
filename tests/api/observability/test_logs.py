from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.observability import RequestIds
from grader.errors import AnswerInvalid
from grader.grading import Grader
from grader.judges import JudgeTask
from grader.settings import Settings
from grader.types import Judgement
from tests.api.observability.written import Logs
from tests.api.support import FIRST, ScriptedJudge, scripted_grader
from tests.grader.judges.llm.play import judge_for, nothing_said, settings_for
from tests.support.openai_server import (
    OpenAIServer,
    answers,
    answers_with,
    raw,
    status,
)

# A word that stands nowhere else.
MARK = "quizzaciously"
ANSWER = f"The producer {MARK} goes on at once, since the queue holds bursts back."


def app_with(settings: Settings, grader: Grader) -> FastAPI:
    app = create_app(settings, grader)
    app.add_middleware(RequestIds)
    return app


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=answers_with(nothing_said)) as running:
        yield running


def grade_by_llm(server: OpenAIServer, folder: Path) -> list[int]:
    """Have an answer graded however an endpoint may behave."""
    settings = settings_for(server, folder)
    grader = scripted_grader(settings)
    grader.judge = judge_for(server, folder)
    server.script(
        status(400, f"this is not allowed: {ANSWER}"),
        answers(f"No JSON, but {ANSWER}"),
        answers(f"No JSON again, but {ANSWER}"),
        raw(f'{{"choices": "{ANSWER}"}}'.encode()),
        answers("", refusal=f"I will not judge: {ANSWER}"),
    )
    with grader, TestClient(app_with(settings, grader)) as client:
        return [
            client.post("/v1/grades", json={"rubric_id": FIRST.id, "answer": ANSWER}).status_code
            for _ in range(5)
        ]


def test_no_record_holds_an_answer_even_at_debug(
    server: OpenAIServer, tmp_path: Path, logs: Logs
) -> None:
    logs.configure("DEBUG")
    assert grade_by_llm(server, tmp_path) == [201] * 5
    assert len(logs.records) >= 5
    assert "HTTP 400" in logs.text
    assert MARK not in logs.text


def test_with_answers_switched_on_they_are_there(
    server: OpenAIServer, tmp_path: Path, logs: Logs
) -> None:
    logs.configure("DEBUG", answers=True)
    grade_by_llm(server, tmp_path)
    assert MARK in logs.text


class Failing(ScriptedJudge):
    """Fails in a way that nobody foresaw, and says what it was at."""

    async def judge(self, task: JudgeTask) -> Judgement:
        known: dict[str, Judgement] = {}
        try:
            return known[task.answer.text]
        except KeyError as error:
            raise ValueError(f"cannot judge {task.answer.text}") from error


@pytest.mark.parametrize("answers_on", [False, True])
def test_an_unforeseen_error_is_logged_with_its_place_and_not_what_it_says(
    tmp_path: Path, logs: Logs, answers_on: bool
) -> None:
    settings = Settings(data_dir=tmp_path)
    logs.configure("DEBUG", answers=answers_on)
    grader = scripted_grader(settings, Failing())
    with (
        grader,
        TestClient(app_with(settings, grader), raise_server_exceptions=False) as client,
    ):
        response = client.post("/v1/grades", json={"rubric_id": FIRST.id, "answer": ANSWER})

    assert response.status_code == 500
    assert MARK not in response.text
    assert "test_logs.py" in logs.text
    assert "ValueError" in logs.text
    assert "KeyError" in logs.text
    assert (MARK in logs.text) is answers_on


def test_requests_that_cannot_be_used_leave_no_text_either(tmp_path: Path, logs: Logs) -> None:
    settings = Settings(data_dir=tmp_path)
    logs.configure("DEBUG")
    grader = scripted_grader(settings)
    with grader, TestClient(app_with(settings, grader)) as client:
        for body in (
            {"rubric_id": FIRST.id, "answer": [ANSWER]},
            {"rubric_id": FIRST.id, "answer": ANSWER, "surplus": ANSWER},
            {"rubric_id": FIRST.id, "answer": ANSWER + "\x00"},
        ):
            assert client.post("/v1/grades", json=body).status_code == 422
        assert client.post("/v1/grades", content=f'{{"answer": "{ANSWER}').is_client_error
    assert MARK not in logs.text


def test_messages_of_our_own_errors_and_of_the_system_are_told(logs: Logs) -> None:
    logs.configure("INFO")
    for error in (AnswerInvalid("the answer is empty"), FileNotFoundError(2, "gone", "a.txt")):
        try:
            raise error
        except (AnswerInvalid, OSError):
            logging.getLogger("api.test").exception("failed")
    first, second = logs.records
    assert first["exception"].endswith("grader.errors.AnswerInvalid: the answer is empty")
    assert "a.txt" in second["exception"]


def test_other_packages_are_heard_from_a_warning_upwards(logs: Logs) -> None:
    logs.configure("DEBUG")
    other = logging.getLogger("openai._base_client")
    other.debug("a body")
    other.info("a body")
    other.warning("a warning")
    assert [record["message"] for record in logs.records] == ["a warning"]


def test_a_json_record_has_its_moment_in_utc_and_its_particulars(logs: Logs) -> None:
    logs.configure("INFO")
    logging.getLogger("grader.test").info("said %d", 3, extra={"batch_id": "bat_1"})
    [record] = logs.records
    assert record["time"].endswith("Z")
    assert (record["level"], record["message"]) == ("INFO", "said 3")
    assert record["batch_id"] == "bat_1"


def test_outside_of_a_request_there_is_no_id(logs: Logs) -> None:
    async def work() -> None:
        logging.getLogger("grader.test").info("at work")

    logs.configure("INFO")
    asyncio.run(work())
    assert logs.records[0]["request_id"] is None
