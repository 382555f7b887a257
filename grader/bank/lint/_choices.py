"""Faults of multiple-choice questions.

Most are item-writing flaws that test preparation lists as hints to the right option without knowledge
of the subject (Haladyna, Downing and Rodriguez, "A review of multiple-choice item-writing guidelines",
Applied Measurement in Education, 2002).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from grader.bank.lint._findings import Code, Finding, warn
from grader.bank.lint._text import repeats
from grader.types import Kind, Rubric

# The right option is often the longest, as it has to be right in every respect. In the bank it has at
# most 1.2 times the words of the longest wrong one.
_LONGER = 1.5
_MORE_WORDS = 4

_SEVERAL = re.compile(
    r"\b(?:all\s+that\s+apply|one\s+or\s+more|more\s+than\s+one|several\s+(?:options|answers)"
    r"|(?:which|choose|select|pick|name|mark)\s+(?:the\s+)?"
    r"(?:two|three|four|five|ones|statements|options|answers|sentences|claims|several|are)"
    r"|which\s+of\s+(?:these|those|them|the)\b(?:(?!\b(?:is|does|has)\b)[^?.])*?\b(?:are|do|have))\b",
    re.IGNORECASE,
)
_COMBINES = re.compile(
    r"^\W*(?:(?:all|none|any|both|neither)\s+of\s+(?:the\s+)?(?:above|these|those|them|others?|options)"
    r"|(?:all|none)\s+of\s+the\s+\w+\s+options|(?:both\s+)?[a-f1-6]\s+(?:and|or)\s+[a-f1-6])\W*$",
    re.IGNORECASE,
)


def check_options(rubric: Rubric) -> Iterator[Finding]:
    """Check the options of a multiple-choice question, one by one and against each other."""
    if rubric.kind is not Kind.MULTIPLE_CHOICE:
        return
    if len(rubric.options) < 2:
        message = (
            f"{len(rubric.options) or 'no'} option{'' if rubric.options else 's'}; give several"
        )
        yield warn(Code.NO_OPTIONS, "options", f"{message} to choose from, or change the kind")
        return
    yield from _correct(rubric)
    yield from _each(rubric)
    yield from _alike(rubric)
    yield from _length(rubric)
    yield from _links(rubric)


def _correct(rubric: Rubric) -> Iterator[Finding]:
    correct = sum(option.correct for option in rubric.options)
    several = bool(_SEVERAL.search(rubric.question))
    message = ""
    if not correct:
        message = "no option is correct; mark the right one"
    elif correct == len(rubric.options):
        message = "all options are correct; add wrong ones"
    elif correct > 1 and not several:
        message = (
            f"{correct} options are correct, and the question does not ask for several; ask for "
            "'all that apply', or leave one"
        )
    if message:
        yield warn(Code.CORRECT_OPTIONS, "options", message)


def _each(rubric: Rubric) -> Iterator[Finding]:
    for position, option in enumerate(rubric.options):
        if not option.explanation:
            message = f"'{option.id}' has no explanation; say why it is {_right(option.correct)}"
            yield warn(Code.NO_EXPLANATION, f"options[{position}].explanation", message)
        if _COMBINES.match(option.text):
            message = (
                f"'{option.id}' speaks of the other options, which may be shown in another order "
                "and tell who knows one of them too much; replace it"
            )
            yield warn(Code.REVEALING_OPTION, f"options[{position}].text", message)


def _right(correct: bool) -> str:  # noqa: FBT001 - as the option has it
    return "right" if correct else "wrong"


def _alike(rubric: Rubric) -> Iterator[Finding]:
    for (_, first), (position, option) in combinations(enumerate(rubric.options), 2):
        if repeats(first.text, option.text):
            message = f"'{option.id}' says the same as '{first.id}'; change or remove one of them"
            yield warn(Code.DUPLICATE_OPTION, f"options[{position}].text", message)


def _length(rubric: Rubric) -> Iterator[Finding]:
    lengths = [len(option.text.split()) for option in rubric.options]
    right = [position for position, option in enumerate(rubric.options) if option.correct]
    wrong = [length for n, length in zip(rubric.options, lengths, strict=True) if not n.correct]
    if len(right) != 1 or not wrong:
        return
    option, length = rubric.options[right[0]], lengths[right[0]]
    longer, shorter = max(wrong), min(wrong)
    if length >= _LONGER * longer and length - longer >= _MORE_WORDS:
        yield _gives_itself_away(right[0], option.id, f"longest, {length} words to {longer}")
    elif shorter >= _LONGER * length and shorter - length >= _MORE_WORDS:
        yield _gives_itself_away(right[0], option.id, f"shortest, {length} words to {shorter}")


def _gives_itself_away(position: int, option: str, how: str) -> Finding:
    message = (
        f"the right option '{option}' is by far the {how}, which gives it away; make the options "
        "about equally long"
    )
    return warn(Code.REVEALING_OPTION, f"options[{position}].text", message)


def _links(rubric: Rubric) -> Iterator[Finding]:
    correct = [option.id for option in rubric.options if option.correct]
    points = {point.id for point in rubric.points}
    if correct and points.isdisjoint(correct):
        message = (
            "no point has the id of a correct option, so choosing it earns nothing; give the point "
            f"that it makes the id '{correct[0]}'"
        )
        yield warn(Code.UNLINKED_OPTION, "points", message)
