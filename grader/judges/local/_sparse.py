"""Doubt about a point where an answer says little else of the rubric.

A long answer to another question comes near to a point now and then. Its words do not give it away: much
of what it says bears on something in the rubric. What does is how few of the other points it says
anything of, right or wrong, and how few for its length. An answer that makes one point and stops is not
doubted, nor is one that gets the others wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Self

import numpy as np

from grader.embedding import FloatArray
from grader.errors import ConfigurationError
from grader.judges.local._head import Rows, load_head, softmax
from grader.judges.local._mixture import logarithms
from grader.types import Verdict

# An answer that says something of so many of the other points, or of one in so many words, is not
# doubted; chosen on the development questions.
_ENOUGH_OF_OTHERS = 0.7
_ENOUGH_WORDS = 40
_LEAST = 0.01

_DECIMALS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """What sparseness takes from each verdict's logit, fitted by `python -m evals.training.sparse`.

    Attributes:
        point: For points with phrasings beside the claim.
        bare_point: For points that have a claim alone.
        revision: Short hash of the numbers.
    """

    point: Mapping[Verdict, float]
    bare_point: Mapping[Verdict, float]
    revision: str

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read what the training wrote."""
        kinds = {
            name: {Verdict(verdict): float(each) for verdict, each in document[name].items()}
            for name in ("point", "bare_point")
        }
        numbers = json.dumps([document[name] for name in kinds], sort_keys=True)
        return cls(**kinds, revision=hashlib.sha256(numbers.encode()).hexdigest()[:12])

    def lowered(
        self,
        verdicts: Mapping[str, Mapping[Verdict, float]],
        sparse: Mapping[str, float],
        bare: Collection[str],
    ) -> dict[str, Mapping[Verdict, float]]:
        """Doubt what a sparse answer seems to say.

        Args:
            verdicts: Probabilities of each point's verdicts.
            sparse: How sparse the answer is but for this point; see `sparseness`.
            bare: Points that have a claim alone.

        Returns:
            The probabilities, in steps of 0.0001; those of a sparseness of 0 as they are.
        """
        return {
            point: shares
            if sparse[point] == 0
            else _shifted(shares, self.bare_point if point in bare else self.point, sparse[point])
            for point, shares in verdicts.items()
        }


def sparseness(touched: Sequence[float], words: int) -> FloatArray:
    """Measure how little an answer says of the other points, for each point.

    Args:
        touched: How probable it is that it says something of each point, for or against.
        words: How many words the answer has.

    Returns:
        The natural logarithm of how far it stays behind what is enough, shape (points,); 0 where it
        says enough of the others, or where there are none.
    """
    if len(touched) < 2:
        return np.zeros(len(touched), dtype=np.float32)
    others = sum(touched) - np.asarray(touched, dtype=np.float64)
    of_others = others / (len(touched) - 1) / _ENOUGH_OF_OTHERS
    of_words = others * _ENOUGH_WORDS / max(words, 1)
    reached = np.clip(np.maximum(of_others, of_words), _LEAST, 1.0)
    behind: FloatArray = np.log(1 / reached).astype(np.float32)
    return behind


def doubted(shares: Rows, sparse: Rows, taken: Rows) -> Rows:
    """Take from each verdict's logit what sparseness takes.

    Args:
        shares: Probabilities, shape (points, verdicts).
        sparse: Shape (points,).
        taken: For each unit of sparseness, shape (verdicts,).
    """
    return softmax(logarithms(shares) - sparse[:, None] * taken)


@lru_cache(maxsize=1)
def load_doubt() -> Doubt:
    """Read the numbers that are installed with the package.

    Raises:
        ConfigurationError: They were fitted for another head.
    """
    text = files("grader.judges.local").joinpath("sparse.json").read_text("utf-8")
    document = json.loads(text)
    if document["head"] != load_head().revision:
        raise ConfigurationError(
            f"sparse.json was fitted for the judge {document['head']}, not for "
            f"{load_head().revision}; fit it anew with 'python -m evals.training.sparse'"
        )
    return Doubt.read(document)


def _shifted(
    shares: Mapping[Verdict, float], taken: Mapping[Verdict, float], sparse: float
) -> dict[Verdict, float]:
    verdicts = list(shares)
    row = np.array([[shares[verdict] for verdict in verdicts]])
    found = doubted(row, np.array([sparse]), np.array([taken[verdict] for verdict in verdicts]))
    found = found[0].round(_DECIMALS)
    return {verdict: float(share) for verdict, share in zip(verdicts, found, strict=True)}
