"""Grades free-text answers against rubrics: a judge gives verdicts with evidence, code scores.

    from grader import Grader, Settings

    with Grader.open(Settings()) as grader:
        rubric = grader.bank.get("node-event-loop")
        grade = asyncio.run(grader.grade("There is one thread ...", rubric))

The names below are loaded when first used, so that `import grader` costs nothing.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.bank import Bank, load_bank, parse_rubric
    from grader.errors import GraderError
    from grader.grading import Grader
    from grader.settings import Settings
    from grader.types import Grade, Rubric

__all__ = [
    "Bank",
    "Grade",
    "Grader",
    "GraderError",
    "Rubric",
    "Settings",
    "__version__",
    "load_bank",
    "parse_rubric",
]

_HOMES = {
    "Bank": "grader.bank",
    "Grade": "grader.types",
    "Grader": "grader.grading",
    "GraderError": "grader.errors",
    "Rubric": "grader.types",
    "Settings": "grader.settings",
    "load_bank": "grader.bank",
    "parse_rubric": "grader.bank",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("answer-grader")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'grader' has no attribute '{name}'")
