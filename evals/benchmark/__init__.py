"""Public answer-grading sets: their rows, how they are judged, the figures papers report."""

from evals.benchmark._predict import Prediction, Predictor, best_prediction, reference_rubrics
from evals.benchmark._report import BenchmarkReport, RiskCoverage, report_file
from evals.benchmark._rows import (
    BenchmarkFile,
    BenchmarkRow,
    BenchmarkStats,
    Reference,
    benchmark_stats,
    is_benchmark,
)

__all__ = [
    "BenchmarkFile",
    "BenchmarkReport",
    "BenchmarkRow",
    "BenchmarkStats",
    "Prediction",
    "Predictor",
    "Reference",
    "RiskCoverage",
    "benchmark_stats",
    "best_prediction",
    "is_benchmark",
    "reference_rubrics",
    "report_file",
]
