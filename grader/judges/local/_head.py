"""The trained part of the local judge: two small multinomial logistic regressions.

The parameters are data (`head.json`), made by `python -m evals.training.local_judge`; the file says
on what and how well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from grader.embedding import FloatArray
from grader.errors import ConfigurationError
from grader.judges.local._features import FEATURES
from grader.types import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel:
    """Multinomial logistic regression on standardised features.

    Attributes:
        classes: Names of the outcomes.
        mean: Subtracted from the features, shape (F,).
        scale: Divides them, shape (F,).
        coefficients: Shape (classes, F).
        intercepts: Shape (classes,).
    """

    classes: tuple[str, ...]
    mean: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    intercepts: FloatArray

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> LogisticModel:
        """Read one model of `head.json`."""
        arrays = (
            np.array(document[name]) for name in ("mean", "scale", "coefficients", "intercepts")
        )
        return cls(tuple(document["classes"]), *arrays)

    def probabilities(self, features: FloatArray) -> dict[str, float]:
        """Return the probability of each class, in steps of 0.0001.

        The steps are far coarser than the differences in rounding between processors.
        """
        logits = self.coefficients @ ((features - self.mean) / self.scale) + self.intercepts
        weights = np.exp(logits - logits.max())
        shares = weights / weights.sum()
        return {
            name: round(float(share), 4) for name, share in zip(self.classes, shares, strict=True)
        }


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Both models, and what they were trained for.

    Attributes:
        encoder: Fingerprint of the embedder whose vectors the features were made from.
        revision: Short hash of the parameters.
    """

    encoder: str
    revision: str
    point: LogisticModel
    mistake: LogisticModel

    def judge_point(self, features: FloatArray) -> dict[Verdict, float]:
        """Return the probability of each verdict on a point."""
        shares = self.point.probabilities(features)
        return {Verdict(name): share for name, share in shares.items()}

    def judge_mistake(self, features: FloatArray) -> float:
        """Return the probability that a mistake is made."""
        return self.mistake.probabilities(features)["made"]


@lru_cache(maxsize=1)
def load_head() -> Head:
    """Read the parameters that are installed with the package.

    Raises:
        ConfigurationError: They were trained for other features than this version computes.
    """
    document = json.loads(files("grader.judges.local").joinpath("head.json").read_text("utf-8"))
    if tuple(document["features"]) != FEATURES:
        raise ConfigurationError(
            "the local judge's parameters do not fit its features; "
            "train them again with 'python -m evals.training.local_judge'"
        )
    return Head(
        encoder=document["encoder"],
        revision=document["revision"],
        point=LogisticModel.from_json(document["point"]),
        mistake=LogisticModel.from_json(document["mistake"]),
    )
