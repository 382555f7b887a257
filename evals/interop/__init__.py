"""Measurements where teams already work: tables, promptfoo, Inspect."""

from evals.interop._export import ExportRefused, check_export, export_run
from evals.interop._rows import AnswerRow, MistakeRow, PointRow, Rows, columns, run_rows

__all__ = [
    "AnswerRow",
    "ExportRefused",
    "MistakeRow",
    "PointRow",
    "Rows",
    "check_export",
    "columns",
    "export_run",
    "run_rows",
]
