"""Judges: what decides, of each point and mistake, whether an answer makes it."""

from grader.judges._protocol import Judge, JudgeIdentity, JudgeTask
from grader.judges._registry import JUDGES, build_judge

__all__ = ["JUDGES", "Judge", "JudgeIdentity", "JudgeTask", "build_judge"]
