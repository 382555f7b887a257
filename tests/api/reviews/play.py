"""Grades to review, and short ways to review them."""

from __future__ import annotations

from typing import Any

from tests.api.support import Caller

# The scripted judge covers `decouples` and not `buffers`, and is unsure of both.
HALF = "unsure whether it decouples; it lets the producer go on"


def graded(
    caller: Caller, answer: str = HALF, version: str = "1.1.0", **more: Any
) -> dict[str, Any]:
    """A grade, by default of version 1.1.0, which has a mistake, and then it asks for a person."""
    response = caller.grade(answer, rubric_version=version, **more)
    assert response.status_code == 201, response.text
    grade: dict[str, Any] = response.json()
    return grade


def review(caller: Caller, grade_id: str, **body: Any) -> Any:
    """Post a review."""
    wanted = {"reviewer": "ada", "reason": "Read again."} | body
    return caller("POST", f"/v1/grades/{grade_id}/reviews", json=wanted)


def reviews(caller: Caller, grade_id: str) -> dict[str, Any]:
    """Read a grade's reviews."""
    response = caller("GET", f"/v1/grades/{grade_id}/reviews")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def queue(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """Read the queue's first page."""
    response = caller("GET", f"/v1/reviews/queue?{query}")
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def problem(response: Any, status: int, code: str) -> str:
    """Check a problem response, and return what it says."""
    assert response.status_code == status, response.text
    assert response.json()["code"] == code
    detail: str = response.json()["detail"]
    return detail
