"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from grader.grading import Grader


def _grader(request: Request) -> Grader:
    grader: Grader = request.app.state.grader
    return grader


OpenGrader = Annotated[Grader, Depends(_grader)]
