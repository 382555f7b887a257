"""Lint: what a good rubric has beyond a valid one."""

from grader.bank.lint._findings import Check, Code, Finding
from grader.bank.lint._paths import TEXT_CHECKS, lint_paths, lint_rubric, meaning_checks

__all__ = ["TEXT_CHECKS", "Check", "Code", "Finding", "lint_paths", "lint_rubric", "meaning_checks"]
