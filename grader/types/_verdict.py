"""What is said of one point; rubrics show it in examples, judges find it, grades report it."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a judge says of one point; `ungraded` when it could not say."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    UNGRADED = "ungraded"
