"""What an export or an import gives: the result, and what could not be carried over."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import Problem
from grader.types import Rubric


@dataclass(frozen=True, slots=True)
class Exported:
    """Rubrics as text in another format.

    Attributes:
        text: The whole file.
        losses: What the format cannot hold, one warning each; `where` begins with the rubric's id.
    """

    text: str
    losses: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """Drafts made from another format.

    Attributes:
        rubrics: Valid ones, all of them drafts; nothing is written yet.
        losses: What was left out or needs a person's eye, one warning each, with its place.
    """

    rubrics: tuple[Rubric, ...]
    losses: tuple[Problem, ...] = ()


def loss(where: str, message: str, file: str = "", line: int = 0) -> Problem:
    """Say what could not be carried over."""
    return Problem(where, message, file, line, severity="warning")
