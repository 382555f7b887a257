"""Rubrics in other people's formats: HealthBench-style JSON, and tables."""

from grader.bank.exchange._cells import guarded, unguarded
from grader.bank.exchange._draft_files import rubric_yaml, write_drafts
from grader.bank.exchange._formats import FormatUnknown, export_rubrics, import_rubrics
from grader.bank.exchange._healthbench_read import read_healthbench
from grader.bank.exchange._healthbench_write import write_healthbench
from grader.bank.exchange._results import Exported, Imported
from grader.bank.exchange._table import write_table
from grader.bank.exchange._table_read import read_table

__all__ = [
    "Exported",
    "FormatUnknown",
    "Imported",
    "export_rubrics",
    "guarded",
    "import_rubrics",
    "read_healthbench",
    "read_table",
    "rubric_yaml",
    "unguarded",
    "write_drafts",
    "write_healthbench",
    "write_table",
]
