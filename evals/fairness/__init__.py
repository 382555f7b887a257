"""Whether a judge treats alike what is alike: slices, counterfactual pairs, selection rates."""

from evals.fairness._measure import FairnessPlan, measure_fairness
from evals.fairness._pairs import BASE, MANNER_TAG, PAIR_TAG, PairTags
from evals.fairness._rows import FairnessInvalid
from evals.fairness._selection import (
    FOUR_FIFTHS,
    LEAST_SHARE,
    ThresholdInvalid,
    parse_threshold,
    ratio_interval,
)
from evals.fairness._slices import FAIRNESS_TITLES
from evals.fairness._types import (
    SMALL,
    Counterfactuals,
    FairnessReport,
    Flip,
    Gap,
    Group,
    Manner,
    PairCase,
    Rate,
    Selection,
    TagSlices,
    Threshold,
    ValueSlice,
    Widest,
)

__all__ = [
    "BASE",
    "FAIRNESS_TITLES",
    "FOUR_FIFTHS",
    "LEAST_SHARE",
    "MANNER_TAG",
    "PAIR_TAG",
    "SMALL",
    "Counterfactuals",
    "FairnessInvalid",
    "FairnessPlan",
    "FairnessReport",
    "Flip",
    "Gap",
    "Group",
    "Manner",
    "PairCase",
    "PairTags",
    "Rate",
    "Selection",
    "TagSlices",
    "Threshold",
    "ThresholdInvalid",
    "ValueSlice",
    "Widest",
    "measure_fairness",
    "parse_threshold",
    "ratio_interval",
]
