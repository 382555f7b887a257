"""What a tenant's answers may cost in a day, with a model on loopback that reports what it used."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from api.cli import tenants
from grader.errors import BadInput
from grader.settings import Settings
from tests.api.support import Caller, Service, scripted_grader
from tests.grader.judges.llm.play import judge_for, nothing_said, settings_for
from tests.support.openai_server import OpenAIServer, answers_with

_PATIENCE = 30.0  # only a stuck test waits so long
_A_REPLY = 120  # 100 tokens in and 20 out


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=answers_with(nothing_said)) as running:
        yield running


@pytest.fixture
def judged(service_settings: Settings, model: OpenAIServer) -> Iterator[Service]:
    """The service with an LLM judge."""
    llm = settings_for(model, service_settings.data_dir).llm
    settings = service_settings.model_copy(update={"judge": "llm", "llm": llm})
    judge = judge_for(model, settings.data_dir)
    with Service.running(settings, scripted_grader(settings, judge)) as running:
        yield running


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, service_settings: Settings) -> None:
    monkeypatch.setenv("GRADER_DATABASE_URL", service_settings.database_url.get_secret_value())


def run(*args: str) -> Result:
    return CliRunner().invoke(tenants, args)


def limited(*args: str) -> str:
    result = run("limit", *args)
    assert result.exit_code == 0, result.output
    return result.stdout


def left_today(tenant: str) -> str:
    lines = run("list").stdout.splitlines()
    return next(line.split()[2] for line in lines if line.startswith(tenant))


def made(caller: Caller, location: str) -> dict[str, object]:
    """Wait for a grade that was promised."""
    deadline = time.monotonic() + _PATIENCE
    while (shown := caller("GET", location).json())["record"]["status"] == "pending":
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)
    graded: dict[str, object] = shown
    return graded


def test_beyond_the_limit_no_call_is_made_and_no_score_is_given(
    judged: Service, model: OpenAIServer
) -> None:
    acme, other = judged.caller("acme"), judged.caller("other")
    assert limited("acme", "--tokens", "100000") == "Tenant 'acme' has 100,000 tokens a day.\n"
    assert acme.grade().json()["score"] == 0
    assert left_today("acme") == f"{100_000 - _A_REPLY:,}"

    limited("acme", "--tokens", str(_A_REPLY + 1))
    asked = len(model.requests)
    refused = acme.grade().json()
    assert refused["score"] is None
    assert {point["verdict"] for point in refused["points"]} == {"ungraded"}
    assert "today's remaining 1 are left" in refused["points"][0]["why"]
    assert refused["needs_review"]
    promised = acme.grade(headers={"Prefer": "respond-async"})
    assert made(acme, promised.headers["Location"])["score"] is None
    assert len(model.requests) == asked

    assert other.grade().json()["score"] == 0
    assert limited("acme", "--unlimited") == "Tenant 'acme' has no limit of tokens.\n"
    assert acme.grade().json()["score"] == 0
    assert left_today("acme") == "-"


def test_a_batch_keeps_to_it_too(judged: Service, model: OpenAIServer) -> None:
    acme = judged.caller("acme")
    limited("acme", "--tokens", "1")
    line = '{"custom_id": "a", "rubric_id": "queue-basics", "answer": "It holds bursts back."}\n'
    headers = {"Content-Type": "application/x-ndjson"}
    batch = acme("POST", "/v1/batches", content=line, headers=headers)
    assert batch.status_code == 201, batch.text
    path = f"/v1/batches/{batch.json()['id']}"
    deadline = time.monotonic() + _PATIENCE
    while acme("GET", path).json()["status"] != "completed":
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)
    assert '"score": null' in acme("GET", f"{path}/output").text.replace('":null', '": null')
    assert model.requests == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["acme"], "give either --tokens N or --unlimited"),
        (["acme", "--tokens", "1", "--unlimited"], "give either"),
        (["nobody", "--tokens", "1"], "there is no tenant 'nobody'; there are local"),
    ],
)
def test_what_cannot_be_done_says_why(args: list[str], words: str) -> None:
    result = run("limit", *args)
    assert isinstance(result.exception, BadInput)
    assert words in str(result.exception)
