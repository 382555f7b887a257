"""Text in the cells of a table that people open in a spreadsheet.

A spreadsheet runs a cell that begins with one of `= + - @` as a formula, whoever wrote the text
(OWASP, "CSV Injection"). Such text gets an apostrophe in front, which spreadsheets take for "this is
text". Text that begins with apostrophes before such a character gets one more, so that `unguarded`
gives back exactly what `guarded` was given.
"""

from __future__ import annotations

import re

# The full-width forms count too: spreadsheets set to Chinese or Japanese read them as the others.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def guarded(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Undo `guarded`; a cell that was never guarded stays as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
