"""Finding out whether an answer takes back a mistake: its correction is judged like a point."""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.types import Mistake, Point, Rubric

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_VERSION_OF_FORM = "1.0.0"


def correction_rubric(rubric: Rubric, mistakes: Collection[str]) -> Rubric | None:
    """Make a rubric whose points are the corrections of some mistakes, under the mistakes' ids.

    That a later answer does not repeat a mistake says nothing: it may be silent. Only words that
    state what is true instead take a mistake back. The first sentence of the correction is the
    claim, the others are further ways to make it, and the belief itself contradicts it.

    Returns:
        The rubric; None where no mistake has a correction to be judged by.
    """
    points = tuple(
        _as_point(mistake)
        for mistake in rubric.mistakes
        if mistake.id in mistakes and mistake.correction
    )
    if not points:
        return None
    return Rubric(
        id="corrections",
        version=_VERSION_OF_FORM,
        status=rubric.status,
        question=rubric.question,
        points=points,
        vocabulary=rubric.vocabulary,
    )


def _as_point(mistake: Mistake) -> Point:
    claim, *others = _SENTENCE.split(mistake.correction)
    return Point(
        id=mistake.id, claim=claim, weight=1.0, accept=tuple(others), reject=(mistake.claim,)
    )
