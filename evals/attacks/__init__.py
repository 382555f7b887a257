"""An adversarial suite: attacks that should not raise a score, oddities that should not lower it.

    suite = Suite.of(bank)
    cases = suite.cases(limit=100)
    outcomes = [outcome async for outcome in run_cases(grader, suite, cases)]
    print(summarise(outcomes).attacks.lift)

The names below are loaded when first used, since the command line imports this package's command.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.attacks._plan import SEED, Suite
    from evals.attacks._render import render_report
    from evals.attacks._report import AttackReport, GroupReport, summarise
    from evals.attacks._run import GradesAnswers, answers_to_grade, run_cases
    from evals.attacks._types import (
        Attack,
        BaseAnswer,
        Case,
        Family,
        Material,
        Oddity,
        Outcome,
        Scene,
        Side,
    )

__all__ = [
    "SEED",
    "Attack",
    "AttackReport",
    "BaseAnswer",
    "Case",
    "Family",
    "GradesAnswers",
    "GroupReport",
    "Material",
    "Oddity",
    "Outcome",
    "Scene",
    "Side",
    "Suite",
    "answers_to_grade",
    "render_report",
    "run_cases",
    "summarise",
]

_HOMES = {
    "_plan": ("SEED", "Suite"),
    "_render": ("render_report",),
    "_report": ("AttackReport", "GroupReport", "summarise"),
    "_run": ("GradesAnswers", "answers_to_grade", "run_cases"),
    "_types": (
        "Attack",
        "BaseAnswer",
        "Case",
        "Family",
        "Material",
        "Oddity",
        "Outcome",
        "Scene",
        "Side",
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
