"""Reading an answer: refusing what cannot be graded, splitting the rest, noting what is odd."""

from grader.answers._flags import Flag, find_flags, is_instruction, restates
from grader.answers._read import Answer, Segment, Window, matchable, read_answer

__all__ = [
    "Answer",
    "Flag",
    "Segment",
    "Window",
    "find_flags",
    "is_instruction",
    "matchable",
    "read_answer",
    "restates",
]
