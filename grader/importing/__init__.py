"""Importing interview guides: messy text in five formats to draft rubrics that say where each word is from."""

from grader.files import OutputRefused
from grader.importing._complete import SentenceEncoder
from grader.importing._document import Format, Guide, Source
from grader.importing._drafts import Draft, Passage, Shape
from grader.importing._errors import GuideInvalid
from grader.importing._extract import Extract, extract
from grader.importing._importer import import_guides
from grader.importing._report import (
    EXPECTED_REASONS,
    Failure,
    ImportReport,
    Written,
    lines_of,
    skipped_by_reason,
)
from grader.importing.formats import parse_guide, read_guide

__all__ = [
    "EXPECTED_REASONS",
    "Draft",
    "Extract",
    "Failure",
    "Format",
    "Guide",
    "GuideInvalid",
    "ImportReport",
    "OutputRefused",
    "Passage",
    "SentenceEncoder",
    "Shape",
    "Source",
    "Written",
    "extract",
    "import_guides",
    "lines_of",
    "parse_guide",
    "read_guide",
    "skipped_by_reason",
]
