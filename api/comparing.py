"""Comparing versions of a rubric, which a package on top of this one does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import entry_points

from anyio import to_thread
from pydantic import ConfigDict

from grader.errors import ConfigurationError
from grader.grading import Grader
from grader.types import Frozen, Rubric

_PLUGINS = "grader.comparisons"

_Compare = Callable[[Grader, Rubric, Rubric, str], Awaitable[object]]


class VersionComparison(Frozen):
    """Whether one version of a rubric is better than another.

    Attributes:
        headline: The result in one or two sentences.
        notes: What a reader must know who relies on the figures.
        answers: Answers that were graded under both.
        changed: How many of them were graded differently.
        report: The whole report as an HTML page that needs nothing else; it quotes answers.
    """

    model_config = ConfigDict(from_attributes=True)

    headline: str
    notes: tuple[str, ...]
    answers: int
    changed: int
    report: str


async def compare_versions(
    grader: Grader, old: Rubric, new: Rubric, answers: str
) -> VersionComparison:
    """Grade labelled answers under two versions of a rubric; nothing is kept.

    Args:
        grader: Does the grading.
        old: What there is.
        new: What is proposed.
        answers: Labelled answers, JSON lines as `grader eval run` reads them.

    Raises:
        BadInput: A line is wrong, there are too many answers, or none to this rubric.
        ConfigurationError: What compares is not installed.
    """
    # Importing it takes seconds, and most services never need it.
    compare = await to_thread.run_sync(_installed)
    return VersionComparison.model_validate(await compare(grader, old, new, answers))


def _installed() -> _Compare:
    for plugin in entry_points(group=_PLUGINS):
        compare: _Compare = plugin.load()
        return compare
    raise ConfigurationError(
        "nothing that compares versions is installed; install answer-grader whole"
    )
