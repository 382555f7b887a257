"""Comparing short texts by their words."""

from __future__ import annotations

from functools import lru_cache

from grader.words import content_words, overlap, stem, words

# How much of the shorter of two texts the longer one must hold to say the same and perhaps more. Two
# statements that differ in one word, as of two status codes, share less. No two points of the bank
# share more than 0.67, and no point and accepted phrasing of another more than 0.57.
_HELD = 0.85
_FEWEST_STEMS = 4

_RUN = 3


@lru_cache(maxsize=16_384)
def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's content words."""
    return frozenset(stem(word) for word in content_words(text))


def same_words(left: str, right: str) -> bool:
    """Tell whether two texts are the same but for case, punctuation and spaces."""
    return _words(left) == _words(right)


def repeats(left: str, right: str) -> bool:
    """Tell whether one text says nothing that the other does not, going by their words."""
    if same_words(left, right):
        return True
    shorter, longer = sorted((stems(left), stems(right)), key=len)
    if len(shorter) < _FEWEST_STEMS:
        return False
    negated = [_negated(text) for text in (left, right)]
    return len(shorter & longer) >= _HELD * len(shorter) and negated[0] == negated[1]


def quoted_share(part: str, whole: str) -> float:
    """Share of the runs of three words of `part` that stand in `whole`, 0 to 1."""
    return overlap(_words(part), _words(whole), _RUN)


@lru_cache(maxsize=16_384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(words(text))


@lru_cache(maxsize=16_384)
def _negated(text: str) -> bool:
    return any(
        word in {"no", "not", "never", "none", "cannot", "without"} or word.endswith("n't")
        for word in words(text.replace("’", "'"))
    )
