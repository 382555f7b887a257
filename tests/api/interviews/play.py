"""Interviews to be played over HTTP; the scripted judge covers a point whose id is said."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from grader.bank import Bank
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.judges import Judge
from grader.settings import Settings
from tests.api.support import Caller, ScriptedJudge
from tests.grader.interviewing.factories import rubric
from tests.support.plain_embedder import PlainEmbedder

PATIENCE = 30.0  # only a stuck test waits so long

QUEUES = rubric("queues")
CACHES = rubric("caches", level="senior")
ALL = "It has alpha, beta and gamma."

SCRIPT: dict[str, Any] = {
    "id": "talk",
    "version": "1.0.0",
    "title": "A talk",
    "level": "mid",
    "minutes": 24,
    "setup": "Nothing to prepare.",
    "opening": {"minutes": 2, "say": "Welcome."},
    "questions": [
        {"rubric": "queues", "minutes": 10, "transition": "Let us begin."},
        {"rubric": "caches", "minutes": 10, "transition": "Next."},
    ],
    "closing": {"minutes": 2, "say": "Goodbye."},
}


def talking_grader(settings: Settings, judge: Judge | None = None) -> Grader:
    """A grader over two rubrics with follow-ups, without a model and without an index."""
    return Grader(
        settings,
        bank=Bank([QUEUES, CACHES]),
        encoder=SharedEncoder(PlainEmbedder()),
        judge=judge or ScriptedJudge(),
        index=None,
    )


def begin(caller: Caller, **body: Any) -> Any:
    """Begin an interview, by the script unless something else is asked for."""
    headers = body.pop("headers", {})
    wanted = body or {"script": "talk"}
    response = caller("POST", "/v1/interviews", json=wanted, headers=headers)
    assert response.status_code == 201, response.text
    return response.json()


def say(caller: Caller, interview: Any, answer: str | None, **headers: str) -> Any:
    """Answer the open turn, or pass with None; returns the response."""
    said = {"skip": True} if answer is None else {"answer": answer}
    return caller(
        "POST",
        f"/v1/interviews/{interview['id']}/answers",
        json={"turn": interview["ask"]["turn"], **said},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def said(caller: Caller, interview: Any, *answers: str | None) -> Any:
    """Answer one turn after another, and return the interview after that."""
    for answer in answers:
        response = say(caller, interview, answer)
        assert response.status_code == 200, response.text
        interview = response.json()
    return interview


def do(caller: Caller, interview: Any, act: str) -> Any:
    """Pause, resume or end an interview, and return it."""
    response = caller("POST", f"/v1/interviews/{interview['id']}/{act}")
    assert response.status_code == 200, response.text
    return response.json()


def now(caller: Caller, interview: Any, query: str = "") -> Any:
    """Read an interview again."""
    response = caller("GET", f"/v1/interviews/{interview['id']}{query}")
    assert response.status_code == 200, response.text
    return response.json()


def until(caller: Caller, interview: Any, reached: Callable[[Any], bool]) -> Any:
    """Ask again and again until an interview stands as wanted."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        interview = now(caller, interview)
        if reached(interview):
            return interview
        time.sleep(0.02)
    raise AssertionError(f"not reached; the last was {interview}")
