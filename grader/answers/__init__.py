"""Reading an answer: refusing what cannot be graded, splitting the rest, noting what is odd."""

from grader.answers._choice import Choice, find_choices
from grader.answers._courtesies import is_courtesy
from grader.answers._denied import denied_segments
from grader.answers._flags import Flag, find_flags, is_instruction, is_keyword_list, restates
from grader.answers._invented import is_invented
from grader.answers._language import is_other_language
from grader.answers._lists import listed_segments
from grader.answers._read import Answer, Segment, Window, matchable, read_answer, resegmented
from grader.answers._sound import likeness
from grader.answers._spoken_terms import spoken_terms
from grader.answers._transcript import is_poor_transcript, looks_transcribed

__all__ = [
    "Answer",
    "Choice",
    "Flag",
    "Segment",
    "Window",
    "denied_segments",
    "find_choices",
    "find_flags",
    "is_courtesy",
    "is_instruction",
    "is_invented",
    "is_keyword_list",
    "is_other_language",
    "is_poor_transcript",
    "likeness",
    "listed_segments",
    "looks_transcribed",
    "matchable",
    "read_answer",
    "resegmented",
    "restates",
    "spoken_terms",
]
