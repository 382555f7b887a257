"""Short reasons made from what was measured, never from a template that could be untrue."""

from __future__ import annotations

from grader.answers import Answer, Window, matchable
from grader.judges.local._features import OwnerFeatures
from grader.judges.local._polarity import read_cues
from grader.types import Point, Verdict
from grader.words import content_words, stem

_NAMED = 4
_CLOSE_WORDING = 0.8


def explain_point(
    point: Point,
    verdict: Verdict,
    features: OwnerFeatures,
    answer: Answer,
    window: Window | None,
    against: str = "",
) -> str:
    """Say why a point got its verdict.

    Args:
        point: The point.
        verdict: What was decided.
        features: What was measured.
        answer: The answer as read.
        window: The words it rests on; None where nothing was said.
        against: The rejected phrasing that the window is nearest to; empty where there is none.
    """
    if window is None:
        return "Nothing in the answer says this."
    said = matchable(answer.reading(window))
    match verdict:
        case Verdict.COVERED:
            close = features.lexical >= _CLOSE_WORDING
            return "Says this." if close else "Says this in other words."
        case Verdict.PARTIAL:
            absent = _absent_words(point.claim, said)
            listed = f"; does not speak of {', '.join(absent)}" if absent else ""
            return f"Says part of this{listed}."
        case _:
            return _explain_contradiction(point, features, said, against)


def explain_mistake(*, made: bool) -> str:
    """Say why a mistake counts as made or not."""
    return "The answer asserts this." if made else "The answer does not assert this."


def _explain_contradiction(point: Point, features: OwnerFeatures, said: str, against: str) -> str:
    if against:
        return f"Comes close to “{against}”, which contradicts this."
    if features.mismatch.number:
        wanted, given = read_cues(point.claim).numbers, read_cues(said).numbers
        if wanted and given:
            return f"Gives {', '.join(sorted(given))} where {', '.join(sorted(wanted))} is right."
    if features.mismatch.negation:
        return "Denies this, or affirms what this denies."
    return "Says something that cannot be true together with this."


def _absent_words(claim: str, said: str) -> list[str]:
    present = {stem(word) for word in content_words(said)}
    return [word for word in dict.fromkeys(content_words(claim)) if stem(word) not in present][
        :_NAMED
    ]
