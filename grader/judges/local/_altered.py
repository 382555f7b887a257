"""What an answer says almost in a rubric's words, save for one that turns it round.

An encoder hardly tells such a sentence from the claim it was made of. Where nearly all words are a
statement's own, in its order, the few that differ decide: a negation more or less, another number,
an opposite, another unit, two words in each other's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

from grader.answers import Answer, Window, matchable
from grader.index import Role, RubricVectors
from grader.judges.local._polarity import number_of, opposites
from grader.judges.local._wording import ONES, Wording, read_wording
from grader.words import stem

# Words of meaning that must be a statement's own, at the least, and their share of it.
_FEWEST_SHARED = 4
_SHARED = 0.5
_SHARED_NEGATED = 0.7
# How many other words may stand beside them, as a share of the words said.
_FOREIGN = 0.5
_SHARED_IN_ANY_ORDER = 0.7

_SUBJECT_AND_VERB = 2
_COMPARATIVE = re.compile(r"better|worse|more|less|fewer|[a-z]{3,}er")

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


# The words wanted and given.
_Turned = tuple[str, str]
# Stretches of a statement and of a text, the one in the other's place.
_Replaced = Sequence[tuple[range, range]]
# Words before and beyond a negation or comparison, by stem.
_Sides = tuple[dict[str, str], dict[str, str]]


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
        (window, read_wording(matchable(answer.reading(window))))
        for window, use in zip(answer.windows, usable, strict=True)
        if use
    ]
    found: dict[int, Alteration] = {}
    for row, item in enumerate(rubric.statements):
        statement = read_wording(item.statement.text)
        # Other phrasings, and the reference answer, give numbers as examples.
        exact = item.statement.role is Role.CLAIM
        for window, text in said:
            altered = _altered(statement, text, exact=exact)
            if altered is not None:
                found[row] = Alteration(window, *altered)
                break
    return found


def _altered(statement: Wording, text: Wording, *, exact: bool) -> _Turned | None:
    if len(statement.stems) < _FEWEST_SHARED:
        return None
    fewest = max(_FEWEST_SHARED, _SHARED * len(statement.stems))
    if len(set(statement.stems) & set(text.stems)) < fewest:
        return None
    if sides := _exchanged_sides(statement, text):
        return sides
    matcher = SequenceMatcher(None, statement.stems, text.stems, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    if shared < fewest or shared < _FOREIGN * len(text.stems):
        return None
    replaced = [
        (range(start, end), range(there, until))
        for tag, start, end, there, until in matcher.get_opcodes()
        if tag == "replace"
    ]
    nearly = shared >= _SHARED_NEGATED * len(statement.stems)
    return (
        _exchanged_places(statement, text, replaced)
        or _other_words(statement, text, replaced, exact=exact, nearly=nearly)
        or (_negated(statement, text, matcher) if nearly else None)
    )


def _other_words(
    statement: Wording, text: Wording, replaced: _Replaced, *, exact: bool, nearly: bool
) -> _Turned | None:
    for left, right in replaced:
        wanted = statement.words[left.start : left.stop]
        given = text.words[right.start : right.stop]
        turned = _other_number(wanted, given) if exact else None
        if turned is None and exact and nearly:
            turned = _other_name(statement, left, text, right)
        turned = turned or _opposite(wanted, given, text.words)
        if turned is not None:
            return turned
    return None


def _negated(statement: Wording, text: Wording, matcher: SequenceMatcher[str]) -> _Turned | None:
    differs = any(
        statement.denied[block.a + step] is not text.denied[block.b + step]
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    )
    # Where a negator's reach ends is a guess, so that any word that both deny makes them alike.
    return ("", "") if differs and _denied(statement).isdisjoint(_denied(text)) else None


def _denied(said: Wording) -> set[str]:
    return {word for word, denied in zip(said.stems, said.denied, strict=True) if denied}


def _exchanged_places(statement: Wording, text: Wording, replaced: _Replaced) -> _Turned | None:
    """Find two words of a statement that stand in each other's place."""
    for (first, there), (second, elsewhere) in combinations(replaced, 2):
        moved = _moved(statement, first, text, elsewhere)
        back = _moved(statement, second, text, there)
        if moved and back and moved.keys().isdisjoint(back):
            return next(iter(moved.values())), next(iter(back.values()))
    return None


def _moved(statement: Wording, left: range, text: Wording, right: range) -> dict[str, str]:
    """Words, by stem, that stand in one stretch of the statement and in another of the text."""
    there = {text.stems[place] for place in right}
    return {
        statement.stems[place]: statement.words[place]
        for place in left
        if statement.stems[place] in there
    }


def _exchanged_sides(statement: Wording, text: Wording) -> _Turned | None:
    """Find two words on each other's side of a negation, or of a "than" that compares alike."""
    stems, said = set(statement.stems), set(text.stems)
    both = len(stems & said)
    if both < max(_SHARED_IN_ANY_ORDER * len(stems), _FOREIGN * len(said)):
        return None
    turned = _crossed(_sides(statement, statement.denied), _sides(text, text.denied))
    # Where what is denied is the statement's own verb, it may be denied of the other side.
    if turned is not None and turned[0] not in statement.words[:_SUBJECT_AND_VERB]:
        return turned
    if not any(_COMPARATIVE.fullmatch(word) for word in {*statement.words} & {*text.words}):
        return None
    if any(opposites(word) & {*text.words} for word in statement.words):
        return None
    return _crossed(_sides(statement, statement.compared), _sides(text, text.compared))


def _sides(said: Wording, beyond: Sequence[bool]) -> _Sides:
    """Words that stand before a negation or comparison and not beyond it, and those beyond alone."""
    sides: _Sides = ({}, {})
    for word, its, is_beyond in zip(said.words, said.stems, beyond, strict=True):
        sides[is_beyond].setdefault(its, word)
    before, after = sides
    return (
        {its: word for its, word in before.items() if its not in after},
        {its: word for its, word in after.items() if its not in before},
    )


def _crossed(left: _Sides, right: _Sides) -> _Turned | None:
    """Return a word that was before and is beyond, and one the other way round."""
    wanted = [word for its, word in left[0].items() if its in right[1]]
    given = [word for its, word in left[1].items() if its in right[0]]
    return (wanted[0], given[0]) if wanted and given else None


def _other_number(wanted: Sequence[str], given: Sequence[str]) -> _Turned | None:
    left, right = _numbers(wanted), _numbers(given)
    if left and right and set(left.values()).isdisjoint(right.values()):
        return next(iter(left)), next(iter(right))
    return None


def _other_name(statement: Wording, left: range, text: Wording, right: range) -> _Turned | None:
    wanted = [statement.words[place] for place in left if statement.names[place]]
    given = [text.words[place] for place in right if text.names[place]]
    if len(wanted) == len(given) == 1 == len(right):
        return wanted[0], given[0]
    return None


def _opposite(wanted: Sequence[str], given: Sequence[str], said: Sequence[str]) -> _Turned | None:
    """Return two words of which one cannot be true where the other is."""
    for word in wanted:
        for other in given:
            kind, its = _UNITS.get(stem(word)), _UNITS.get(stem(other))
            differs = kind is not None and kind == its and stem(word) != stem(other)
            if (differs or other in opposites(word)) and word not in said:
                return word, other
    return None


def _numbers(said: Iterable[str]) -> dict[str, float]:
    values = {word: 1.0 if word in ONES else number_of(word) for word in said}
    return {word: value for word, value in values.items() if value is not None}
