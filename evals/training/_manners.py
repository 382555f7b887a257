"""Labelled answers in other manners, so that what is learned does not hang on punctuation or brevity.

The rules are those of the counterfactual pairs (`evals.fairness`), but what pads an answer here is
other wording than what pads one there: an evaluation must not find sentences that were learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from evals.datasets import LabelledAnswer
from evals.fairness.counterfactuals import (
    Edit,
    Manner,
    apply_edits,
    dictated,
    disfluent,
    is_prose,
    rewritten,
    sentences,
)

_OPENINGS = (
    "Right, let me think about how I would put this.",
    "That comes up a lot in my work.",
    "I have given this some thought over the years.",
    "Let me take it step by step.",
    "Thanks, I like this one.",
    "I will start with the basics and go on from there.",
)
_FILLINGS = (
    "People have strong opinions about this.",
    "I could talk about that for a long while.",
    "There is a fair amount of writing on it.",
    "We went back and forth on that in my last team.",
    "It took me a while to get there myself.",
    "Not everybody agrees, of course.",
    "One learns that by doing it.",
    "I would say that again in any meeting.",
    "It is one of those things.",
    "My colleagues have heard me say so.",
    "Let me move on to the next part.",
    "This is worth dwelling on for a moment.",
)
_CLOSINGS = (
    "I think that is roughly all I would say.",
    "There may be more, but that is the core.",
    "I am happy to say more about any of it.",
    "So much for that.",
)


def padded(text: str, rng: Random) -> Sequence[Edit]:
    """Put in sentences that say nothing: one first, one last, some in between."""
    found = sentences(text)
    edits = [Edit(found[0].start, found[0].start, f"{rng.choice(_OPENINGS)} ")]
    places = [each.end for each in found[:-1] if text[each.end - 1] in ".!" and rng.random() < 0.5]
    fillings = rng.sample(_FILLINGS, len(_FILLINGS))
    edits += [
        Edit(place, place, f" {filling}") for place, filling in zip(places, fillings, strict=False)
    ]
    return [*edits, Edit(found[-1].end, found[-1].end, f" {rng.choice(_CLOSINGS)}")]


_MANNERS: Sequence[Sequence[Manner]] = (
    (dictated,),
    (disfluent, dictated),
    (padded,),
    (padded, dictated),
)


def in_some_manner(answer: LabelledAnswer, rng: Random) -> LabelledAnswer | None:
    """Say the same in a manner drawn at random; None where the answer is no typed prose."""
    if not is_prose(answer.answer):
        return None
    found = answer
    for step in rng.choice(_MANNERS):
        found = rewritten(found, step(found.answer, rng))
    return found if found.answer != answer.answer else None


def without_punctuation(text: str) -> str:
    """Write a stretch as a recogniser does that gives words alone."""
    return apply_edits(text, dictated(text, Random(0))) or text  # noqa: S311 - draws nothing
