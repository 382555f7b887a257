"""Facts about an answer that a reader of its grade should know."""

from __future__ import annotations

import re
from enum import StrEnum

from grader.answers._choice import find_choices
from grader.answers._language import is_other_language
from grader.answers._lists import listed_segments
from grader.answers._lookalikes import is_disguised
from grader.answers._read import Answer, matchable
from grader.answers._transcript import is_poor_transcript
from grader.types import Rubric
from grader.words import STOP_WORDS, overlap, words

_COPIED = 0.8
_REFERENCE_RUN = 5


_FEWEST_TERMS = 4
_LONGEST_TERM = 3
_FUNCTION_WORDS = 0.12
_NEGATIONS = frozenset({"not", "no", "never"})

# Characters that change what a program reads and not what a person sees: overrides of direction
# and tags anywhere, empty ones beside a Latin letter, joiners and marks of direction between two.
# Other scripts and emoji need joiners and marks, so those are left alone.
_HIDDEN = re.compile(
    r"[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
    r"|(?<=[A-Za-z])[\u00ad\u200b\u2060-\u2064\ufeff]|[\u200b\u2060-\u2064](?=[A-Za-z])"
    r"|(?<=[A-Za-z])[\u200c-\u200f]+(?=[A-Za-z])"
)


class Flag(StrEnum):
    """What was noticed; the text is never changed because of it.

    `POOR_TRANSCRIPT` and `OTHER_LANGUAGE` say that there is nothing an English rubric can judge.
    `OFF_TOPIC` is for a judge to notice, since it takes more than the words.
    """

    INSTRUCTION_IN_ANSWER = "instruction_in_answer"
    COPIES_QUESTION = "copies_question"
    COPIES_REFERENCE = "copies_reference"
    KEYWORD_LIST = "keyword_list"
    HIDDEN_CHARACTERS = "hidden_characters"
    POOR_TRANSCRIPT = "poor_transcript"
    OTHER_LANGUAGE = "other_language"
    OFF_TOPIC = "off_topic"


_ROLE = r"(?:grader|judge|examiner|evaluator|assessor)"
_PRAISE = (
    r"(?:full\ (?:marks|score|credit|points)|(?:maximum|max|perfect|top|highest)\ (?:score|marks?|grade)"
    r"|100/100|10/10|100\ out\ of\ 100)"
)

# What is said to a grader, and hardly ever of a system: each phrase names grading itself. A sentence
# that is wrongly taken for one is not read as part of the answer, so the patterns are narrow.
_INSTRUCTIONS = re.compile(
    rf"""
    \b(?:ignore|disregard|forget|override)\s+
      (?:(?:all|any|every|everything|the|your|these|those|of|previous|prior|above|earlier|preceding|that
          |was|said)\W+){{0,8}}(?:instructions|rubric|criteria|grading)\b
    | \b(?:not|never|don't)\ (?:follow|use|apply)\ (?:the|this|your)\ (?:rubric|criteria)\b
    | \bjust\ pass\ me\b
    | \b(?:you\ are|act\ as)\ (?:now\ )?(?:an?\ |the\ )?(?:\w+\ )?{_ROLE}\b(?!\ of\b)
    | \b(?:note|message|instructions?)\ (?:to|for)\ (?:the\ )?{_ROLE}\b
    | \bdear\ {_ROLE}\b
    | \bas\ an\ ai\b.{{0,20}}\byou\b
    | \bthe\ {_ROLE}\ (?:should|must|has\ to)\b
    | \b(?:give|grant|award|assign|score|deserves?|earns?)\b.{{0,40}}\b{_PRAISE}
    | \bassign\ the\ maximum\b
    | \b(?:give|award)\ (?:me|this\ answer|my\ answer)\b.{{0,20}}\b100\b
    | \b(?:grade|score|mark|rate)\ (?:this|my|the)\ (?:answer|response|submission)\b
    | \b(?:mark|return|output|report|treat|count|grade|score)\b.{{0,40}}
      (?:\bcovered\b.{{0,20}}\b(?:all|every|each)\b.{{0,5}}\bpoints?\b
        |\b(?:all|every|each|everything)\b.{{0,15}}\bas\ (?:covered|correct)\b)
    | \ball\ (?:key\ )?points\ (?:(?:are|were)\ (?:covered|satisfied)|have\ been\ (?:covered|met|satisfied))\b
    | ["']verdicts?["']\s*:
    | \bverdicts?\s*[:=]\s*["']?(?:covered|partial|missing|contradicted|correct|pass)\b
    | ["']score["']\s*:\s*\d
    | \bscore\s*[:=]\s*["']?(?:100\b|10/10|full\b|max)
    | <\|(?:im_start|im_end|system|endoftext)\|>
    | <system>.*</system>
    | (?:^|```\s*)(?:\#+\s*)?(?:(?-i:system|SYSTEM)|\[(?:system|assistant)\])\s*:
    | ^system:\s*(?:accept|approve|grant|ignore|let|override|you)\b
    """,
    re.IGNORECASE | re.VERBOSE,
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
    chosen = find_choices(answer.text, rubric.options)
    if not chosen and all(restates(answer.quote(s), rubric.question) for s in answer.segments):
        found.append(Flag.COPIES_QUESTION)
    reference = words(matchable(rubric.reference_answer))
    if len(said) >= _REFERENCE_RUN and overlap(said, reference, _REFERENCE_RUN) >= _COPIED:
        found.append(Flag.COPIES_REFERENCE)
    if all(listed_segments(answer)) or is_keyword_list(answer.text):
        found.append(Flag.KEYWORD_LIST)
    if _HIDDEN.search(answer.text) or is_disguised(answer.text):
        found.append(Flag.HIDDEN_CHARACTERS)
    terms = frozenset(word for term in rubric.vocabulary for word in words(term))
    if is_poor_transcript(answer.text, terms):
        found.append(Flag.POOR_TRANSCRIPT)
    elif is_other_language(answer.text, terms):
        found.append(Flag.OTHER_LANGUAGE)
    return tuple(found)


def is_keyword_list(text: str) -> bool:
    """Tell whether a text names terms without saying anything of them.

    English prose is close to half function words, and its sentences end; a list of terms has next
    to none and falls into short pieces.
    """
    said = words(matchable(text))
    if len(said) < _FEWEST_TERMS or re.search(r"[.!?…。؟।]\s", text.strip()):
        return False
    function = sum(word in STOP_WORDS or word in _NEGATIONS for word in said)
    if function / len(said) >= _FUNCTION_WORDS:
        return False
    pieces = [words(piece) for piece in re.split(r"[,;|/•\n]+|\s-\s", text)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) >= _FEWEST_TERMS:
        return len(said) / len(pieces) <= _LONGEST_TERM
    # Without separators, only capitals in the middle tell names from another language's prose.
    capitals = sum(word[0].isupper() for word in text.split()[1:])
    return function == 0 and text.isascii() and capitals >= len(said) / 4
