"""What the local judge knows of one point or mistake when it decides.

A point is compared by its claim and accepted phrasings (for) and its rejected phrasings
(against); a mistake by its claim (for) and its correction (against).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.answers import Answer, matchable
from grader.embedding._protocol import FloatArray
from grader.index import Role, RubricVectors
from grader.judges.local._comparison import Comparison
from grader.judges.local._polarity import Mismatch, mismatch, read_cues

_FOR = frozenset({Role.CLAIM, Role.ACCEPT})

FEATURES = (
    "cosine",
    "topical",
    "recall",
    "precision",
    "lexical",
    "weakest",
    "claim_cosine",
    "claim_recall",
    "above_average",
    "against_cosine",
    "against_recall",
    "against_margin",
    "against_margin_here",
    "has_against",
    "negation_mismatch",
    "number_mismatch",
    "opposite_mismatch",
    "against_negation_mismatch",
    "mismatch_when_aligned",
    "statement_words",
    "window_words",
)


@dataclass(frozen=True, slots=True, eq=False)
class OwnerFeatures:
    """The features of one point or mistake.

    Attributes:
        owner: Id of the point or mistake.
        values: In the order of `FEATURES`.
        window: Index of the window that says it best.
        against_window: Index of the window that says the opposite best; None without opposites.
        mismatch: Polarity cues between the best window and the statement it is nearest to.
    """

    owner: str
    values: FloatArray
    window: int
    against_window: int | None
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
    strength = np.where(usable, (comparison.cosine + comparison.recall) / 2, -1)
    quotes = [matchable(answer.quote(window)) for window in answer.windows]
    owners: dict[str, list[int]] = {}
    for row, statement in enumerate(rubric.statements):
        owners.setdefault(statement.statement.owner, []).append(row)
    for owner, rows in owners.items():
        roles = [rubric.statements[row].statement.role for row in rows]
        wanted = [row for row, role in zip(rows, roles, strict=True) if role in _FOR]
        against = [row for row, role in zip(rows, roles, strict=True) if role not in _FOR]
        yield _extract_one(owner, wanted, against, comparison, strength, rubric, quotes)


def _extract_one(
    owner: str,
    wanted: Sequence[int],
    against: Sequence[int],
    comparison: Comparison,
    strength: FloatArray,
    rubric: RubricVectors,
    quotes: Sequence[str],
) -> OwnerFeatures:
    row, window = _best(strength, wanted)
    said = read_cues(quotes[window])
    statement = rubric.statements[row]
    differs = mismatch(read_cues(statement.statement.text), said)
    claim = wanted[0]
    average = float(np.mean(strength[row][strength[row] >= 0]))
    here = float(strength[row, window])
    if against:
        opposite_row, opposite_window = _best(strength, against)
        opposite = rubric.statements[opposite_row].statement.text
        opposite_here = float(strength[against, window].max())
        against_values = (
            float(comparison.cosine[opposite_row, opposite_window]),
            float(comparison.recall[opposite_row, opposite_window]),
            here - float(strength[opposite_row, opposite_window]),
            here - opposite_here,
            1.0,
        )
        against_negation = mismatch(
            read_cues(opposite), read_cues(quotes[opposite_window])
        ).negation
    else:
        opposite_window, against_negation = None, 0.0
        against_values = (0.0, 0.0, 0.0, 0.0, 0.0)
    recall = float(comparison.recall[row, window])
    values = (
        float(comparison.cosine[row, window]),
        float(comparison.topical[row, window]),
        recall,
        float(comparison.precision[row, window]),
        float(comparison.lexical[row, window]),
        float(comparison.weakest[row, window]),
        float(comparison.cosine[claim].max()),
        float(comparison.recall[claim].max()),
        here - average,
        *against_values,
        differs.negation,
        differs.number,
        differs.opposite,
        against_negation,
        max(differs) * recall,
        float(np.log1p(len(statement.words))),
        float(np.log1p(len(quotes[window].split()))),
    )
    return OwnerFeatures(
        owner, np.array(values, dtype=np.float32), window, opposite_window, differs
    )


def _best(strength: FloatArray, rows: Sequence[int]) -> tuple[int, int]:
    part = strength[list(rows)]
    row, window = np.unravel_index(int(np.argmax(part)), part.shape)
    return rows[int(row)], int(window)
