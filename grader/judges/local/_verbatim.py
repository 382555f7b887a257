"""What an answer says in a rubric's very words, which needs no judging."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from grader.answers import Answer
from grader.index import RubricVectors
from grader.words import words

_FEWEST_WORDS = 4

# Sentences that take back the one before, or hand the next one to somebody else.
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:but\s+)?(?:that|this|it|which)(?:'s|\s+is|\s+was|\s+would\s+be)\s+(?:just\s+|simply\s+)?"
    r"(?:not|n't|false|wrong|untrue|nonsense|a\s+myth|a\s+mistake|incorrect)"
    r"|no\b|wrong\b|false\b|not\s+(?:true|so|really)\b|that\s+isn't|nonsense\b)",
    re.IGNORECASE,
)
_HANDED_ON = re.compile(
    r"\b(?:people|some|many|they|others|colleagues?|juniors?|you)\b.{0,30}\b(?:think|thought|believe|say|said|"
    r"claim|hear|tell)\w*\W*$|\b(?:myth|misconception|not\s+true\s+that|wrong\s+to\s+say)\b.{0,20}$",
    re.IGNORECASE,
)


class Run(NamedTuple):
    """Neighbouring segments, both ends inclusive."""

    first: int
    last: int


def verbatim_runs(answer: Answer, rubric: RubricVectors, usable: Sequence[bool]) -> dict[int, Run]:
    """Find the statements that the answer says word for word, each from one segment's start to an end.

    Args:
        answer: The answer as read.
        rubric: The rubric's vectors.
        usable: Which segments count as the candidate's own statements.

    Returns:
        By the statement's row, where it stands. What the next sentence takes back is left out, and
        so is what the sentence before hands to somebody else.
    """
    said = [_key(answer.quote(segment)) for segment in answer.segments]
    found = {}
    for row, item in enumerate(rubric.statements):
        wanted = _key(item.statement.text)
        if len(wanted) < _FEWEST_WORDS:
            continue
        run = _find(wanted, said)
        if run is not None and all(usable[run.first : run.last + 1]) and _stands(answer, run):
            found[row] = run
    return found


def _find(wanted: tuple[str, ...], said: Sequence[tuple[str, ...]]) -> Run | None:
    for first, opening in enumerate(said):
        if not opening or opening[0] != wanted[0]:
            continue
        joined: tuple[str, ...] = ()
        for last in range(first, len(said)):
            joined += said[last]
            if joined == wanted:
                return Run(first, last)
            if joined != wanted[: len(joined)]:
                break
    return None


def _stands(answer: Answer, run: Run) -> bool:
    if run.last + 1 < len(answer.segments):
        following = answer.quote(answer.segments[run.last + 1])
        if _TAKEN_BACK.match(following):
            return False
    if run.first > 0:
        return not _HANDED_ON.search(answer.quote(answer.segments[run.first - 1]))
    return True


@lru_cache(maxsize=16384)
def _key(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in words(text))
