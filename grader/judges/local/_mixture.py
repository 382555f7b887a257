"""What a cross-encoder's scores mean for the head's verdicts.

A product of experts (Hinton, 2002): the logarithms of the head's probabilities plus a linear map of
the cross-encoder's scores. Few numbers, so that ten questions are enough to fit them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from grader.cross_encoder import CrossEncoder
from grader.embedding import FloatArray
from grader.errors import ConfigurationError
from grader.judges.local._head import Head, Rows, softmax

KINDS = ("point", "bare_point", "mistake")

_DECIMALS = 4
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The mixture for one of the head's classifiers.

    Attributes:
        weights: Shape (classes, outputs of the cross-encoder).
        biases: Shape (classes,).
    """

    weights: FloatArray
    biases: FloatArray

    @classmethod
    def read(cls, card: Mapping[str, Any]) -> Self:
        """Read what `python -m evals.training.mixture` wrote."""
        weights, biases = card["weights"], card["biases"]
        return cls(np.array(weights, dtype=np.float32), np.array(biases, dtype=np.float32))

    def probabilities(self, shares: Rows, scores: Rows) -> Rows:
        """Mix the head's probabilities, shape (rows, classes), with scores, shape (rows, outputs).

        Returns:
            Probabilities in steps of 0.0001, shape (rows, classes).
        """
        mixed = softmax(logarithms(shares) + scores @ self.weights.T + self.biases)
        return mixed.round(_DECIMALS)


def logarithms(shares: Rows) -> Rows:
    """Logarithms of the head's probabilities, none of which is taken for impossible."""
    found: Rows = np.log(np.maximum(shares, _LEAST))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """A mixture for each of the head's classifiers, by their names.

    Attributes:
        revision: Short hash of the numbers.
    """

    point: Mix
    bare_point: Mix
    mistake: Mix
    revision: str


def load_mixture(path: Path, head: Head, cross_encoder: CrossEncoder) -> Mixture:
    """Read the mixture for a cross-encoder.

    Args:
        path: The file.
        head: The judge's head.
        cross_encoder: What is mixed with it.

    Raises:
        ConfigurationError: There is none, it cannot be read, or it was fitted for another head or
            cross-encoder.
    """
    fit = f"fit it with 'python -m evals.training.mixture {path.parent}'"
    try:
        document = json.loads(path.read_text("utf-8"))
        fitted_for = document["cross_encoder"], document["head"]
        mixes = {name: Mix.read(document["mixes"][name]) for name in KINDS}
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} is missing: it says how much the scores of this cross-encoder count; {fit}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error!r}); {fit}") from error
    present = cross_encoder.fingerprint, head.revision
    if fitted_for != present:
        raise ConfigurationError(
            f"{path} was fitted for the cross-encoder {fitted_for[0]} and the judge {fitted_for[1]}, "
            f"not for {present[0]} and {present[1]}; {fit} anew"
        )
    outputs = cross_encoder.score([]).shape[1]
    for name, mix in mixes.items():
        expected = len(getattr(head, name).classes), outputs
        if mix.weights.shape != expected or mix.biases.shape != expected[:1]:
            raise ConfigurationError(
                f"{path}: mixes.{name} has weights of shape {mix.weights.shape} where {expected} "
                f"is needed; {fit} anew"
            )
        if not (np.isfinite(mix.weights).all() and np.isfinite(mix.biases).all()):
            raise ConfigurationError(f"{path}: mixes.{name} holds what is no number; {fit} anew")
    numbers = json.dumps(document["mixes"], sort_keys=True)
    return Mixture(**mixes, revision=hashlib.sha256(numbers.encode()).hexdigest()[:12])
