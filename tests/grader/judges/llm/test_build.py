"""From settings to a judge, and to a grade."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from grader.bank import Bank
from grader.doctor import examine
from grader.embedding import Embedder, SharedEncoder
from grader.errors import ConfigurationError
from grader.grading import Grader
from grader.judges import SupportsClose, build_judge
from grader.settings import LlmSettings, Settings
from grader.types import Grade, MistakeGrade, PointGrade, Rubric, Usage
from tests.grader.judges.llm.play import KEY, nothing_said, settings_for
from tests.support.openai_server import OpenAIServer, Received, answers_with, status

ANSWER = "Node runs all JavaScript on one thread, so callbacks run one after another."


def build(**llm: Any) -> object:
    given = LlmSettings.model_validate({"api_key": KEY, "model": "m", "cache": False, **llm})
    encoder = SharedEncoder(cast("Embedder", None))
    judge = build_judge(Settings(judge="llm", llm=given), encoder)
    assert isinstance(judge, SupportsClose)
    judge.close()
    return judge


@pytest.mark.parametrize(
    ("llm", "named"),
    [
        ({"model": ""}, ["GRADER_LLM_MODEL"]),
        ({"model": "  "}, ["GRADER_LLM_MODEL"]),
        ({"api_key": ""}, ["GRADER_LLM_API_KEY", "no key"]),
        ({"api_key": "", "model": ""}, ["GRADER_LLM_MODEL and GRADER_LLM_API_KEY"]),
        ({"api_key": "sk-secret\n"}, ["GRADER_LLM_API_KEY"]),
        ({"api_key": "sk-sécret"}, ["GRADER_LLM_API_KEY"]),
        ({"base_url": "api.example.com/v1"}, ["GRADER_LLM_BASE_URL", "api.example.com/v1"]),
        ({"base_url": "ftp://example.com"}, ["GRADER_LLM_BASE_URL"]),
        ({"base_url": "https://"}, ["GRADER_LLM_BASE_URL"]),
        ({"base_url": ""}, ["GRADER_LLM_BASE_URL"]),
        ({"base_url": "http://[::1/v1"}, ["GRADER_LLM_BASE_URL"]),
        ({"base_url": "http://localhost:port/v1"}, ["GRADER_LLM_BASE_URL"]),
        ({"prompt": "judge-v99"}, ["GRADER_LLM_PROMPT", "judge-v1"]),
    ],
)
def test_what_is_missing_is_said_at_start_up(llm: dict[str, Any], named: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(**llm)
    for text in named:
        assert text in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_password_in_the_address_is_not_told() -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(base_url="ftp://me:hunter2@example.com/v1")
    assert "hunter2" not in str(caught.value)
    assert "example.com" in str(caught.value)


def test_the_judge_is_built_without_a_call() -> None:
    build(base_url="http://127.0.0.1:9/v1")


def test_an_unknown_judge_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="local, llm, cascade"):
        build_judge(Settings(judge="oracle"), SharedEncoder(cast("Embedder", None)))


def test_settings_are_read_from_the_environment_each_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("GRADER_LLM_MODEL=from-file\nGRADER_LLM_SEED=7\n", encoding="utf-8")
    for name, value in {
        "BASE_URL": "http://localhost:8080/v1",
        "API_KEY": KEY,
        "MODEL": "mine",
        "BATCH_TOKENS": "5000",
        "FAILURE": "local",
        "CACHE": "false",
    }.items():
        monkeypatch.setenv(f"GRADER_LLM_{name}", value)
    monkeypatch.setenv("GRADER_CASCADE_THRESHOLD", "0.5")

    settings = Settings()

    assert settings.llm.base_url == "http://localhost:8080/v1"
    assert settings.llm.api_key.get_secret_value() == KEY
    assert (settings.llm.model, settings.llm.seed) == ("mine", 7)
    assert (settings.llm.batch_tokens, settings.llm.failure) == (5000, "local")
    assert settings.llm.cache is False
    assert settings.cascade_threshold == 0.5
    assert KEY not in repr(settings)
    assert KEY not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retries", "-1"),
        ("concurrency", "0"),
        ("timeout", "0"),
        ("temperature", "3"),
        ("failure", "zero"),
        ("call_tokens", "none"),
        ("cache", "maybe"),
    ],
)
def test_a_setting_out_of_range_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    from grader.cli._open import load_settings

    monkeypatch.setenv(f"GRADER_LLM_{name.upper()}", value)
    with pytest.raises(ConfigurationError, match=f"GRADER_LLM_{name.upper()}: "):
        load_settings()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=answers_with(nothing_said)) as running:
        yield running


def grade_with(settings: Settings, few: Bank, encoder: SharedEncoder, rubric: Rubric) -> Grade:
    judge = build_judge(settings, encoder)
    grader = Grader(settings, bank=few, encoder=encoder, judge=judge, index=None)
    result = asyncio.run(grader.grade(ANSWER, rubric))
    assert isinstance(judge, SupportsClose)
    judge.close()
    return result


def items_of(grade: Grade) -> list[PointGrade | MistakeGrade]:
    return [*grade.points, *grade.mistakes]


@pytest.fixture
def rubric(few: Bank) -> Rubric:
    return few.get("node-event-loop")


def all_said(request: Received) -> dict[str, Any]:
    """Every point is covered by the whole answer, and no mistake is made."""
    reply = nothing_said(request)
    for entry in reply.get("points", []):
        entry.update(verdict="covered", quotes=[ANSWER])
    return reply


def test_a_grade_tells_what_made_it(
    server: OpenAIServer, few: Bank, encoder: SharedEncoder, rubric: Rubric, tmp_path: Path
) -> None:
    server.otherwise = answers_with(all_said)
    settings = settings_for(server, tmp_path).model_copy(update={"judge": "llm"})

    first, again = (grade_with(settings, few, encoder, rubric) for _ in range(2))

    assert first.score == again.score == 100
    assert (first.grader.judge, first.grader.model) == ("llm", "judge-model")
    assert first.grader.prompt_sha256 is not None
    assert {item.judge for item in items_of(first)} == {"llm"}
    assert first.usage == Usage(llm_calls=1, input_tokens=100, output_tokens=20)
    assert again.usage == Usage()
    assert len(server.requests) == 1


def test_when_the_llm_fails_there_is_no_score_and_a_person_is_asked(
    server: OpenAIServer, few: Bank, encoder: SharedEncoder, rubric: Rubric, tmp_path: Path
) -> None:
    server.otherwise = status(401)
    settings = settings_for(server, tmp_path).model_copy(update={"judge": "llm"})

    result = grade_with(settings, few, encoder, rubric)

    assert (result.score, result.score_interval, result.band) == (None, None, None)
    assert result.needs_review
    assert "GRADER_LLM_API_KEY" in result.review_reasons[0]


def test_when_the_llm_fails_the_local_judge_may_stand_in_and_the_grade_says_so(
    server: OpenAIServer, few: Bank, encoder: SharedEncoder, rubric: Rubric, tmp_path: Path
) -> None:
    server.otherwise = status(401)
    settings = settings_for(server, tmp_path, failure="local").model_copy(update={"judge": "llm"})

    result = grade_with(settings, few, encoder, rubric)

    assert result.score is not None
    assert "llm_failed" in result.flags
    assert result.needs_review
    assert any("stands in for the LLM" in reason for reason in result.review_reasons)
    assert {point.judge for point in result.points} == {"local"}
    assert result.grader.judge == "llm"
    assert "all-MiniLM-L6-v2" in result.grader.model


def test_a_cascade_says_of_each_point_who_decided(
    server: OpenAIServer, few: Bank, encoder: SharedEncoder, rubric: Rubric, tmp_path: Path
) -> None:
    local = asyncio.run(
        Grader(
            Settings(),
            bank=few,
            encoder=encoder,
            judge=build_judge(Settings(), encoder),
            index=None,
        ).grade(ANSWER, rubric)
    )
    confidences = [item.confidence for item in items_of(local)]
    settings = settings_for(server, tmp_path).model_copy(
        update={"judge": "cascade", "cascade_threshold": sorted(confidences)[4]}
    )

    result = grade_with(settings, few, encoder, rubric)

    unsure = [item.id for item in items_of(local) if item.confidence < settings.cascade_threshold]
    assert unsure
    assert [request.asked for request in server.requests] == [unsure]
    for item in items_of(result):
        assert item.judge == ("llm" if item.id in unsure else "local")
    assert result.grader.judge == "cascade"


def doctor(settings: Settings) -> tuple[bool, str]:
    found = {finding.part: finding for finding in examine(settings)}["LLM"]
    return found.ok, found.detail


@pytest.fixture
def bankless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the LLM is examined: the other parts take seconds, and have tests of their own."""
    for part in ("_bank", "_embedder", "_index", "_judge"):
        monkeypatch.setattr(f"grader.doctor.{part}", lambda _: "")


@pytest.mark.usefixtures("bankless")
def test_the_doctor_reaches_the_endpoint_without_asking_the_model(
    server: OpenAIServer, tmp_path: Path
) -> None:
    ok, detail = doctor(settings_for(server, tmp_path))
    assert ok
    assert f"judge-model at {server.base_url}: reachable;" in detail
    assert KEY not in detail
    assert server.requests == []

    assert "does not list this model" in doctor(settings_for(server, tmp_path, model="other"))[1]
    server.models = None
    assert doctor(settings_for(server, tmp_path))[0]


@pytest.mark.usefixtures("bankless")
@pytest.mark.parametrize(
    ("llm", "said"),
    [
        ({"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached"),
        ({"api_key": ""}, "GRADER_LLM_API_KEY"),
    ],
)
def test_the_doctor_says_what_is_wrong(
    server: OpenAIServer, tmp_path: Path, llm: dict[str, Any], said: str
) -> None:
    ok, detail = doctor(settings_for(server, tmp_path, **llm))
    assert not ok
    assert said in detail


@pytest.mark.usefixtures("bankless")
def test_the_doctor_leaves_an_llm_that_is_not_used_alone() -> None:
    assert doctor(Settings(judge="local", llm=LlmSettings())) == (
        True,
        "not used: the judge is local",
    )


def test_the_core_of_the_judge_does_not_know_langchain() -> None:
    check = (
        "import sys, json, grader.judges.llm, grader.judges.llm._judge\n"
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] in"
        " ('openai', 'langchain_core', 'langchain_openai')]))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
