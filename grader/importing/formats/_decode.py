"""From bytes to text: encodings that exports really have, and none guessed without a reason."""

from __future__ import annotations

import codecs
import re

from grader.importing._errors import GuideInvalid

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)

# What word processors and browsers on personal computers wrote before UTF-8.
_LIKELY = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "big5", "shift_jis")
_LIKELY_ASIAN = ("gb18030", "euc_jp", "euc_kr")
_MOST_CHAOS = 0.1
_SAMPLE = 200_000


def decode(data: bytes, file: str, *, html: bool = False) -> str:
    r"""Decode a text file; line ends become `\n`.

    A byte order mark decides, then what an HTML file declares, then UTF-8, then the likeliest of
    the encodings in use before it.

    Raises:
        GuideInvalid: Binary data, or text in an encoding that cannot be told.
    """
    text = _by_mark(data, file)
    if text is None and b"\0" in data:
        raise GuideInvalid(
            f"{file}: not a text file (it holds NUL bytes); give Markdown, text, HTML, PDF or DOCX"
        )
    if text is None and html and (declared := _DECLARED.search(data[:4096])):
        text = _try(data, declared[1].decode("ascii"))
    if text is None:
        text = _try(data, "utf-8")
    if text is None:
        text = _guess(data, file)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _by_mark(data: bytes, file: str) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise GuideInvalid(
                    f"{file}: begins as {encoding} but is not at byte {error.start}; "
                    "save it as UTF-8"
                ) from None
    return None


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(data: bytes, file: str) -> str:
    from charset_normalizer import from_bytes

    allowed = [*_LIKELY, *_LIKELY_ASIAN]
    best = from_bytes(data[:_SAMPLE], cp_isolation=allowed, threshold=_MOST_CHAOS).best()
    text = _try(data, best.encoding) if best else None
    if text is None or any(_is_control(character) for character in text):
        raise GuideInvalid(f"{file}: its encoding cannot be told; save it as UTF-8")
    return text


def _is_control(character: str) -> bool:
    return (character < " " and character not in "\t\n\r\f\v") or "\x7f" <= character < "\xa0"
