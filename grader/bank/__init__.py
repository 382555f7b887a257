"""The rubric bank: reading, checking and finding rubrics and their reference answers."""

from grader.bank._bank import Bank, load_bank
from grader.bank._corpus import ReferenceAnswer, load_corpus, passages
from grader.bank._lint import lint_paths, lint_rubric
from grader.bank._lock import LockFile, lock_problems
from grader.bank._parse import load_rubric, parse_rubric

__all__ = [
    "Bank",
    "LockFile",
    "ReferenceAnswer",
    "lint_paths",
    "lint_rubric",
    "load_bank",
    "load_corpus",
    "load_rubric",
    "lock_problems",
    "parse_rubric",
    "passages",
]
