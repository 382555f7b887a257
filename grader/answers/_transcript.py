"""Signs that a text was spoken and transcribed, and that the transcript is too poor to judge."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from grader.answers._invented import is_invented
from grader.answers._spelled import spelled_out, units
from grader.words import STOP_WORDS

_FILLER = re.compile(r"\b(?:u+m+|u+h+|e+rm+|m+hm+|uh-huh)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"\W*(?:(?:okay|ok|right|well|yeah|yes|alright),?\s+so|so,?\s+(?:okay|ok|right|yeah))\b",
    re.IGNORECASE,
)
# What is typed and never written by a recogniser, and what it hardly ever writes.
_MARKUP = re.compile(r"[`{}<>=*|~\\]|\n\s*\n|\n\s*[-•\d]")
_TYPED = re.compile(r"[();_#/]|\w\.\w{2}|:\s")
_PUNCTUATION = re.compile(r"[.,;:!?…]")

# One mark in so many words is less than anybody types, capitals likewise.
_WORDS_A_MARK = 25
_FEWEST_WORDS = 10

_MARK = re.compile(
    r"[\[(<{*♪]+\s*(?:inaudible|unintelligible|indistinct|music|applause|laughter|silence|noise"
    r"|background noise|crosstalk|blank[_ ]audio|no (?:audio|speech)|foreign(?: language)?|speaking"
    r"[\w ]*|unclear|coughs?|coughing|static|beep|pause)[^\])>}*♪\n]{0,20}[\])>}*♪]+|♪+|\[[_\s]*\]",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_LONGEST_LOOP = 12
_FEWEST_ROUNDS = 4
_LOOPED_SHARE = 0.5
_FEWEST_LOOPED = 12
_FEWEST_FOR_PAIRS = 40
_LEAST_DISTINCT_PAIRS = 0.2
_FEWEST_MARKS = 2
_SOUP_SHARE = 0.5
_FEWEST_SOUP = 8


def looks_transcribed(text: str) -> bool:
    """Tell whether a text looks as if it had been spoken and written by a recogniser.

    It does if it holds no markup and code, and

    - has hardly any punctuation or capitals, over ten words or more; or
    - holds a filler that nobody types ("um", "uh", "erm"); or
    - spells a term by letter names ("jay ess", "gee are pee see"); or
    - opens as speakers do ("Okay, so", "Right, so"), and has no brackets, slashes and the like.

    A transcript that was tidied up well is not told from typing. Nothing in a grade depends on this
    but whether mis-heard terms are looked for.
    """
    bare = _MARK.sub(" ", text)
    if _MARKUP.search(bare):
        return False
    words = bare.split()
    marks = len(_PUNCTUATION.findall(bare))
    capitals = sum(word[:1].isupper() and word != "I" for word in words)
    if len(words) >= _FEWEST_WORDS and max(marks, capitals) * _WORDS_A_MARK <= len(words):
        return True
    if _FILLER.search(bare) or spelled_out(units(bare, 0, len(bare))):
        return True
    return _OPENING.match(bare) is not None and _TYPED.search(bare) is None


def is_poor_transcript(text: str, terms: Collection[str] = ()) -> bool:
    """Tell whether what a recogniser wrote cannot be what was said.

    Four signs: one phrase over and over, as recognisers write into silence; nothing but phrases that
    end videos, or thanks and farewells; more marks such as [inaudible] or [music] than a quarter of
    the words between them; words that are no words.

    Args:
        text: The answer.
        terms: Lower-cased words that are words although they do not look it.
    """
    marks = len(_MARK.findall(text))
    said = _PLAIN_WORD.findall(_MARK.sub(" ", text).lower())
    if marks >= _FEWEST_MARKS and marks * 4 >= len(said):
        return True
    if is_invented(_MARK.sub(" ", text)):
        return True
    return _is_looping(said) or _is_soup(text, [word for word in said if word not in terms])


def _is_looping(said: list[str]) -> bool:
    """Tell whether at least half the words are one phrase said again and again."""
    for length in range(1, min(_LONGEST_LOOP, len(said) // _FEWEST_ROUNDS) + 1):
        run = longest = 0
        for left, right in zip(said, said[length:], strict=False):
            run = run + 1 if left == right else 0
            longest = max(longest, run)
        looped = longest + length
        enough = looped >= max(_FEWEST_LOOPED, length * _FEWEST_ROUNDS)
        if enough and looped / len(said) >= _LOOPED_SHARE:
            return True
    return _repeats_pairs(said)


def _repeats_pairs(said: list[str]) -> bool:
    """Tell whether few pairs of words make up the whole, though other words lie between rounds."""
    if len(said) < _FEWEST_FOR_PAIRS:
        return False
    return len(set(pairwise(said))) / (len(said) - 1) <= _LEAST_DISTINCT_PAIRS


def _is_soup(text: str, said: list[str]) -> bool:
    """Tell whether most of a Latin text is no words: no vowels, or single letters, none common."""
    if not text.isascii() or len(said) < _FEWEST_SOUP:
        return False
    broken = sum(map(_is_broken, said))
    common = sum(word in STOP_WORDS and len(word) > 1 for word in said)
    return broken / len(said) >= _SOUP_SHARE and common / len(said) < 0.1


def _is_broken(word: str) -> bool:
    if len(word) == 1:
        return True
    has_vowel = re.search("[aeiouy]", word) is not None
    return (len(word) >= 4 and not has_vowel) or re.search("[^aeiouy']{5}", word) is not None
