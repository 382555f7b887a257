"""Writing files so that nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from grader.errors import BadInput


class OutputRefused(BadInput):
    """The output folder cannot be written, or a file that must not be lost is in the way."""

    code: ClassVar[str] = "output_refused"


def write_file(path: Path, text: str) -> None:
    """Write a file whole: what is interrupted leaves the file as it was.

    Raises:
        OutputRefused: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutputRefused(f"{path}: cannot be written: {error.strerror or error}") from None
