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
    QuestionOrder,
    ScriptedQuestion,
    SpokenPart,
    find_interview,
    load_interview,
    load_interviews,
    read_interviews,
)
from grader.bank._lock import LockFile, lock_problems
from grader.bank._parse import load_rubric, parse_rubric, read_rubric
from grader.bank._version_advice import VersionAdvice
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
    "QuestionOrder",
    "ReferenceAnswer",
    "RubricDiff",
    "ScriptedQuestion",
    "SpokenPart",
    "VersionAdvice",
    "WordDiff",
    "diff_rubrics",
    "find_interview",
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
    "read_rubric",
]
