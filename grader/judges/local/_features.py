"""What the local judge knows of one point or mistake when it decides.

Each has statements for it (its claim and accepted phrasings) and against it (rejected phrasings; for
a mistake, its correction). Similarities are looked at in three views: meaning, meaning without
what the question already says, and wording. In each view a window's similarities are first lowered
by what it has to the statements it is nearest to, whoever owns them: a window that is close to
everything says nothing in particular (the hubness correction of Conneau et al., "Word Translation
Without Parallel Data", ICLR 2018). Owners then compete for windows, so that one sentence does not
count for every point on its subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.answers import Answer, matchable
from grader.embedding import FloatArray
from grader.index import RubricVectors
from grader.judges.local._comparison import Comparison
from grader.judges.local._matching import MATCHES, bearing_windows, measure_matches
from grader.judges.local._owners import Owner, owners_of
from grader.judges.local._polarity import Mismatch, mismatch, read_cues
from grader.judges.local._star import star_cues

_VIEWS = ("meaning", "topical", "wording")
_MEASURES = (
    "for",
    "against",
    "for_corrected",
    "against_corrected",
    "ahead",
    "ahead_here",
    "share",
    "margin_here",
    "mean_margin_here",
    "attended_margin",
    "attended_for",
)
_CUES = (
    "claim_cosine",
    "precision",
    "weakest",
    "negation_mismatch",
    "number_mismatch",
    "opposite_mismatch",
    "against_negation_mismatch",
    "mismatch_when_aligned",
    "novel",
    "claim_topical",
    "has_against",
    "statement_words",
    "window_words",
    "star_here",
    "star_anywhere",
)

_OWN = (*(f"{view}_{measure}" for view in _VIEWS for measure in _MEASURES), *MATCHES, *_CUES)

# Each feature also as its distance from the mean over the answer's other points and mistakes.
FEATURES = (*_OWN, *(f"{name}_relative" for name in _OWN))

# How many of the nearest statements a window's similarities are lowered by.
_NEIGHBOURS = 5

# How sharply owners compete for a window: at 20, a lead of 0.1 in similarity gives 7 to 1.
_SHARPNESS = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class OwnerFeatures:
    """The features of one point or mistake.

    Attributes:
        owner: Id of the point or mistake.
        values: In the order of `FEATURES`.
        is_bare: Whether the rubric says it in no other words than its claim's, but perhaps in the
            reference answer.
        window: Index of the window that affirms it most.
        against_window: Index of the window that denies it most; None without opposites.
        against_row: Row of the statement against it that this window is nearest to.
        lexical: Share of the nearest statement's stems that the window has, 0 to 1.
        mismatch: Polarity cues between the best window and the statement it is nearest to.
    """

    owner: str
    values: FloatArray
    is_bare: bool
    window: int
    against_window: int | None
    against_row: int | None
    lexical: float
    mismatch: Mismatch


def extract(
    answer: Answer, comparison: Comparison, rubric: RubricVectors, usable: npt.NDArray[np.bool_]
) -> Iterator[OwnerFeatures]:
    """Yield the features of every point and mistake, in rubric order.

    Args:
        answer: The answer as read.
        comparison: Its windows against the rubric's statements.
        rubric: The rubric's vectors.
        usable: Which windows count as the candidate's own statements, shape (W,); at least one.
    """
    owners = owners_of(rubric)
    windows = np.flatnonzero(bearing_windows(answer, comparison, owners, usable))
    quotes = [matchable(answer.reading(answer.windows[window])) for window in windows]
    strength: FloatArray = np.float32(0.5) * (comparison.cosine + comparison.recall)[:, windows]
    views = (strength, comparison.topical[:, windows], comparison.lexical[:, windows])
    matches = measure_matches(answer, comparison, owners, windows)
    measured = np.concatenate(
        [*(_measure(view, owners) for view in views), matches.measures], axis=1
    )
    cues = [_read(owner, strength, comparison, rubric, windows, quotes) for owner in owners]
    own = np.concatenate([measured, np.stack([cue.values for cue in cues])], axis=1)
    values = np.concatenate([own, own - own.mean(axis=0)], axis=1)
    for position, (owner, cue) in enumerate(zip(owners, cues, strict=True)):
        denying = int(matches.denying[position])
        against = [int(row) for row in owner.against]
        nearest = against[int(strength[against, denying].argmax())] if against else None
        yield OwnerFeatures(
            owner=owner.id,
            values=values[position],
            is_bare=owner.is_bare,
            window=int(windows[matches.affirming[position]]),
            against_window=int(windows[denying]) if against else None,
            against_row=nearest,
            lexical=cue.lexical,
            mismatch=cue.mismatch,
        )


def _measure(similarity: FloatArray, owners: Sequence[Owner]) -> FloatArray:
    """Take all measures of one view; shape (owners, measures).

    Args:
        similarity: Statements by windows, shape (S, W).
        owners: Whose statements they are.
    """
    neighbours = min(_NEIGHBOURS, len(similarity))
    crowd = np.sort(similarity, axis=0)[-neighbours:].mean(axis=0)
    corrected = similarity - crowd
    best_for = np.stack([corrected[list(o.wanted)].max(axis=0) for o in owners])
    mean_for = np.stack([corrected[list(o.wanted)].mean(axis=0) for o in owners])
    # Without a statement against it, an owner is as far from being denied as from being affirmed.
    best_against = np.stack(
        [corrected[list(o.against)].max(axis=0) if o.against else -crowd for o in owners]
    )
    mean_against = np.stack(
        [corrected[list(o.against)].mean(axis=0) if o.against else -crowd for o in owners]
    )
    about = (mean_for + mean_against) / 2
    claimed = np.maximum(best_for, best_against)
    ahead = claimed - _best_of_others(claimed)
    share = _softmax(about, axis=0)
    attention = share * _softmax(about, axis=1)
    attention /= attention.sum(axis=1, keepdims=True)
    every = np.arange(len(owners))
    here, about_here = best_for.argmax(axis=1), about.argmax(axis=1)
    measures = (
        [similarity[list(o.wanted)].max() for o in owners],
        [similarity[list(o.against)].max() if o.against else 0.0 for o in owners],
        best_for.max(axis=1),
        best_against.max(axis=1),
        ahead.max(axis=1),
        ahead[every, here],
        share.max(axis=1),
        (best_for - best_against)[every, about_here],
        (mean_for - mean_against)[every, about_here],
        (attention * (mean_for - mean_against)).sum(axis=1),
        (attention * (best_for + crowd)).sum(axis=1),
    )
    return np.stack([np.asarray(measure, dtype=np.float32) for measure in measures], axis=1)


def _best_of_others(values: FloatArray) -> FloatArray:
    """For each row, the column-wise maximum of all other rows."""
    if len(values) == 1:
        return np.zeros_like(values)
    ranked = np.sort(values, axis=0)
    highest, second = ranked[-1], ranked[-2]
    others: FloatArray = np.where(values == highest, second, highest)
    return others


def _softmax(values: FloatArray, axis: int) -> FloatArray:
    raised = np.exp(_SHARPNESS * (values - values.max(axis=axis, keepdims=True)))
    shares: FloatArray = raised / raised.sum(axis=axis, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class _Cues:
    values: FloatArray
    lexical: float
    mismatch: Mismatch


def _read(
    owner: Owner,
    strength: FloatArray,
    comparison: Comparison,
    rubric: RubricVectors,
    windows: npt.NDArray[np.int64],
    quotes: Sequence[str],
) -> _Cues:
    row, window = _best(strength, owner.wanted)
    column = int(windows[window])
    statement = rubric.statements[row]
    differs = mismatch(read_cues(statement.statement.text), read_cues(quotes[window]))
    against_negation = 0.0
    if owner.against:
        opposite_row, opposite = _best(strength, owner.against)
        text = rubric.statements[opposite_row].statement.text
        against_negation = mismatch(read_cues(text), read_cues(quotes[opposite])).negation
    values = (
        comparison.cosine[owner.wanted[0], windows].max(),
        comparison.precision[row, column],
        comparison.weakest[row, column],
        differs.negation,
        differs.number,
        differs.opposite,
        against_negation,
        max(differs) * comparison.recall[row, column],
        comparison.novel[list(owner.wanted)][:, windows].max(),
        comparison.topical[owner.wanted[0], windows].max(),
        float(bool(owner.against)),
        np.log1p(len(statement.words)),
        np.log1p(len(quotes[window].split())),
        *star_cues(rubric.statements[owner.wanted[0]].statement.text, quotes, window),
    )
    lexical = float(comparison.lexical[row, column])
    return _Cues(np.array(values, dtype=np.float32), lexical, differs)


def _best(strength: FloatArray, rows: Sequence[int]) -> tuple[int, int]:
    part = strength[list(rows)]
    row, window = np.unravel_index(int(np.argmax(part)), part.shape)
    return rows[int(row)], int(window)
