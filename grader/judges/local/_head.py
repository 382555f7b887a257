"""The trained part: the mean of a regression and a forest, read from files beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from grader.embedding import FloatArray
from grader.errors import ConfigurationError
from grader.judges.local._features import FEATURES, OwnerFeatures
from grader.types import Verdict

# Probabilities are given in steps far coarser than the differences in rounding between processors;
# features are rounded too, so that those differences do not decide a branch of a tree.
_DECIMALS = 4
_FEATURE_DECIMALS = 3


# Features or outcomes, a row for each point or mistake, in either precision.
Rows = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel:
    """Multinomial logistic regression on standardised features.

    Attributes:
        mean: Subtracted from the features, shape (features,).
        scale: Divides them, shape (features,).
        coefficients: Shape (classes, features).
        intercepts: Shape (classes,).
    """

    mean: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    intercepts: FloatArray

    def logits(self, features: Rows) -> Rows:
        """Score rows of features, shape (rows, features); returns shape (rows, classes)."""
        standard = (features - self.mean) / self.scale
        logits: Rows = standard @ self.coefficients.T + self.intercepts
        return logits


@dataclass(frozen=True, slots=True, eq=False)
class ForestModel:
    """Gradient-boosted trees (Friedman, "Greedy Function Approximation", 2001), one sum a class.

    All trees share one array of nodes; a leaf points to itself.

    Attributes:
        baseline: What the sums start from, shape (classes,).
        roots: First node of each tree, shape (trees,).
        outcome: The class each tree adds to, shape (trees,).
        feature: Which feature a node asks about, shape (nodes,).
        threshold: At most this goes left, shape (nodes,).
        left: Next node, shape (nodes,).
        right: Next node, shape (nodes,).
        value: What a leaf adds, shape (nodes,).
        depth: Steps from a root to the farthest leaf.
    """

    baseline: FloatArray
    roots: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: FloatArray
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: FloatArray
    depth: npt.NDArray[np.int32]

    def logits(self, features: Rows) -> Rows:
        """Score rows of features, shape (rows, features); returns shape (rows, classes)."""
        rows = np.arange(len(features))[:, None]
        nodes = np.broadcast_to(self.roots, (len(features), len(self.roots)))
        for _ in range(int(self.depth)):
            goes_left = features[rows, self.feature[nodes]] <= self.threshold[nodes]
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        logits = np.tile(self.baseline, (len(features), 1))
        for outcome in range(len(self.baseline)):
            logits[:, outcome] += self.value[nodes][:, self.outcome == outcome].sum(axis=1)
        return logits


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """Both models of one question, averaged.

    Attributes:
        classes: Names of the outcomes.
        temperature: Divides the logarithms of the averaged probabilities, so that they are as
            often right as they say (Guo et al., "On Calibration of Modern Neural Networks", 2017).
    """

    classes: tuple[str, ...]
    logistic: LogisticModel
    forest: ForestModel
    temperature: float = 1.0

    @classmethod
    def read(cls, card: Mapping[str, Any], arrays: Mapping[str, Any], name: str) -> Self:
        """Read the classifier `name` of `head.json` and `head.npz`."""

        def part(model: type[Any]) -> Any:
            fields = model.__dataclass_fields__
            return model(**{field: arrays[f"{name}/{field}"] for field in fields})

        return cls(
            tuple(card["classes"]), part(LogisticModel), part(ForestModel), card["temperature"]
        )

    def probabilities(self, features: Rows) -> Rows:
        """Return the probability of each class, shape (rows, classes), in steps of 0.0001."""
        rounded = np.asarray(features, dtype=np.float64).round(_FEATURE_DECIMALS)
        shares = (softmax(self.logistic.logits(rounded)) + softmax(self.forest.logits(rounded))) / 2
        return softmax(np.log(np.maximum(shares, 1e-9)) / self.temperature).round(_DECIMALS)


def softmax(logits: Rows) -> Rows:
    """Turn rows of logits into rows of probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Rows = raised / raised.sum(axis=1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The classifiers, and what they were trained for.

    Attributes:
        encoder: Fingerprint of the embedder whose vectors the features were made from.
        revision: Short hash of the parameters.
        point: Verdicts on a point with phrasings beside its claim.
        bare_point: Verdicts on a point that has a claim alone.
        mistake: Whether a mistake is made.
    """

    encoder: str
    revision: str
    point: Classifier
    bare_point: Classifier
    mistake: Classifier

    def verdicts(self, points: Sequence[OwnerFeatures]) -> dict[str, dict[Verdict, float]]:
        """Probabilities of each point's verdicts, by point."""
        found: dict[str, dict[Verdict, float]] = {}
        for classifier, bare in ((self.point, False), (self.bare_point, True)):
            chosen = [features for features in points if features.is_bare is bare]
            if chosen:
                shares = classifier.probabilities(np.stack([f.values for f in chosen]))
                for features, row in zip(chosen, shares, strict=True):
                    named = zip(classifier.classes, row, strict=True)
                    found[features.owner] = {Verdict(name): float(share) for name, share in named}
        return {features.owner: found[features.owner] for features in points}

    def made(self, mistakes: Sequence[OwnerFeatures]) -> dict[str, float]:
        """Probability that each mistake is made, by mistake."""
        if not mistakes:
            return {}
        shares = self.mistake.probabilities(np.stack([f.values for f in mistakes]))
        column = self.mistake.classes.index("made")
        return {f.owner: float(row[column]) for f, row in zip(mistakes, shares, strict=True)}


@lru_cache(maxsize=1)
def load_head() -> Head:
    """Read the parameters that are installed with the package.

    Raises:
        ConfigurationError: They were trained for other features than this version computes.
    """
    folder = files("grader.judges.local")
    document = json.loads(folder.joinpath("head.json").read_text("utf-8"))
    if tuple(document["features"]) != FEATURES:
        raise ConfigurationError(
            "the local judge's parameters do not fit its features; "
            "train them again with 'python -m evals.training.local_judge'"
        )
    with folder.joinpath("head.npz").open("rb") as file, np.load(file, allow_pickle=False) as data:
        arrays = dict(data)
    read = {
        name: Classifier.read(document["classifiers"][name], arrays, name)
        for name in ("point", "bare_point", "mistake")
    }
    return Head(encoder=document["encoder"], revision=document["revision"], **read)
