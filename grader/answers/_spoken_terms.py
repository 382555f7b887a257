"""The terms of a rubric that a speech recogniser may have written as other words."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.types import Rubric

# Words that do not look like ordinary ones: capitals or digits inside, a dot, all capitals; and
# names, which have a capital in mid-sentence.
_TECHNICAL = re.compile(
    r"(?<![.\w])[A-Za-z][\w.]*(?:[A-Z0-9_#+]|\.[a-z])[\w#+]*|\b[A-Z]{2,}s?\b"
    r"|(?<=[a-z,;] )[A-Z][A-Za-z0-9]+(?:\.js)?"
)


def spoken_terms(rubric: Rubric) -> tuple[str, ...]:
    """Collect a rubric's vocabulary and the technical terms of its claims, each once."""
    return _collect(rubric.vocabulary, tuple(point.claim for point in rubric.points))


@lru_cache(maxsize=1024)
def _collect(vocabulary: tuple[str, ...], claims: tuple[str, ...]) -> tuple[str, ...]:
    found = (match.group() for claim in claims for match in _TECHNICAL.finditer(claim))
    return tuple(dict.fromkeys((*vocabulary, *found)))
