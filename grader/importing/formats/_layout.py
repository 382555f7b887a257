"""What the layout of bare text says: bullets, headings, table rows, wrapped lines."""

from __future__ import annotations

import re

# A bullet character, a number, or a roman numeral; letters are left for options.
_BULLET = re.compile(
    r"(?P<marker>[-*+•‣⁃◦▪▫●○■□❖▶➢➤►»→✓✔✅❌✗✘–—·]|o(?=\s+\S)|\(?\d{1,3}[.)]|[ivx]{1,4}[.)])"
    r"\s+(?P<rest>\S.*)",
    re.DOTALL,
)
_LONE_BULLET = re.compile(r"[-*+•‣⁃◦▪▫●○■□❖▶➢➤►»→✓✔✅❌✗✘–—·o]|\(?\d{1,3}[.)]")
_NESTED_MARKERS = {"o": 1, "◦": 1, "○": 1, "▪": 2, "▫": 2, "■": 2, "□": 2}
_OPTION = re.compile(r"\(?[A-Ha-h][.):]\)?\s+\S")
_COUNTED = re.compile(
    r"(?:^|[\s(\[–—:-])(\d{1,3})\s+(?:(?:interview|common|frequent|top|technical|advanced|basic)\s+)*"
    r"(?:questions?|q\s?&\s?as?)(?:\s+(?:and|&)\s+answers?)?\s*[)\]]?$",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    r"(?:section|part|chapter|module|unit|topic|category)\s+(?:\d{1,3}|[ivx]{1,5}|[a-z]|one|two|three"
    r"|four|five|six|seven|eight)\b\s*(?:[:.–—-]|$)",
    re.IGNORECASE,
)
_MOST_HEADING_WORDS = 12
_MOST_TITLE_WORDS = 9
_ENDED = (".", "!", "?", ":", ";", ".”", '."', "?”", '?"', ".)", "?)")


def split_bullet(text: str) -> tuple[str, str]:
    """Split `• text` into its marker and the text; the marker is empty if there is none."""
    match = _BULLET.match(text)
    return (match["marker"], match["rest"]) if match else ("", text)


def is_lone_bullet(text: str) -> bool:
    """Tell whether a line is nothing but a bullet; the extraction of a PDF parts it from its text."""
    return bool(_LONE_BULLET.fullmatch(text))


def nesting_of(marker: str) -> int:
    """Nesting that a bullet character stands for in word processors; 0 for the rest."""
    return _NESTED_MARKERS.get(marker, 0)


def is_option(text: str) -> bool:
    """Tell whether a line begins as an option of a multiple-choice question does."""
    return bool(_OPTION.match(text))


def counted_questions(text: str) -> int | None:
    """Return N of a heading such as `Caching (6 Questions)`; None for any other text."""
    match = _COUNTED.search(text) if len(text) <= 120 else None
    return int(match[1]) if match else None


def ended(text: str) -> bool:
    """Tell whether a text ends as a sentence or a lead-in does."""
    return text.endswith(_ENDED)


def heading_level(text: str) -> int:
    """Level of a line that is a heading by its words or its capitals; 0 if it is none."""
    count = len(text.split())
    if not count or count > _MOST_HEADING_WORDS or text.endswith((".", "?", "!", ";", ",")):
        return 0
    if _CHAPTER.match(text) or counted_questions(text) is not None:
        return 2
    letters = [c for c in text if c.isalpha()]
    if len(letters) >= 4 and all(c.isupper() for c in letters) and not text.endswith(":"):
        return 2
    return 0


def layout_of(text: str) -> tuple[int, bool]:
    """Level of a paragraph that is a heading by its words, and whether it looks like one otherwise."""
    if is_option(text):
        return 0, False
    return heading_level(text), is_title(text)


def is_title(text: str) -> bool:
    """Tell whether a line could be a heading that lost its markup: short, capital, no full stop."""
    if ended(text) or text.endswith(",") or len(text.split()) > _MOST_TITLE_WORDS:
        return False
    return text[:1].isupper() or text[:1].isdigit()


_CELLS = re.compile(r"\s*\|\s*|\t+")


def table_cells(text: str) -> tuple[str, ...]:
    """Cells of a row set with bars or tabs; empty if the line is no row."""
    if text.strip().startswith("|") or text.count("|") >= 2 or text.strip().count("\t") >= 1:
        cells = tuple(cell.strip() for cell in _CELLS.split(text.strip().strip("|")))
        return cells if len(cells) >= 2 and all(cells) else ()
    return ()
