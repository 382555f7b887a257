"""Splitting speech without punctuation into its most probable sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import numpy as np

from grader.answers import Answer, Segment, listed_segments, resegmented
from grader.embedding import FloatArray
from grader.types import Repair

# How probable it is that a sentence ends after each of some words; see `SentenceBoundaries`.
Probabilities = Callable[[Sequence[str]], FloatArray]

_WORD = re.compile(r"\S+")
# Marks beside a word; those inside a term or a number are not punctuation.
_MARK = re.compile(r"[.,;:!?…—–。！？](?!\w)")

# One mark in so many words is less than anybody types who uses any.
_WORDS_A_MARK = 25
_FEWEST_WORDS = 10

# A sentence ends where that is at least as probable as this; chosen on the development questions.
_PROBABLE = 0.2
_SHORTEST, _LONGEST = 3, 28
# What a sentence of one word or two costs, in logits: fillers stand with what they begin.
_SHORT_PENALTY = 4.0
_LEAST = 1e-3


def is_unpunctuated(text: str) -> bool:
    """Tell whether a paragraph has hardly any punctuation, over ten words or more.

    What has capitals is a sentence that lacks its full stop, unless it is too long for one.
    """
    words = _WORD.findall(text)
    marks, capitals = len(_MARK.findall(text)), sum(w[:1].isupper() and w != "I" for w in words)
    if len(words) <= _LONGEST:
        marks = max(marks, capitals)
    return len(words) >= _FEWEST_WORDS and marks * _WORDS_A_MARK <= len(words)


def split_unpunctuated(answer: Answer, probabilities: Probabilities) -> Answer:
    """Split the paragraphs of an answer that lack punctuation into their most probable sentences.

    Args:
        answer: The answer as read.
        probabilities: Finds the ends of sentences.

    Returns:
        The answer in other segments; the same answer if it has punctuation. A list of terms has no
        sentences and stays as it is; no mis-heard term is parted.
    """
    listed = {
        segment
        for segment, is_listed in zip(answer.segments, listed_segments(answer), strict=True)
        if is_listed
    }
    segments: list[Segment] = []
    for _, run in groupby(answer.segments, key=lambda segment: segment.block):
        block = list(run)
        text = answer.text[block[0].start : block[-1].end]
        if block[0].is_code or not is_unpunctuated(text) or not listed.isdisjoint(block):
            segments += block
        else:
            segments += _sentences(answer, block, probabilities)
    if tuple(segments) == answer.segments:
        return answer
    return resegmented(answer, segments)


def _sentences(
    answer: Answer, block: Sequence[Segment], probabilities: Probabilities
) -> Iterator[Segment]:
    start, end = block[0].start, block[-1].end
    words = [match.span() for match in _WORD.finditer(answer.text, start, end)]
    shares = probabilities([answer.text[first:last] for first, last in words])
    for index, (_, last) in enumerate(words):
        if any(_parts(repair, last) for repair in answer.repairs):
            shares[index] = 0
    for first, after in _most_probable(shares):
        bounds = words[first][0], words[after - 1][1]
        if any(character.isalnum() for character in answer.text[slice(*bounds)]):
            yield Segment(*bounds, block[0].block)


def _parts(repair: Repair, offset: int) -> bool:
    return repair.start < offset < repair.end


def _most_probable(shares: FloatArray) -> list[tuple[int, int]]:
    """Choose the ends that are most probable together, by dynamic programming.

    Args:
        shares: How probable it is that a sentence ends after each word, shape (words,).

    Returns:
        First word of each sentence, and the first after it.
    """
    bounded = np.clip(shares, _LEAST, 1 - _LEAST).astype(np.float64)
    gains = np.log(bounded / (1 - bounded)) - np.log(_PROBABLE / (1 - _PROBABLE))
    gains[-1] = 0
    best, begins = [0.0], [0]
    for after in range(1, len(gains) + 1):
        options = range(max(0, after - _LONGEST), after)
        value, begin = max(
            (best[first] - (_SHORT_PENALTY if after - first < _SHORTEST else 0), first)
            for first in options
        )
        best.append(value + float(gains[after - 1]))
        begins.append(begin)
    found: list[tuple[int, int]] = []
    after = len(gains)
    while after:
        found.append((begins[after], after))
        after = begins[after]
    return found[::-1]
