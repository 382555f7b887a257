"""Labelled answers: JSON lines, every point and mistake labelled, by one rater or several."""

from evals.datasets._agreement import Agreement, AgreementTally, agreement
from evals.datasets._backend import BACKEND, Split, backend_answers, backend_split
from evals.datasets._check import check_dataset, label_problems
from evals.datasets._csv import import_csv
from evals.datasets._dataset import SPLITS_FILE, Dataset, majority
from evals.datasets._labels import (
    SETTLED,
    LabelledAnswer,
    LabelledCase,
    MistakeLabel,
    PointLabel,
    Rating,
)
from evals.datasets._lines import (
    DatasetInvalid,
    RatingLine,
    load_answers,
    numbered_lines,
    opened,
    read_object,
    validation_problems,
)
from evals.datasets._reviews import SUFFIXES as REVIEW_SUFFIXES
from evals.datasets._reviews import import_reviews
from evals.datasets._stats import DatasetStats, dataset_stats
from evals.datasets._style_probe import (
    STYLE_FEATURES,
    StyleProbe,
    StyleRow,
    probe_style,
    style_features,
    style_rows,
)

__all__ = [
    "BACKEND",
    "REVIEW_SUFFIXES",
    "SETTLED",
    "SPLITS_FILE",
    "STYLE_FEATURES",
    "Agreement",
    "AgreementTally",
    "Dataset",
    "DatasetInvalid",
    "DatasetStats",
    "LabelledAnswer",
    "LabelledCase",
    "MistakeLabel",
    "PointLabel",
    "Rating",
    "RatingLine",
    "Split",
    "StyleProbe",
    "StyleRow",
    "agreement",
    "backend_answers",
    "backend_split",
    "check_dataset",
    "dataset_stats",
    "import_csv",
    "import_reviews",
    "label_problems",
    "load_answers",
    "majority",
    "numbered_lines",
    "opened",
    "probe_style",
    "read_object",
    "style_features",
    "style_rows",
    "validation_problems",
]
