from __future__ import annotations

import json
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from grader.bank import Bank
from grader.embedding import Encoded, SharedEncoder
from grader.grading import Grader
from grader.index import build_index
from grader.judges.llm import build_llm_judge
from grader.settings import LlmSettings, Settings
from tests.api.reviews.play import review
from tests.api.support import FIRST, SECOND, Service
from tests.support.openai_server import OpenAIServer, answers_with

REVIEWED = "It decouples them; zebras graze freely."


class Letters:
    """Counts the letters of a text: near texts have near vectors, and no model is needed."""

    fingerprint = "letters"

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        encoded = []
        for text in texts:
            counts = [text.lower().count(letter) for letter in string.ascii_lowercase]
            vector = np.array(counts, np.float32) + 1e-3
            vector /= np.linalg.norm(vector)
            encoded.append(Encoded(vector, vector, 1, ("word",), vector[None], np.ones(1, "f4")))
        return encoded

    def forward_only(self, texts: Sequence[str]) -> None:
        pass


def all_missing(_: object) -> str:
    """What the scripted model says of every answer."""
    points = [
        {"id": point.id, "quotes": [], "verdict": "missing", "sure": True} for point in FIRST.points
    ]
    return json.dumps({"points": points})


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=answers_with(all_missing)) as running:
        yield running


@pytest.fixture
def service(database_url: str, server: OpenAIServer, tmp_path: Path) -> Iterator[Service]:
    """The service with the LLM judge and a real index."""
    llm = LlmSettings(
        base_url=server.base_url, api_key=SecretStr("x"), model="scripted", cache=True, retries=0
    )
    settings = Settings(database_url=SecretStr(database_url), data_dir=tmp_path, llm=llm)
    encoder = SharedEncoder(Letters())
    grader = Grader(
        settings,
        bank=Bank([FIRST, SECOND]),
        encoder=encoder,
        judge=build_llm_judge(settings, encoder),
        index=build_index(settings),
    )
    with Service.running(settings, grader) as running:
        yield running


def told(server: OpenAIServer) -> str:
    """What the model was told last."""
    return server.requests[-1].text("user")


def test_a_reviewed_answer_is_shown_to_the_judge_of_the_same_tenant_alone(
    service: Service, server: OpenAIServer
) -> None:
    acme, other = service.caller("acme"), service.caller("other")
    made = acme.grade(REVIEWED, candidate_id="ada", rubric_version="1.0.0")
    assert made.status_code == 201, made.text
    done = review(acme, made.json()["id"], points={"decouples": "covered"})
    assert done.status_code == 201, done.text

    later = "It decouples them; zebras graze now."
    other.grade(later, rubric_version="1.0.0")
    assert "zebras graze freely" not in told(server)
    acme.grade("Another version.", rubric_version="1.1.0")
    assert "zebras graze freely" not in told(server)
    acme.grade(REVIEWED + " ", rubric_version="1.0.0")
    assert told(server).count("zebras graze freely") == 1  # the answer is no example for itself
    acme.grade(later, rubric_version="1.0.0")
    assert "zebras graze freely" in told(server)
    assert '"decouples": "covered"' in told(server)

    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert receipt["removed"]["index"] == 1
    assert receipt["complete"] is True
    acme.grade(later + "!", rubric_version="1.0.0")
    assert "zebras graze freely" not in told(server)


def test_a_review_that_does_not_count_yet_is_no_example(
    service: Service, server: OpenAIServer
) -> None:
    acme = service.caller("acme")
    grade_id = acme.grade(REVIEWED, rubric_version="1.0.0").json()["id"]
    review(acme, grade_id, points={"decouples": "covered"}, second_review=True)
    acme.grade("It decouples them; zebras graze now.", rubric_version="1.0.0")
    assert "zebras graze freely" not in told(server)


def test_what_the_judge_kept_of_an_answer_is_deleted_with_it(
    service: Service, server: OpenAIServer, tmp_path: Path
) -> None:
    secret = "quagga aardvark"
    quoted = [
        {"id": p.id, "quotes": [secret], "verdict": "covered", "sure": True} for p in FIRST.points
    ]
    server.script(answers_with(lambda _: json.dumps({"points": quoted})))
    acme = service.caller("acme")
    first = acme.grade(f"It decouples the {secret}.", candidate_id="ada", rubric_version="1.0.0")
    assert first.json()["points"][0]["evidence"][0]["quote"] == secret
    acme.grade("It buffers, I say.", candidate_id="bob", rubric_version="1.0.0")

    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert receipt["removed"]["judge_cache"] == 1
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    asked = len(server.requests)
    acme.grade("It buffers, I say.", candidate_id="bob", rubric_version="1.0.0")
    assert len(server.requests) == asked  # another answer's judgement is still kept
    acme.grade(f"It decouples the {secret}.", rubric_version="1.0.0")
    assert len(server.requests) == asked + 1


def test_an_index_that_fails_does_not_stop_a_review(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the index is gone")

    acme = service.caller("acme")
    grade_id = acme.grade(REVIEWED, rubric_version="1.0.0").json()["id"]
    monkeypatch.setattr("grader.index._chroma.ChromaIndex.keep_example", fail)
    assert review(acme, grade_id).status_code == 201
    assert f"grade {grade_id} is no example: RuntimeError" in caplog.text
