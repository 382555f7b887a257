"""Judges: what decides, of each point and mistake, whether an answer makes it."""

from grader.judges._cascade import CascadeJudge
from grader.judges._protocol import (
    ItemJudge,
    Judge,
    JudgeIdentity,
    JudgeTask,
    SupportsClose,
    SupportsForget,
    SupportsReviewed,
)
from grader.judges._registry import JUDGES, build_judge

__all__ = [
    "JUDGES",
    "CascadeJudge",
    "ItemJudge",
    "Judge",
    "JudgeIdentity",
    "JudgeTask",
    "SupportsClose",
    "SupportsForget",
    "SupportsReviewed",
    "build_judge",
]
