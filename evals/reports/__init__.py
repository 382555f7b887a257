"""Reports of runs and comparisons: one HTML file that stands by itself, or Markdown."""

from evals.reports._comparison_markdown import comparison_markdown
from evals.reports._comparison_report import comparison_html
from evals.reports._run_markdown import run_markdown
from evals.reports._run_report import (
    ANSWERS,
    ONE_QUESTION,
    RunReport,
    left_out,
    run_headline,
    run_html,
    run_report,
)
from evals.reports._write import Format, ReportInvalid, format_of, write_report

__all__ = [
    "ANSWERS",
    "ONE_QUESTION",
    "Format",
    "ReportInvalid",
    "RunReport",
    "comparison_html",
    "comparison_markdown",
    "format_of",
    "left_out",
    "run_headline",
    "run_html",
    "run_markdown",
    "run_report",
    "write_report",
]
