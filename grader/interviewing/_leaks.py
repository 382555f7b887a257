"""Whether a follow-up says what it asks for."""

from __future__ import annotations

from collections.abc import Iterable

from grader.answers import matchable
from grader.types import Rubric
from grader.words import content_words, stem

# So many words of one way to put the answer may a follow-up hold that nobody has said before. Of the
# bank's follow-ups, nine in ten hold at most two of what they target, apart from the question's.
_MOST_NEW = 2


def gives_away(ask: str, rubric: Rubric, owner: str, *, known: Iterable[str] = ()) -> bool:
    """Tell whether a follow-up gives away what a candidate should say of a point or mistake.

    It does if it holds a term of the rubric's vocabulary that is part of the answer, or more than
    two other words of it, unless the question or `known` holds them too.

    Args:
        ask: The follow-up.
        rubric: Gives the answer: a point's claim and accepted phrasings, a mistake's correction.
        owner: Id of the point or mistake.
        known: What may be repeated: what the candidate has said, and the rubric's own follow-up.
    """
    free = _stems(rubric.question).union(*map(_stems, known))
    new = _stems(ask) - free
    terms = [term for term in map(_stems, rubric.vocabulary) if term]
    for answer in _answers(rubric, owner):
        revealed = new & _stems(answer)
        if len(revealed) > _MOST_NEW or any(term <= revealed for term in terms):
            return True
    return False


def _answers(rubric: Rubric, owner: str) -> tuple[str, ...]:
    for point in rubric.points:
        if point.id == owner:
            return (point.claim, *point.accept)
    return tuple(m.correction for m in rubric.mistakes if m.id == owner and m.correction)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(matchable(text)))
