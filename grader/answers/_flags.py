"""Facts about an answer that a reader of its grade should know."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from grader.answers._read import Answer, matchable
from grader.types import Rubric
from grader.words import STOP_WORDS, overlap, words

_COPIED = 0.8
_REFERENCE_RUN = 5


class Flag(StrEnum):
    """What was noticed; the text is never changed because of it."""

    INSTRUCTION_IN_ANSWER = "instruction_in_answer"
    COPIES_QUESTION = "copies_question"
    COPIES_REFERENCE = "copies_reference"
    KEYWORD_LIST = "keyword_list"
    HIDDEN_CHARACTERS = "hidden_characters"


_INSTRUCTIONS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|rubric|prompt|above|previous|criteria)
    | \b(?:you\ are|act\ as|as)\ (?:now\ )?(?:an?\ |the\ )?(?:lenient\ |helpful\ )?(?:grader|judge|examiner|evaluator|ai\b)
    | \b(?:grade|score|mark|rate)\ (?:this|me|it|my\ answer|the\ answer)\b.{0,40}\b(?:full|100|maximum|perfect|highest|top|covered|correct)
    | \b(?:give|award|assign)\ (?:this|me|it|my\ answer|the\ answer)?.{0,30}\b(?:full\ (?:marks|score|credit)|100|maximum|perfect\ score)
    | \b(?:note|message|dear)\b.{0,15}\b(?:to\ (?:the\ )?)?(?:grader|judge|examiner|evaluator)\b
    | ["'`]?\bverdicts?["'`]?\s*[:=]
    | ["'`]?\bscore["'`]?\s*[:=]\s*\d
    | \ball\ (?:key\ )?points\ (?:are|were|have\ been|as)\ (?:covered|met|satisfied)
    | <\|?(?:im_start|im_end|system|endoftext)\|?>
    | ^\s*(?:\#+\s*|\[)?(?:system|assistant)\b\]?\s*:
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)


def is_instruction(text: str) -> bool:
    """Tell whether a stretch of an answer addresses whoever grades it."""
    return _INSTRUCTIONS.search(matchable(text)) is not None


def restates(text: str, question: str) -> bool:
    """Tell whether a stretch of an answer says hardly more than the question did."""
    said, asked = words(matchable(text)), set(words(matchable(question)))
    content = [word for word in said if word not in STOP_WORDS]
    if not content:
        return True
    return sum(word in asked for word in content) / len(content) >= _COPIED


def find_flags(answer: Answer, rubric: Rubric) -> tuple[Flag, ...]:
    """Look for what makes a grade less trustworthy, in a fixed order."""
    found: list[Flag] = []
    said = words(matchable(answer.text))
    if any(is_instruction(answer.quote(window)) for window in answer.windows):
        found.append(Flag.INSTRUCTION_IN_ANSWER)
    if all(restates(answer.quote(segment), rubric.question) for segment in answer.segments):
        found.append(Flag.COPIES_QUESTION)
    reference = words(matchable(rubric.reference_answer))
    if len(said) >= _REFERENCE_RUN and overlap(said, reference, _REFERENCE_RUN) >= _COPIED:
        found.append(Flag.COPIES_REFERENCE)
    if is_keyword_list(answer.text):
        found.append(Flag.KEYWORD_LIST)
    if any(unicodedata.category(character) == "Cf" for character in answer.text):
        found.append(Flag.HIDDEN_CHARACTERS)
    return tuple(found)


def is_keyword_list(text: str) -> bool:
    """Tell whether a text names terms without saying anything of them.

    English prose is close to half function words; a list of terms has next to none.
    """
    said = words(matchable(text))
    if len(said) < 4:
        return False
    function = sum(word in STOP_WORDS or word in ("not", "no", "never") for word in said)
    return function / len(said) < 0.12 and not re.search(r"[.!?]\s", text.strip())
