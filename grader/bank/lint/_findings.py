"""What a check of a rubric yields: a problem with a stable name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from grader.errors import Problem
from grader.types import Rubric


class Code(StrEnum):
    """The name of a kind of finding, as `--json` gives it and `--ignore` takes it."""

    SCHEMA = "schema"
    DUPLICATE_VERSION = "duplicate-version"
    LOCK = "lock"

    POINT_COUNT = "point-count"
    NO_REFERENCE = "no-reference"
    REFERENCE_LENGTH = "reference-length"
    NO_TOPICS = "no-topics"
    NO_CORRECTION = "no-correction"
    UNLABELLED_EXAMPLE = "unlabelled-example"

    DOMINANT_WEIGHT = "dominant-weight"
    NEGLIGIBLE_WEIGHT = "negligible-weight"
    DOMINANT_PENALTY = "dominant-penalty"
    NEGLIGIBLE_PENALTY = "negligible-penalty"
    SEVERITY_ORDER = "severity-order"

    COMPOUND_CLAIM = "compound-claim"
    DEPENDENT_CLAIM = "dependent-claim"
    DUPLICATE_CLAIM = "duplicate-claim"
    DUPLICATE_PHRASING = "duplicate-phrasing"
    CONTRADICTORY_PHRASING = "contradictory-phrasing"
    UNSUPPORTED_POINT = "unsupported-point"
    MISTAKE_IN_REFERENCE = "mistake-in-reference"

    MISSING_FOLLOW_UP = "missing-follow-up"
    UNREACHABLE_FOLLOW_UP = "unreachable-follow-up"
    REVEALING_FOLLOW_UP = "revealing-follow-up"

    NO_OPTIONS = "no-options"
    CORRECT_OPTIONS = "correct-options"
    NO_EXPLANATION = "no-explanation"
    DUPLICATE_OPTION = "duplicate-option"
    REVEALING_OPTION = "revealing-option"
    UNLINKED_OPTION = "unlinked-option"


@dataclass(frozen=True, slots=True)
class Finding(Problem):
    """A problem of a rubric, and what kind it is.

    Attributes:
        code: Which kind; stable, so that programs may rely on it.
    """

    code: Code = Code.SCHEMA


Check = Callable[[Rubric], Iterable[Finding]]


def warn(code: Code, where: str, message: str) -> Finding:
    """Make a warning: the rubric can be used, and would grade better with this mended."""
    return Finding(where, message, severity="warning", code=code)
