"""What an answer says almost in a rubric's words, save for one that turns it round.

An encoder hardly tells such a sentence from the claim it was made of. Where nearly all words are a
statement's own, in its order, the few that differ decide: a negation more or less, another number,
an opposite, another unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from grader.answers import Answer, Window, matchable
from grader.index import Role, RubricVectors
from grader.judges.local._polarity import is_negator, number_of, opposites
from grader.words import STOP_WORDS, stem, word_spans

# Words of meaning that must be a statement's own, at the least, and their share of it.
_FEWEST_SHARED = 4
_SHARED = 0.5
_SHARED_NEGATED = 0.7
# How many other words may stand beside them, as a share of the words said.
_FOREIGN = 0.5

# Several words that deny as one, and some with "not" in them that deny nothing.
_DENYING = re.compile(
    r"\b(?:rather than|instead of|as opposed to|far from|no longer)\b", re.IGNORECASE
)
_NOT_DENYING = re.compile(
    r"\b(?:not (?:only|just|merely|simply)|whether or not|no matter|no doubt|no more than|not to mention"
    r"|no less than|if not|why not|do not forget|don['’]t forget|nothing but|no sooner)\b",
    re.IGNORECASE,
)

_NAME = re.compile(r"[A-Z\d]|\w[-._/]\w")
_EXAMPLE = frozenset({"such", "like", "example", "e.g"})

# A negator bears on the words that follow it in the same clause, this far.
_REACH = 3
_PAUSE = re.compile(r"[,;:.!?()–—]")

# In nearly the same words as a claim these are numbers, and no pronouns.
_ONES = frozenset({"one", "single", "once"})

_UNITS = {
    stem(unit): kind
    for kind, units in {
        "time": "nanosecond microsecond millisecond second minute hour day week month year decade",
        "size": "bit byte kilobyte megabyte gigabyte terabyte",
    }.items()
    for unit in units.split()
}


class Alteration(NamedTuple):
    """Where a statement is said with a difference that turns it round.

    Attributes:
        window: The words said.
        wanted: The words of the statement that were left or replaced; empty for a negation.
        given: What stands in their place; empty for a negation.
    """

    window: Window
    wanted: str = ""
    given: str = ""


class _Said(NamedTuple):
    """A text as it is compared: the words that carry meaning, in order, negators left out.

    Attributes:
        words: Lower case.
        stems: Of the words.
        denied: Whether a negator stands shortly before the word.
        names: Whether the word is a name: with capitals inside a sentence, digits or signs, and
            not one that the text gives as an example.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    denied: tuple[bool, ...]
    names: tuple[bool, ...]


def alterations(
    answer: Answer, rubric: RubricVectors, usable: Sequence[bool]
) -> dict[int, Alteration]:
    """Find the statements that the answer turns round in nearly their own words.

    Args:
        answer: The answer as read.
        rubric: The rubric's vectors.
        usable: Which windows count as the candidate's own statements.

    Returns:
        By the statement's row, the first window that does.
    """
    said = [
        (window, _read(matchable(answer.reading(window))))
        for window, use in zip(answer.windows, usable, strict=True)
        if use
    ]
    found: dict[int, Alteration] = {}
    for row, item in enumerate(rubric.statements):
        statement = _read(item.statement.text)
        # Other phrasings, and the reference answer, give numbers as examples.
        exact = item.statement.role is Role.CLAIM
        for window, text in said:
            altered = _altered(statement, text, exact=exact)
            if altered is not None:
                found[row] = Alteration(window, *altered)
                break
    return found


def _altered(statement: _Said, text: _Said, *, exact: bool) -> tuple[str, str] | None:
    if len(statement.stems) < _FEWEST_SHARED or not text.stems:
        return None
    fewest = max(_FEWEST_SHARED, _SHARED * len(statement.stems))
    if len(set(statement.stems) & set(text.stems)) < fewest:
        return None
    matcher = SequenceMatcher(None, statement.stems, text.stems, autojunk=False)
    blocks = matcher.get_matching_blocks()
    shared = sum(block.size for block in blocks)
    if shared < fewest or shared < _FOREIGN * len(text.stems):
        return None
    for tag, start, end, there, until in matcher.get_opcodes():
        if tag == "replace":
            wanted, given = statement.words[start:end], text.words[there:until]
            turned = _other_number(wanted, given) if exact else None
            if turned is None and exact and shared >= _SHARED_NEGATED * len(statement.stems):
                turned = _other_name(statement, (start, end), text, (there, until))
            turned = turned or _opposite(wanted, given, text.words)
            if turned is not None:
                return turned
    if shared < _SHARED_NEGATED * len(statement.stems):
        return None
    differs = any(
        statement.denied[block.a + step] is not text.denied[block.b + step]
        for block in blocks
        for step in range(block.size)
    )
    # Where a negator's reach ends is a guess, so that any word that both deny makes them alike.
    return ("", "") if differs and _denied(statement).isdisjoint(_denied(text)) else None


def _denied(said: _Said) -> set[str]:
    return {word for word, denied in zip(said.stems, said.denied, strict=True) if denied}


def _other_number(wanted: Sequence[str], given: Sequence[str]) -> tuple[str, str] | None:
    left, right = _numbers(wanted), _numbers(given)
    if left and right and set(left.values()).isdisjoint(right.values()):
        return next(iter(left)), next(iter(right))
    return None


def _other_name(
    statement: _Said, left: tuple[int, int], text: _Said, right: tuple[int, int]
) -> tuple[str, str] | None:
    wanted = [statement.words[place] for place in range(*left) if statement.names[place]]
    given = [text.words[place] for place in range(*right) if text.names[place]]
    if len(wanted) == len(given) == 1 == right[1] - right[0]:
        return wanted[0], given[0]
    return None


def _opposite(
    wanted: Sequence[str], given: Sequence[str], said: Sequence[str]
) -> tuple[str, str] | None:
    """Return two words of which one cannot be true where the other is."""
    for word in wanted:
        for other in given:
            kind, its = _UNITS.get(stem(word)), _UNITS.get(stem(other))
            differs = kind is not None and kind == its and stem(word) != stem(other)
            if (differs or other in opposites(word)) and word not in said:
                return word, other
    return None


def _numbers(said: Iterable[str]) -> dict[str, float]:
    values = {word: 1.0 if word in _ONES else number_of(word) for word in said}
    return {word: value for word, value in values.items() if value is not None}


@lru_cache(maxsize=16384)
def _read(text: str) -> _Said:
    text = _DENYING.sub(" not ", _NOT_DENYING.sub(" ", text))
    kept: list[tuple[str, str, bool, bool]] = []
    example = False
    end = reach = 0
    for start, until in word_spans(text):
        word = text[start:until].lower()
        if _PAUSE.search(text, end, start):
            reach = 0
        example = example or word in _EXAMPLE
        end = until
        if is_negator(word):
            reach = _REACH
            continue
        if word not in STOP_WORDS or word in _ONES or opposites(word):
            name = bool(_NAME.search(text, start + (start == 0), until)) and not example
            kept.append((word, stem(word), reach > 0, name))
        reach -= 1
    if not kept:
        return _Said((), (), (), ())
    return _Said(*zip(*kept, strict=True))
