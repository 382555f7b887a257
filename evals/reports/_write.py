"""Which report, and where it goes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from grader.errors import BadInput


class ReportInvalid(BadInput):
    """A report that cannot be written where it was asked for."""

    code = "report_invalid"


class Format(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MARKDOWN = "md"


_ENDINGS = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
}


def format_of(path: Path) -> Format:
    """Tell the format by the file's ending, and see to it that the file can be written.

    Raises:
        ReportInvalid: The ending says neither HTML nor Markdown, or there is no such folder.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ReportInvalid(f"{path} cannot be written: name a file in a folder that exists")
    try:
        return _ENDINGS[path.suffix.lower()]
    except KeyError:
        raise ReportInvalid(f"{path}: a report ends in .html or .md") from None


def write_report(path: Path, text: str) -> None:
    """Write a report.

    Raises:
        ReportInvalid: The disk is full, or the like.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReportInvalid(f"{path} cannot be written: {error.strerror}") from error
