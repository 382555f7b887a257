"""Measures of agreement as formulas over sums, for any number of resamplings at once.

A confusion matrix comes flattened, rows the labels, columns what was said; leading axes are kept.
The tests hold each formula to scikit-learn's or SciPy's figure for the same cases.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from evals.metrics._measure import FloatArray


def square(sums: FloatArray) -> FloatArray:
    """Give a flattened confusion matrix its shape back."""
    size = round(sums.shape[-1] ** 0.5)
    return sums.reshape(*sums.shape[:-1], size, size)


def accuracy(sums: FloatArray) -> FloatArray:
    """Share of cases on the diagonal."""
    table = square(sums)
    found: FloatArray = np.trace(table, axis1=-2, axis2=-1) / sums.sum(axis=-1)
    return found


def kappa(sums: FloatArray) -> FloatArray:
    """Cohen's kappa."""
    size = square(sums).shape[-1]
    return _weighted_kappa(sums, 1 - np.eye(size))


def quadratic_kappa(sums: FloatArray) -> FloatArray:
    """Cohen's kappa with quadratic weights; classes in their order."""
    size = square(sums).shape[-1]
    steps = np.arange(size)
    return _weighted_kappa(sums, np.subtract.outer(steps, steps).astype(np.float64) ** 2)


def class_f1(sums: FloatArray) -> FloatArray:
    """F1 of each class, NaN for one neither labelled nor said; shape (…, classes)."""
    table = square(sums)
    hits = np.diagonal(table, axis1=-2, axis2=-1)
    found: FloatArray = 2 * hits / (table.sum(axis=-1) + table.sum(axis=-2))
    return found


def macro_f1(sums: FloatArray) -> FloatArray:
    """Mean F1 over the classes that were labelled or said."""
    each = class_f1(sums)
    known = ~np.isnan(each)
    found: FloatArray = np.where(known, each, 0).sum(axis=-1) / known.sum(axis=-1)
    return found


def weighted_f1(sums: FloatArray) -> FloatArray:
    """Mean F1 over the classes, weighted by how often each was labelled."""
    support = square(sums).sum(axis=-1)
    each = np.where(np.isnan(class_f1(sums)), 0, class_f1(sums))
    found: FloatArray = (each * support).sum(axis=-1) / support.sum(axis=-1)
    return found


def share(sums: FloatArray) -> FloatArray:
    """A ratio: the first sum over the second."""
    return sums[..., 0] / sums[..., 1]


def f1(sums: FloatArray) -> FloatArray:
    """F1 from true positives, false positives and false negatives."""
    hits, false_alarms, misses = np.moveaxis(sums, -1, 0)
    found: FloatArray = 2 * hits / (2 * hits + false_alarms + misses)
    return found


def root_share(sums: FloatArray) -> FloatArray:
    """Root of a ratio, as of the mean squared error."""
    return np.sqrt(share(sums))


def pearson(sums: FloatArray) -> FloatArray:
    """Pearson's r from n, x, y, xx, yy and xy; x and y should be about centred."""
    n, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    spread_x, spread_y = xx - x * x / n, yy - y * y / n
    # What is left of a constant is rounding error, and no spread to correlate with.
    defined = (spread_x > 1e-12 * n) & (spread_y > 1e-12 * n)
    return np.where(defined, (xy - x * y / n) / np.sqrt(spread_x * spread_y), np.nan)


def moments(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return what each case adds to the sums of `pearson`; shape (cases, 6)."""
    x, y = x - x.mean(), y - y.mean()
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)


def cells(labels: FloatArray, said: FloatArray, size: int) -> FloatArray:
    """Return what each case adds to a flattened confusion matrix; shape (cases, size * size)."""
    found: FloatArray = np.eye(size * size)[(labels * size + said).astype(np.int64)]
    return found


def _weighted_kappa(sums: FloatArray, weights: FloatArray) -> FloatArray:
    table = square(sums)
    total = table.sum(axis=(-2, -1))
    rows, columns = table.sum(axis=-1), table.sum(axis=-2)
    observed = (table * weights).sum(axis=(-2, -1))
    expected = np.einsum("...i,ij,...j->...", rows, weights, columns) / total
    found: FloatArray = 1 - observed / expected
    return found


def spearman(x: FloatArray, y: FloatArray) -> float:
    """Spearman's rho; NaN for constants."""
    if (x == x[0]).all() or (y == y[0]).all():
        return float("nan")
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def auc(positive: npt.NDArray[np.bool_], ranking: FloatArray) -> float:
    """Probability that a positive case ranks above a negative one, ties half; NaN without both."""
    above, below = ranking[positive], np.sort(ranking[~positive])
    if not len(above) or not len(below):
        return float("nan")
    beaten = np.searchsorted(below, above, side="left").sum()
    beaten_or_tied = np.searchsorted(below, above, side="right").sum()
    return float((beaten + beaten_or_tied) / (2 * len(above) * len(below)))
