"""Fillers and self-corrections, found by their words.

Levelt (1983, "Monitoring and self-repair in speech", Cognition 14) takes a repair apart into what
is broken off, an editing term, and what is said instead. The last alone takes understanding; found
here are repetitions, words broken off, and editing terms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

_FILLED_PAUSE = re.compile(r"u+m+|u+h+|uh-?huh|e+r+m*|h+m+|m+h*m+|a+h+m*|e+h+")

# "I mean" also begins an explanation; it counts where something was broken off or put right.
_EDITING = tuple(
    tuple(term.split())
    for term in (
        "i mean",
        "sorry",
        "no wait",
        "wait no",
        "wait sorry",
        "no sorry",
        "actually no",
        "no actually",
        "or rather",
        "scratch that",
        "strike that",
        "let me rephrase",
        "let me correct",
        "let me start over",
        "let me start again",
        "i meant",
    )
)
_LONGEST_REPEAT = 3

# Said twice on purpose, or as grammar has it.
_MEANT_TWICE = frozenset(
    {"that", "had", "very", "really", "so", "no", "yes", "yeah", "much", "more", "many", "far"}
    | {"again", "bye", "ha", "okay", "ok", "right", "well", "is", "do", "does", "over", "never"}
)


def bare(word: str) -> str:
    """Return a word in lower case without the punctuation around it; a hyphen at its end stays."""
    return word.lower().replace("’", "'").strip(" \t.,;:!?…\"“”()[]'")


def find_fillers(said: Sequence[str], fillers: Collection[str]) -> dict[int, tuple[int, str]]:
    """Find fillers.

    Args:
        said: Bare words.
        fillers: Words or phrases that count beside filled pauses, in lower case.

    Returns:
        Of each filler's first word, by index: the number of words and the filler.
    """
    phrases = sorted((tuple(bare(w) for w in f.split()) for f in fillers), key=len, reverse=True)
    found: dict[int, tuple[int, str]] = {}
    index = 0
    while index < len(said):
        size = next(
            (len(p) for p in phrases if p and tuple(said[index : index + len(p)]) == p),
            1 if _FILLED_PAUSE.fullmatch(said[index]) else 0,
        )
        if size:
            found[index] = size, " ".join(said[index : index + size])
        index += max(size, 1)
    return found


def ends_sentence(word: str) -> bool:
    """Tell whether a word is written with the end of a sentence."""
    return word.rstrip("\"'”’)]").endswith((".", "!", "?", ";"))


def find_corrections(said: Sequence[str], ends: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Find self-corrections, none overlapping another.

    Args:
        said: Bare words without fillers.
        ends: Whether a sentence ends with each; the same word before and after is no repetition.

    Yields:
        (first, last) index, of what is broken off or of the editing term, to the first word of what
        is said instead.
    """
    index = 0
    while index < len(said):
        size = _repeated(said, ends, index) or _edited(said, index) or _broken_off(said, index)
        if size:
            yield index, min(index + size, len(said) - 1)
        index += max(size, 1)


def _repeated(said: Sequence[str], ends: Sequence[bool], index: int) -> int:
    """Return the number of words that are said again at once ("we have, we have")."""
    for size in range(_LONGEST_REPEAT, 0, -1):
        words = said[index : index + size]
        again = said[index + size : index + 2 * size]
        if len(words) < size or words != again or any(ends[index : index + size]):
            continue
        if size == 1 and (words[0] in _MEANT_TWICE or not words[0].isalpha()):
            continue
        if len(set(words)) == 1 and size > 1:
            continue
        return size
    return 0


def _edited(said: Sequence[str], index: int) -> int:
    """Return the number of words of an editing term that something is said before and after."""
    if index == 0:
        return 0
    for term in _EDITING:
        end = index + len(term)
        if tuple(said[index:end]) == term and end < len(said):
            return len(term)
    return 0


def _broken_off(said: Sequence[str], index: int) -> int:
    """Tell whether a word was broken off ("vir- virtual"), as recognisers write it."""
    word = said[index].rstrip("-–—")
    return int(word != said[index] and word.isalpha() and index + 1 < len(said))
