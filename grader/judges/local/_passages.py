"""The part of an answer that is read again, beside a claim, by a cross-encoder."""

from __future__ import annotations

from grader.answers import Answer, matchable
from grader.judges.local._features import OwnerFeatures


def chosen_segments(answer: Answer, features: OwnerFeatures) -> tuple[int, ...]:
    """The segments that bear most on a point or mistake, for it and against it, in order."""
    chosen = {features.window}
    if features.against_window is not None:
        chosen.add(features.against_window)
    windows = [answer.windows[index] for index in chosen]
    return tuple(sorted({i for window in windows for i in range(window.first, window.last + 1)}))


def chosen_passage(answer: Answer, features: OwnerFeatures) -> tuple[str, ...]:
    """The same segments as the judge reads them."""
    chosen = chosen_segments(answer, features)
    return tuple(matchable(answer.reading(answer.segments[index])) for index in chosen)
