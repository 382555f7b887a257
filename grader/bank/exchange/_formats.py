"""Which format a file has, by the ending of its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from grader.bank.exchange._drafts import Corpus
from grader.bank.exchange._healthbench_read import read_healthbench
from grader.bank.exchange._healthbench_write import write_healthbench
from grader.bank.exchange._results import Exported, Imported
from grader.bank.exchange._table import write_table
from grader.bank.exchange._table_read import read_table
from grader.errors import BadInput, Problem, RubricInvalid
from grader.types import Rubric

_ENDINGS = (".jsonl", ".json", ".csv")


class FormatUnknown(BadInput):
    """A file whose name does not say which format rubrics have or shall have in it."""

    code = "format_unknown"


def export_rubrics(rubrics: Iterable[Rubric], name: str) -> Exported:
    """Write rubrics in the format that a file's name calls for.

    Args:
        rubrics: Of any status.
        name: Ends in `.jsonl` or `.json` for HealthBench-style rubrics, in `.csv` for a table.

    Raises:
        FormatUnknown: It has another ending.
    """
    ending = _ending(name)
    if ending == ".csv":
        return write_table(rubrics)
    return write_healthbench(rubrics, lines=ending == ".jsonl")


def import_rubrics(path: Path, *, question: str = "", corpus: Corpus | None = None) -> Imported:
    """Make drafts of the rubrics in a file.

    Args:
        path: As for `export_rubrics`.
        question: For a bare list of criteria, which has none.
        corpus: Reference answers that rubrics may name.

    Raises:
        FormatUnknown: It has another ending.
        RubricInvalid: It cannot be read, or breaks its format; carries every problem.
    """
    ending, file = _ending(path.name), str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise RubricInvalid([Problem("", message, file)]) from None
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        raise RubricInvalid([Problem("", message, file)]) from None
    if ending == ".csv":
        return read_table(text, file, corpus=corpus)
    return read_healthbench(text, file, question=question, corpus=corpus)


def _ending(name: str) -> str:
    ending = Path(name).suffix.lower()
    if ending in _ENDINGS:
        return ending
    raise FormatUnknown(
        f"{name} has no known format; its name must end in .jsonl or .json (HealthBench-style) "
        "or in .csv (a table)"
    )
