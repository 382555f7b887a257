"""A demonstration: a short interview, and a candidate who answers it well, in part and wrongly."""

from grader.demo._rehearsed import RehearsedCandidate, load_answers
from grader.demo._script import load_demo

__all__ = ["RehearsedCandidate", "load_answers", "load_demo"]
