"""Reading guides: one reader per format, chosen by what a file holds."""

from grader.importing.formats._layout import counted_questions, is_option
from grader.importing.formats._read import MAX_BYTES, parse_guide, read_guide

__all__ = ["MAX_BYTES", "counted_questions", "is_option", "parse_guide", "read_guide"]
