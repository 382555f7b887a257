"""Two runs over the same answers, compared: what changed, for whom, and whether it is real."""

from evals.comparison._compare import CHANGED_ANSWERS, PRIMARY, compare
from evals.comparison._pairs import ComparisonInvalid
from evals.comparison._regressions import check_measures, regressions
from evals.comparison._types import (
    Change,
    ChangedAnswer,
    ChangedFinding,
    ChangedGrade,
    Comparison,
    Difference,
    Finding,
    LabelGap,
    Labels,
    MistakeVerdict,
    PointComparison,
    PointVersion,
    QuestionDifference,
    Regression,
    Rightness,
    RubricPair,
    Side,
    SliceDifference,
    Unit,
    Weakness,
)
from evals.comparison._words import headline_sentences

__all__ = [
    "CHANGED_ANSWERS",
    "PRIMARY",
    "Change",
    "ChangedAnswer",
    "ChangedFinding",
    "ChangedGrade",
    "Comparison",
    "ComparisonInvalid",
    "Difference",
    "Finding",
    "LabelGap",
    "Labels",
    "MistakeVerdict",
    "PointComparison",
    "PointVersion",
    "QuestionDifference",
    "Regression",
    "Rightness",
    "RubricPair",
    "Side",
    "SliceDifference",
    "Unit",
    "Weakness",
    "check_measures",
    "compare",
    "headline_sentences",
    "regressions",
]
