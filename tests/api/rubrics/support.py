"""Rubrics to send, and what is often done with them."""

from __future__ import annotations

from typing import Any

import yaml

from tests.api.support import Caller
from tests.grader.factories import document

OWN = "load-shedding"


def own(version: str = "1.0.0", **changes: Any) -> dict[str, Any]:
    """A rubric of an id that the shared bank does not have."""
    return document(**{"id": OWN, "version": version, **changes})


def reworded(version: str) -> dict[str, Any]:
    """The same with a claim in other words."""
    points = [
        {"id": "decouples", "claim": "The producer goes on at once.", "weight": 2},
        {"id": "buffers", "claim": "Bursts are held back.", "weight": 1},
    ]
    return own(version, points=points)


def at(rubric: dict[str, Any], action: str = "") -> str:
    """The path of a version, or of something to do with it."""
    path = f"/v1/rubrics/{rubric['id']}/versions/{rubric['version']}"
    return f"{path}/{action}" if action else path


def draft(caller: Caller, rubric: dict[str, Any] | None = None, **query: str) -> Any:
    """Make a draft, and return the response."""
    return caller("POST", "/v1/rubrics", json=rubric or own(), params=query)


def publish(caller: Caller, rubric: dict[str, Any] | None = None, **query: str) -> Any:
    """Make a draft, publish it, and return the response of that."""
    rubric = rubric or own()
    made = draft(caller, rubric, **query)
    assert made.status_code == 201, made.text
    return caller("POST", at(rubric, "publish"))


def as_yaml(rubric: dict[str, Any]) -> dict[str, Any]:
    """A rubric as the body of a request, in YAML."""
    text = yaml.safe_dump(rubric, sort_keys=False)
    return {"content": text.encode(), "headers": {"Content-Type": "application/yaml"}}
