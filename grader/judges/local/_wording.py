"""The words of a text that carry meaning, and on which side of a negation or comparison they stand."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from grader.judges.local._polarity import is_negator, opposites
from grader.words import STOP_WORDS, stem, word_spans

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

# Where nearly the same words are said these are numbers, and no pronouns.
ONES = frozenset({"one", "single", "once"})


class Wording(NamedTuple):
    """A text as wordings are compared: the words that carry meaning, in order, negators left out.

    Attributes:
        words: Lower case.
        stems: Of the words.
        denied: Whether a negator stands shortly before the word.
        compared: Whether the word stands after "than".
        names: Whether the word is a name: with capitals inside a sentence, digits or signs, and
            not one that the text gives as an example.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    denied: tuple[bool, ...]
    compared: tuple[bool, ...]
    names: tuple[bool, ...]


@lru_cache(maxsize=16384)
def read_wording(text: str) -> Wording:
    """Read a text."""
    text = _DENYING.sub(" not ", _NOT_DENYING.sub(" ", text))
    kept: list[tuple[str, str, bool, bool, bool]] = []
    example = compared = False
    end = reach = 0
    for start, until in word_spans(text):
        word = text[start:until].lower()
        if _PAUSE.search(text, end, start):
            reach, compared = 0, False
        example = example or word in _EXAMPLE
        compared = compared or word == "than"
        end = until
        if is_negator(word):
            reach = _REACH
            continue
        if word not in STOP_WORDS or word in ONES or opposites(word):
            name = bool(_NAME.search(text, start + (start == 0), until)) and not example
            kept.append((word, stem(word), reach > 0, compared, name))
        reach -= 1
    if not kept:
        return Wording((), (), (), (), ())
    return Wording(*zip(*kept, strict=True))
