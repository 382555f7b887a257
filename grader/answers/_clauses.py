"""Splitting what has no full stops: speech transcripts and very long sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.answers._spelled import english_words

# Above this many words a stretch holds several statements, and one vector blurs them together.
LONG = 28
_MIN_WORDS = 7
_MAX_WORDS = 24
_FEWEST_WORDS = 3

_WORD = re.compile(r"\S+")

# Words before which a speaker starts afresh. A split elsewhere could part "not" from what it
# negates, so a stretch without any of these stays whole up to `_MAX_WORDS`.
_OPENERS = frozenset(
    [
        "and",
        "but",
        "so",
        "then",
        "because",
        "um",
        "uh",
        "er",
        "erm",
        "okay",
        "ok",
        "yeah",
        "well",
        "also",
        "whereas",
        "while",
        "although",
        "though",
        "however",
        "therefore",
        "if",
        "when",
        "whenever",
        "unless",
        "since",
        "basically",
        "actually",
        "otherwise",
        "instead",
    ]
)
_STRONG_PUNCTUATION = (";", ":", " -", "—", "–")


def split_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split `text[start:end]` into clauses if it is long; else yield it whole.

    Yields:
        Consecutive (start, end) pairs that cover the stretch.
    """
    spans = [match.span() for match in _WORD.finditer(text, start, end)]
    if len(spans) <= LONG:
        yield start, end
        return
    clause_start, length = start, 0
    for index, (word_start, word_end) in enumerate(spans):
        rest = len(spans) - index
        if length >= _FEWEST_WORDS and _begins(text[word_start:word_end]):
            yield clause_start, word_start
            clause_start, length = word_start, 0
        elif length >= _MIN_WORDS and rest >= _MIN_WORDS:
            previous = text[spans[index - 1][0] : spans[index - 1][1]]
            word = text[word_start:word_end].strip(",.")
            opens = word.lower() in _OPENERS or previous.endswith(_STRONG_PUNCTUATION)
            if opens or length >= _MAX_WORDS:
                yield clause_start, word_start
                clause_start, length = word_start, 0
        length += 1
    yield clause_start, end


def _begins(word: str) -> bool:
    """Tell whether a word is capitalised and no name, as one that begins a sentence."""
    bare = word.strip(",.:;!?\"'”’)")
    return bare[:1].isupper() and bare[1:].islower() and bare.lower() in english_words()
