"""The rubric bank: reading, checking and finding rubrics and their reference answers."""

from grader.bank._bank import Bank, load_bank
from grader.bank._corpus import ReferenceAnswer, load_corpus, passages
from grader.bank._diff import Change, EntryChange, FieldChange, RubricDiff, diff_rubrics
from grader.bank._interviews import (
    INTERVIEWS,
    InterviewInvalid,
    InterviewNotFound,
    InterviewPolicy,
    InterviewScript,
    ScriptedQuestion,
    SpokenPart,
    load_interview,
    load_interviews,
    read_interviews,
)
from grader.bank._lock import LockFile, lock_problems
from grader.bank._parse import load_rubric, parse_rubric
from grader.bank._word_diff import WordDiff, marked_words
from grader.bank.lint import lint_paths, lint_rubric

__all__ = [
    "INTERVIEWS",
    "Bank",
    "Change",
    "EntryChange",
    "FieldChange",
    "InterviewInvalid",
    "InterviewNotFound",
    "InterviewPolicy",
    "InterviewScript",
    "LockFile",
    "ReferenceAnswer",
    "RubricDiff",
    "ScriptedQuestion",
    "SpokenPart",
    "WordDiff",
    "diff_rubrics",
    "lint_paths",
    "lint_rubric",
    "load_bank",
    "load_corpus",
    "load_interview",
    "load_interviews",
    "load_rubric",
    "lock_problems",
    "marked_words",
    "parse_rubric",
    "passages",
    "read_interviews",
]
