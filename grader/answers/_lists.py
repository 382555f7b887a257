"""Telling what names terms from what states something of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

from grader.answers._read import Answer, matchable
from grader.words import STOP_WORDS, words

# Terms are listed when six or more stand in a row, each of three words at most, and hardly any with
# a word in it that says how they belong together.
_FEWEST_LISTED = 6
_LONGEST_TERM = 3
_BARE_SHARE = 0.75
_LISTED = 0.65
_BETWEEN_TERMS = re.compile(
    r"[,;|/•\n\"'\[\]]+|\s[-–—+>]+\s|\b(?:and|or|vs)\b|\s(?=#\w)", re.IGNORECASE
)
# Signs that say what words leave out, and signs that a sentence has parts.
_STATED = re.compile(r"[:=(){}→]|->")
_PARTED = re.compile(r"[,;:=()→>.!?]")
_SAYING = STOP_WORDS | {"not", "no", "never", "cannot", "without"}

# Words in a row without a function word or a sign between them; prose has close to half of those.
_FEWEST_RUN_ON = 12
_FUNCTION_WORDS = 0.1

# As many sentences that differ in one term alone.
_FEWEST_ALIKE = 4
_MENTIONED = frozenset(
    [
        "crucial",
        "essential",
        "familiar",
        "important",
        "key",
        "know",
        "like",
        "matters",
        "mention",
        "relevant",
    ]
)


def listed_segments(answer: Answer) -> list[bool]:
    """Tell which segments name terms and state nothing: lists, and one frame said over and over."""
    segments = answer.segments
    quotes = [answer.quote(segment) for segment in segments]
    frames = [_frame(matchable(quote)) for quote in quotes]
    often = Counter(frame for frame in frames if frame)
    listed = [
        often[frame] >= _FEWEST_ALIKE
        if frame
        else not (segment.is_code and _STATED.search(quote))
        and (_listed_share(quote) >= _LISTED or _is_run_on(quote))
        for segment, quote, frame in zip(segments, quotes, frames, strict=True)
    ]

    def is_one_list(first: int, last: int) -> bool:
        block = answer.text[segments[first].start : segments[last].end]
        return not segments[first].is_code and _listed_share(block) >= _LISTED

    def is_term_a_line(first: int, last: int) -> bool:
        return last - first + 1 >= _FEWEST_LISTED and _is_bare_segment(quotes[first])

    _mark(listed, (segment.block for segment in segments), is_one_list)
    _mark(listed, map(_is_bare_segment, quotes), is_term_a_line)
    return listed


def _mark(listed: list[bool], keys: Iterable[object], wanted: Callable[[int, int], bool]) -> None:
    """Set the runs of equal keys that are wanted, told by their first and last place."""
    first = 0
    for _, run in groupby(keys):
        last = first + sum(1 for _ in run) - 1
        if wanted(first, last):
            listed[first : last + 1] = [True] * (last - first + 1)
        first = last + 1


def _listed_share(text: str) -> float:
    """Share of a text's words that belong to lists of bare terms, 0 to 1."""
    pieces = [said for piece in _BETWEEN_TERMS.split(text) if (said := words(piece))]
    listed = 0
    for short, run in groupby(pieces, key=lambda said: len(said) <= _LONGEST_TERM):
        terms = list(run)
        bare = sum(map(_is_bare, terms))
        if short and len(terms) >= _FEWEST_LISTED and bare >= _BARE_SHARE * len(terms):
            listed += sum(map(len, terms))
    total = sum(map(len, pieces))
    return listed / total if total else 0.0


def _is_bare(said: list[str]) -> bool:
    return _SAYING.isdisjoint(said)


def _is_bare_segment(quote: str) -> bool:
    said = words(quote)
    return 0 < len(said) <= _LONGEST_TERM and _is_bare(said) and not _STATED.search(quote)


def _is_run_on(quote: str) -> bool:
    said = words(matchable(quote))
    if len(said) < _FEWEST_RUN_ON or _PARTED.search(quote.strip().rstrip(".!?")):
        return False
    return sum(word in STOP_WORDS for word in said) < _FUNCTION_WORDS * len(said)


def _frame(sentence: str) -> tuple[str, ...]:
    """Return what is left of a short sentence without its term; empty for any other."""
    said = words(sentence)
    frame = tuple(word for word in said if word in STOP_WORDS or word in _MENTIONED)
    fits = 0 < len(said) - len(frame) <= _LONGEST_TERM and not _MENTIONED.isdisjoint(frame)
    return frame if fits else ()
