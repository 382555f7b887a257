"""Markdown as pull requests show it: text stays text, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from evals.reports._spans import Piece

# What begins markup anywhere in a line; at its start more does, but no text here stands there.
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# Mentions and references notify people, and addresses become links; an invisible word joiner
# keeps them text.
_LIVE = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def escaped(text: str) -> str:
    """Make a text safe within one line of Markdown, a table's cell included."""
    line = "".join(_ENTITIES.get(letter, letter) for letter in _line(text))
    return _MARKUP.sub(r"\\\1", line)


def code(text: str) -> str:
    """Show an id in type of its own, escaped all the same."""
    line = "".join(_ENTITIES.get(letter, letter) for letter in _line(text))
    return f"<code>{_MARKUP.sub(_as_entity, line)}</code>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], sides: str) -> str:
    """Lay out a table.

    Args:
        header: Markdown already, as are the rows.
        rows: From the top.
        sides: A letter for each column, `l` or `r`: where its text stands.
    """
    marks = {"l": ":--", "r": "--:"}
    lines = [header, [marks[side] for side in sides], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def details(summary: str, body: str) -> str:
    """Fold away a part; the summary is Markdown that has no blocks."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def marked(pieces: Sequence[Piece], longest: int = 1200) -> str:
    """Show an answer as a quotation, what one source quotes in bold and the other underlined."""
    shown: list[str] = []
    room = longest
    for piece in pieces:
        if room <= 0:
            shown.append(" …")
            break
        shown.append(_wrapped(piece, room))
        room -= len(piece.text)
    return f"> {''.join(shown).strip()}"


def joined(blocks: Iterable[str]) -> str:
    """Put blocks one after another."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def _wrapped(piece: Piece, room: int) -> str:
    text = piece.text[:room]
    lead, tail = " " * text[:1].isspace(), " " * text[-1:].isspace()
    inner = escaped(text)
    if not inner:
        return lead
    for source, tag in _tags(piece):
        inner = f"<{tag}>{inner}</{tag}>" if source in piece.sources else inner
    return f"{lead}{inner}{tail}"


def _tags(piece: Piece) -> Iterator[tuple[str, str]]:
    if piece.marks:
        yield from (("judge", "b"), ("second", "b"), ("label", "ins"), ("first", "ins"))


def _line(text: str) -> str:
    return _LIVE.sub("\N{WORD JOINER}", " ".join(text.split()))


def _as_entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
