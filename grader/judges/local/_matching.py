"""Which statement of the rubric does each window say, if any: the question the adapter was trained on.

Each window is assigned to the rubric's statements, or to none, by a softmax over trained logits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grader.answers import Answer
from grader.embedding import FloatArray
from grader.judges.local._comparison import Comparison
from grader.judges.local._owners import Owner

MATCHES = (
    "match_for",
    "match_against",
    "match_for_sum",
    "match_against_sum",
    "match_for_here",
    "match_against_here",
    "match_stance_here",
    "match_stance_at_for",
    "match_rank",
    "match_over_nothing",
    "match_second_for",
    "match_second_against",
    "match_stance_single",
    "match_last_for",
    "match_last_against",
)

# Logit of an absent side, and how far a stance is read.
_ABSENT = -30.0
_FARTHEST_STANCE = 12.0
# A later segment counts as the last word on an owner when it bears on it at least half as much.
_BEARING = 0.5
# How much the other statements' claims to a window count against quoting it, in logits: less than
# fully, since a sentence may say two things and is then evidence for both.
_RIVALRY = 0.75
# A segment says nothing of the rubric when that is as probable as this; measured on the development
# questions.
_NOTHING_SAID = 0.7
# Two neighbours say a little more than either alone; the shorter quotation is to be preferred.
_PAIR_PENALTY = 0.3


class Scales(NamedTuple):
    """Trained factors on the cosine and the recall, and the logit of "none of the statements"."""

    cosine: float
    recall: float
    nothing: float


@lru_cache(maxsize=1)
def load_scales() -> Scales:
    """Read the scales that are installed with the package."""
    text = files("grader.judges.local").joinpath("matching.json").read_text("utf-8")
    return Scales(**json.loads(text))


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What the windows say of each owner.

    Attributes:
        measures: In the order of `MATCHES`, shape (owners, measures).
        affirming: For each owner, which of the windows affirms it most.
        denying: For each owner, which of the windows denies it most.
    """

    measures: FloatArray
    affirming: npt.NDArray[np.int64]
    denying: npt.NDArray[np.int64]


def measure_matches(
    answer: Answer,
    comparison: Comparison,
    owners: Sequence[Owner],
    windows: npt.NDArray[np.int64],
) -> Matches:
    """Measure, for each owner, how much of the answer is assigned to its statements.

    Args:
        answer: The answer as read.
        comparison: Its windows against the rubric's statements.
        owners: Whose statements they are.
        windows: Indices of the windows to look at.
    """
    scales = load_scales()
    logits = _logits(comparison)[:, windows]
    total = np.logaddexp(_pooled(logits), scales.nothing)
    wanted = np.stack([_pooled(logits[list(o.wanted)]) for o in owners])
    against = np.stack([_pooled(logits[list(o.against)]) for o in owners])
    both = np.logaddexp(wanted, against)
    affirmed, denied = np.exp(wanted - total), np.exp(against - total)
    stance = np.clip(wanted - against, -_FARTHEST_STANCE, _FARTHEST_STANCE)
    bearing = affirmed + denied
    single = np.array([answer.windows[w].first == answer.windows[w].last for w in windows])
    order = np.array([answer.windows[w].first for w in windows])
    every = np.arange(len(owners))
    here, at_for = bearing.argmax(axis=1), affirmed.argmax(axis=1)
    alone = np.where(single, bearing, 0).argmax(axis=1)
    strong = single & (bearing > _BEARING * bearing.max(axis=1, keepdims=True))
    last = np.where(strong.any(axis=1), np.where(strong, order, -1).argmax(axis=1), here)
    measures = (
        affirmed.max(axis=1),
        denied.max(axis=1),
        affirmed.sum(axis=1),
        denied.sum(axis=1),
        affirmed[every, here],
        denied[every, here],
        stance[every, here],
        stance[every, at_for],
        [(both[:, window] > both[row, window]).sum() for row, window in enumerate(here)],
        both[every, here] - scales.nothing,
        _second(affirmed),
        _second(denied),
        stance[every, alone],
        affirmed[every, last],
        denied[every, last],
    )
    lowered = _RIVALRY * total + np.where(single, 0.0, _PAIR_PENALTY)
    return Matches(
        np.stack([np.asarray(measure, dtype=np.float32) for measure in measures], axis=1),
        affirming=(wanted - lowered).argmax(axis=1),
        denying=(against - lowered).argmax(axis=1),
    )


def says_nothing(answer: Answer, comparison: Comparison) -> FloatArray:
    """Tell how probable it is that a segment says none of the rubric's statements, shape (segments,)."""
    nothing = load_scales().nothing
    logits = _logits(comparison)
    alone = [index for index, w in enumerate(answer.windows) if w.first == w.last]
    total = np.logaddexp(_pooled(logits[:, alone]), nothing)
    shares = np.ones(len(answer.segments), dtype=np.float32)
    shares[[answer.windows[index].first for index in alone]] = np.exp(nothing - total)
    return shares


def bearing_windows(
    answer: Answer,
    comparison: Comparison,
    owners: Sequence[Owner],
    usable: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Leave out windows with a segment that most probably says none of the rubric's statements.

    What a point earns then depends less on what else is said: what pads an answer otherwise lowers
    the share of every point in it. By a claim alone too much would be taken for saying nothing.

    Args:
        answer: The answer as read.
        comparison: Its windows against the rubric's statements.
        owners: The rubric's points and mistakes.
        usable: Which windows may be read, shape (windows,).

    Returns:
        Those of them that bear on the rubric; all of them if none does, or if the rubric has a claim
        in no other words.
    """
    if any(owner.is_bare for owner in owners):
        return usable
    bears = says_nothing(answer, comparison) < _NOTHING_SAID
    found = usable & np.array([bears[w.first] and bears[w.last] for w in answer.windows])
    return found if found.any() else usable


def _logits(comparison: Comparison) -> FloatArray:
    """How much each statement claims each window, shape (statements, windows)."""
    scales = load_scales()
    logits: FloatArray = scales.cosine * comparison.cosine + scales.recall * comparison.recall
    return logits


def _pooled(rows: FloatArray) -> FloatArray:
    if not len(rows):
        return np.full(rows.shape[1], _ABSENT, dtype=np.float32)
    highest = rows.max(axis=0)
    pooled: FloatArray = highest + np.log(np.exp(rows - highest).sum(axis=0))
    return pooled


def _second(values: FloatArray) -> FloatArray:
    if values.shape[1] == 1:
        return np.zeros(len(values), dtype=np.float32)
    second: FloatArray = np.sort(values, axis=1)[:, -2]
    return second
