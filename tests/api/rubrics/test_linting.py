"""What is said of a draft: by its words always, and by its meaning where there is time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.rubrics import _linting
from grader.bank import Bank, parse_rubric
from grader.bank.lint import lint_rubric
from grader.embedding import Embedder, SharedEncoder
from grader.grading import Grader
from grader.judges import build_judge
from grader.settings import Settings
from tests.api.rubrics.support import own
from tests.api.support import Caller, Service, scripted_grader

VALIDATE = "/v1/rubrics/validate"

# The second point is nowhere in the reference answer, and shares no word with another.
REFERENCE = (
    "A service under load refuses early what it cannot serve in time. "
    "The refusal says when to come back, so that clients wait before they try again."
)
POINTS = [
    {"id": "refuses", "claim": "A service refuses early what it cannot serve.", "weight": 2},
    {"id": "penguins", "claim": "Penguins raise their young on the ice.", "weight": 1},
]


@pytest.fixture
def grader(
    settings: Settings, few: Bank, encoder: SharedEncoder, plain_embedder: Embedder
) -> Iterator[Grader]:
    """A grader with both models, as `Grader.open` makes it, but without an index."""
    judge, questions = build_judge(settings, encoder), SharedEncoder(plain_embedder)
    yield Grader(settings, bank=few, encoder=encoder, judge=judge, index=None, questions=questions)
    questions.close()


@pytest.fixture
def service(sqlite_url: str, tmp_path: Path, grader: Grader) -> Iterator[Service]:
    """The application with the real models."""
    settings = Settings(database_url=SecretStr(sqlite_url), data_dir=tmp_path)
    with TestClient(create_app(settings, grader), raise_server_exceptions=False) as http:
        http.app.state.authenticator.memory = 0.0  # type: ignore[attr-defined]
        yield Service(http, settings)


def written(**changes: Any) -> dict[str, Any]:
    return own(**{"points": POINTS, "reference_answer": REFERENCE} | changes)


def linted(caller: Caller, rubric: dict[str, Any]) -> dict[str, Any]:
    response = caller("POST", VALIDATE, json=rubric)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["lint"]
    return found


def codes(report: dict[str, Any]) -> list[str]:
    return [each["code"] for each in report["findings"]]


def test_a_draft_is_told_what_the_command_finds(
    service: Service, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_linting, "_SECONDS", 60.0)  # a busy machine is no failure
    acme = service.caller("acme")
    found = lint_rubric(parse_rubric(written()), grader.lint_checks())  # loads what is not loaded
    report = linted(acme, written())
    assert report["meanings"] == "compared"
    assert "unsupported-point" in codes(report)
    assert {(each.code, each.where, each.message) for each in found} == {
        (each["code"], each["field"], each["message"]) for each in report["findings"]
    }
    made = acme("POST", "/v1/rubrics", json=written())
    assert made.json()["lint"] == report
    version = made.headers["Location"]
    replaced = acme("PUT", version, json=written())
    assert replaced.json()["lint"] == report
    published = acme("POST", f"{version}/publish")
    assert published.status_code == 200  # it is a warning
    assert published.json()["lint"]["meanings"] is None


def test_nobody_waits_for_a_model_that_is_not_there_yet(
    service: Service, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, checks = threading.Event(), grader.lint_checks()

    def load() -> Any:
        assert loaded.wait(60)
        return checks

    monkeypatch.setattr(grader, "lint_checks", load)
    monkeypatch.setattr(_linting, "_SECONDS", 0.3)
    acme = service.caller("acme")
    began = time.monotonic()
    report = linted(acme, written())
    assert time.monotonic() - began < 10
    assert report["meanings"] == "not_now"
    assert "point-count" in codes(report)
    assert "unsupported-point" not in codes(report)
    assert acme("GET", "/v1/rubrics").status_code == 200
    loaded.set()
    monkeypatch.setattr(_linting, "_SECONDS", 60.0)
    assert linted(acme, written())["meanings"] == "compared"


def test_what_would_take_too_long_is_looked_over_by_its_words(service: Service) -> None:
    long = {"accept": ["It refuses calls. " * 50 for _ in range(20)]}
    reference = REFERENCE * 60
    rubric = written(points=[POINTS[0] | long, POINTS[1]], reference_answer=reference)
    report = linted(service.caller("acme"), rubric)
    assert report["meanings"] == "too_long"
    assert report["findings"]


def test_what_is_no_rubric_is_not_compared(service: Service) -> None:
    report = linted(service.caller("acme"), {"id": "x"})
    assert report["meanings"] is None
    assert set(codes(report)) == {"schema"}


def test_with_an_embedder_without_limits_the_words_are_looked_at(
    service: Service, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = scripted_grader(service.settings)
    monkeypatch.setattr(grader, "lint_checks", plain.lint_checks)
    report = linted(service.caller("acme"), written())
    assert report["meanings"] == "unavailable"
    assert "point-count" in codes(report)
