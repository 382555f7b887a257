"""Opening a guide: its format told from its content, and every failure a message about the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.importing._document import Format, Guide
from grader.importing._errors import GuideInvalid

MAX_BYTES = 50_000_000
MAX_CHARACTERS = 10_000_000
_SAMPLE = 20_000
_BINARY = {Format.PDF, Format.DOCX}

_EXTENSIONS = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
}
_UNSUPPORTED = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file; save it as DOCX"),
    (b"{\\rtf", "a rich text file; save it as DOCX"),
    (b"\x89PNG", "an image; run text recognition on it"),
    (b"\xff\xd8\xff", "an image; run text recognition on it"),
    (b"\x1f\x8b", "a compressed file; unpack it"),
)
# Text all the same, and what would be made of it are questions that nobody asked.
_NO_GUIDES = {
    **dict.fromkeys((".csv", ".tsv"), "a table; save it as DOCX, HTML or Markdown"),
    **dict.fromkeys(
        (".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".xml", ".lock"),
        "a file of data or settings, not a guide; rubrics go in by `grader rubrics import`",
    ),
    **dict.fromkeys(
        (
            ".py",
            ".js",
            ".mjs",
            ".ts",
            ".java",
            ".go",
            ".rs",
            ".c",
            ".cpp",
            ".cs",
            ".rb",
            ".php",
            ".sh",
            ".sql",
        ),
        "source code, not a guide",
    ),
}
_HTML_START = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|\?xml)\b", re.IGNORECASE | re.DOTALL
)
_HTML_TAGS = re.compile(rb"</(?:p|div|li|h[1-6]|td|span|section)>", re.IGNORECASE)
_MARKDOWN = re.compile(
    rb"^(?:#{1,6} \S|```|\|.*\|\s*$|\s*[-*] \*\*|> )|\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\n]+\)",
    re.MULTILINE,
)


def read_guide(path: Path, name: str | None = None) -> Guide:
    """Read one guide from a file.

    Args:
        path: The file.
        name: How to name it in sources and messages; the path by default.

    Raises:
        GuideInvalid: It cannot be read, is too large, broken, encrypted or of no known format.
    """
    name = name or str(path)
    try:
        if path.is_dir():
            raise GuideInvalid(f"{name}: a folder; name the guides in it")
        if (size := path.stat().st_size) > MAX_BYTES:
            raise GuideInvalid(f"{name}: {size:,} bytes; a guide may have at most {MAX_BYTES:,}")
        data = path.read_bytes()
    except OSError as error:
        raise GuideInvalid(f"{name}: cannot be read: {error.strerror or error}") from None
    return parse_guide(data, name)


def parse_guide(data: bytes, name: str) -> Guide:
    """Read a guide from its bytes; the end of `name` helps to tell its format.

    Raises:
        GuideInvalid: It is empty, broken, encrypted or of no known format.
    """
    if not data.strip():
        raise GuideInvalid(f"{name}: the file is empty")
    kind = sniff(data, name)
    if kind not in _BINARY and len(data) > MAX_CHARACTERS:
        raise GuideInvalid(
            f"{name}: {len(data):,} bytes of text; at most {MAX_CHARACTERS:,} are read"
        )
    try:
        guide = _readers()[kind](data, name)
    except GuideInvalid:
        raise
    except Exception as error:  # noqa: BLE001 - a parser may fail in any way on a broken file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise GuideInvalid(f"{name}: cannot be read as {kind}: {reason}") from None
    if sum(len(piece.text) for piece in guide.pieces) > MAX_CHARACTERS:
        raise GuideInvalid(f"{name}: more than {MAX_CHARACTERS:,} characters of text; split it")
    if all(piece.skip for piece in guide.pieces):
        raise GuideInvalid(f"{name}: holds no text")
    return guide


def sniff(data: bytes, name: str) -> Format:
    """Tell the format of a file by its content, and where that leaves a choice, by its name.

    Raises:
        GuideInvalid: A kind of file that is no guide.
    """
    for start, what in _UNSUPPORTED:
        if data.startswith(start):
            raise GuideInvalid(f"{name}: {what}")
    ending = Path(name).suffix.lower()
    if unfit := _NO_GUIDES.get(ending):
        raise GuideInvalid(f"{name}: {unfit}")
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        return Format.DOCX
    named = _EXTENSIONS.get(ending)
    if named in _BINARY:
        raise GuideInvalid(f"{name}: is named {named} but does not hold one")
    sample = data[:_SAMPLE]
    if named is Format.MARKDOWN or (named is Format.HTML and b"<" in data):
        return named
    if _HTML_START.match(sample) or len(_HTML_TAGS.findall(sample)) >= 3:
        return Format.HTML
    return Format.MARKDOWN if len(_MARKDOWN.findall(sample)) >= 3 else Format.TEXT


def _readers() -> Mapping[Format, Callable[[bytes, str], Guide]]:
    from grader.importing.formats._docx import read_docx
    from grader.importing.formats._html import read_html
    from grader.importing.formats._markdown import read_markdown
    from grader.importing.formats._pdf import read_pdf
    from grader.importing.formats._plain import read_plain

    return {
        Format.MARKDOWN: read_markdown,
        Format.TEXT: read_plain,
        Format.HTML: read_html,
        Format.PDF: read_pdf,
        Format.DOCX: read_docx,
    }
