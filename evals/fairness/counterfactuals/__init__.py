"""Versions of labelled answers that say the same in another manner, made by rule."""

from evals.fairness.counterfactuals._edits import (
    Edit,
    Manner,
    apply_edits,
    moved_span,
    rewritten,
)
from evals.fairness.counterfactuals._make import MANNERS, WRITTEN_TAG, Made, counterfactuals
from evals.fairness.counterfactuals._prose import is_prose, sentences
from evals.fairness.counterfactuals._speech import dictated, disfluent

__all__ = [
    "MANNERS",
    "WRITTEN_TAG",
    "Edit",
    "Made",
    "Manner",
    "apply_edits",
    "counterfactuals",
    "dictated",
    "disfluent",
    "is_prose",
    "moved_span",
    "rewritten",
    "sentences",
]
