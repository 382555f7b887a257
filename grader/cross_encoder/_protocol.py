"""What a model does that reads two texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from grader.embedding import FloatArray

# What is fitted for a cross-encoder that settings name, in its folder.
MIXTURE_FILE = "grader-mixture.json"


class ClaimAndPassage(NamedTuple):
    """What is read together.

    Attributes:
        passage: Segments of an answer, in order; at least one.
    """

    claim: str
    passage: tuple[str, ...]


class CrossEncoder(Protocol):
    """Scores how a passage stands to a claim, in its own terms.

    What the scores mean for a verdict is fitted (`Mixture`), so any model will do: one trained on
    natural-language inference with three outputs, one for relevance with one.
    """

    @property
    def fingerprint(self) -> str:
        """Name and content hash; part of the grade's identity."""
        ...

    def score(self, pairs: Sequence[ClaimAndPassage]) -> FloatArray:
        """Score pairs. Blocking; called from one thread at a time.

        Returns:
            Unbounded scores, shape (pairs, outputs). A pair's do not depend on the other pairs.
        """
        ...
