"""Runs: a judge and a bank over labelled answers, kept so that measures need nothing else."""

from evals.runs._file import RunFile, RunInvalid, RunWriter, check_output
from evals.runs._records import (
    MistakeRecord,
    PointRecord,
    Repeat,
    RubricLine,
    RunError,
    RunHeader,
    RunRecord,
    failed_record,
    graded_record,
    record_key,
    repeat_of,
    with_labels,
)
from evals.runs._run import RubricChoice, RunReport, graded_by, rubric_choice, run_answers

__all__ = [
    "MistakeRecord",
    "PointRecord",
    "Repeat",
    "RubricChoice",
    "RubricLine",
    "RunError",
    "RunFile",
    "RunHeader",
    "RunInvalid",
    "RunRecord",
    "RunReport",
    "RunWriter",
    "check_output",
    "failed_record",
    "graded_by",
    "graded_record",
    "record_key",
    "repeat_of",
    "rubric_choice",
    "run_answers",
    "with_labels",
]
