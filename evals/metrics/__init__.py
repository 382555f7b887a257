"""Measures of a judge against labels, each with an interval from resampled questions."""

from evals.metrics import _formulas as formulas
from evals.metrics._catalogue import TITLES, Title, measures
from evals.metrics._confidence import (
    CoveragePoint,
    ReliabilityBin,
    area_under_risk,
    reliability,
    risk_at,
    risk_curve,
)
from evals.metrics._measure import (
    RESAMPLES,
    SEED,
    Figure,
    FloatArray,
    IntArray,
    Measure,
    Ranked,
    Tallied,
    figure,
    figures,
    point_value,
    question_draws,
    tallied,
)
from evals.metrics._summary import Cost, RunSummary, Slice, summarise
from evals.metrics._table import BANDS, VERDICTS, Columns, RunTable, TableBuilder

__all__ = [
    "BANDS",
    "RESAMPLES",
    "SEED",
    "TITLES",
    "VERDICTS",
    "Columns",
    "Cost",
    "CoveragePoint",
    "Figure",
    "FloatArray",
    "IntArray",
    "Measure",
    "Ranked",
    "ReliabilityBin",
    "RunSummary",
    "RunTable",
    "Slice",
    "TableBuilder",
    "Tallied",
    "Title",
    "area_under_risk",
    "figure",
    "figures",
    "formulas",
    "measures",
    "point_value",
    "question_draws",
    "reliability",
    "risk_at",
    "risk_curve",
    "summarise",
    "tallied",
]
