"""A run's rows in a file: CSV for spreadsheets, JSON lines for programs.

In CSV a list is one cell, its parts separated by ` || `; true and false are written so; what is not
known is an empty cell. Text that a spreadsheet would run as a formula has an apostrophe in front
(see `grader.bank.exchange.guarded`). The file begins with a byte order mark, without which Excel
takes UTF-8 for the local code page.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from evals.interop._rows import TAG, Rows, columns, run_rows
from evals.runs import RunFile
from grader.bank.exchange import guarded
from grader.errors import BadInput

_PARTED = " || "


class ExportRefused(BadInput):
    """An export whose file cannot be written, or has no known format."""

    code = "export_refused"


def export_run(run: RunFile, output: Path, kind: Rows = Rows.POINTS) -> int:
    """Write a run's rows; the file is whole or is not there.

    Args:
        run: What `grader eval run -o` wrote.
        output: `.csv` or `.jsonl`; an earlier file there is replaced.
        kind: What one row is about.

    Returns:
        How many rows there are.

    Raises:
        ExportRefused: The name has another ending, is the run's own, or cannot be written.
        RunInvalid: A line of the run is broken; says which.
    """
    check_export(run.path, output)
    write = _WRITERS[output.suffix.lower()]
    with _replacing(output) as file:
        return write(run, kind, file)


def check_export(run: Path, output: Path) -> None:
    """See to it that a run can be exported to a file.

    Raises:
        ExportRefused: See `export_run`.
    """
    if output.suffix.lower() not in _WRITERS:
        known = " or ".join(_WRITERS)
        raise ExportRefused(f"{output} has no known format; name a file that ends in {known}")
    if output.is_dir() or not output.parent.is_dir():
        raise ExportRefused(f"{output} cannot be written: name a file in a folder that exists")
    if output.exists() and output.samefile(run):
        raise ExportRefused(f"{output} is the run itself; name another file")


def _write_csv(run: RunFile, kind: Rows, file: TextIO) -> int:
    # A table's heading stands above its rows, so the names of the tags are gathered beforehand.
    tags = sorted({f"{TAG}{name}" for record in run for name in record.tags})
    file.write("\ufeff")
    table = csv.writer(file)
    names = (*columns(kind), *tags)
    table.writerow(map(guarded, names))
    return _counted(
        table.writerow([_cell(row.get(name)) for name in names]) for row in run_rows(run, kind)
    )


def _write_lines(run: RunFile, kind: Rows, file: TextIO) -> int:
    return _counted(
        file.write(json.dumps(row, ensure_ascii=False) + "\n") for row in run_rows(run, kind)
    )


_WRITERS: Mapping[str, Callable[[RunFile, Rows, TextIO], int]] = {
    ".csv": _write_csv,
    ".jsonl": _write_lines,
}


def _counted(written: Iterable[object]) -> int:
    return sum(1 for _ in written)


def _cell(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = _PARTED.join(value)
    return guarded(value) if isinstance(value, str) else value


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """Write beside a file, and put it in its place when all went well."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise ExportRefused(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
