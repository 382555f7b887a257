"""Options of multiple-choice questions, on lines of their own or all on one."""

from __future__ import annotations

import re
from collections.abc import Iterator

_START = re.compile(
    r"(?:option\s+)?\(?(?P<letter>[A-Ha-h])(?P<stop>[.):]|\s[-–—](?=\s))\)?\s+", re.IGNORECASE
)
_INLINE = re.compile(r"(?:(?<=\s)|^)\(?(?P<letter>[A-Ha-h])[.)]\s+(?=\S)")
_TICK = re.compile(r"\s*(?:\((?:correct|right)(?:\s+answer)?\)|[✓✔✅☑]|\*)\s*$", re.IGNORECASE)
_LETTERS = re.compile(
    r"(?:options?\s+|answers?\s+)?\(?(?P<first>[A-Ha-h])\)?(?P<more>(?:\s*(?:,|and|&|/|\+|;)\s*(?:and\s+)?"
    r"\(?[A-Ha-h]\)?(?![\w'’]))*)\s*(?P<stop>$|[.):,–—-](?:\s|$))\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


def option_letter(text: str) -> str:
    """Letter with which a line begins as an option does, in small; empty if it does not."""
    match = _START.match(text)
    return match["letter"].lower() if match else ""


def without_letter(text: str) -> str:
    """The text of an option or an explanation, less its letter."""
    return _START.sub("", text, count=1)


def inline_options(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Split `Which one? A) this B) that` into the text before and the options.

    Letters have to begin with A and follow each other; what does not is text.

    Returns:
        The text before, and (letter, text) of each option; no options if there are fewer than two.
    """
    found: list[re.Match[str]] = []
    for match in _INLINE.finditer(text):
        if match["letter"].lower() == chr(ord("a") + len(found)):
            found.append(match)
    if len(found) < 2:
        return text, []
    ends = [match.start() for match in found[1:]] + [len(text)]
    options = [
        (match["letter"].lower(), text[match.end() : end].strip())
        for match, end in zip(found, ends, strict=True)
    ]
    return text[: found[0].start()].strip(), options


def ticked(text: str) -> tuple[str, bool]:
    """Split the mark of a correct option off its text."""
    stripped = _TICK.sub("", text)
    return (stripped, True) if stripped and stripped != text else (text, False)


def answer_letters(text: str) -> tuple[tuple[str, ...], str]:
    """Read `B`, `a, c` or `B) because ...`.

    Returns:
        The letters in small, and what follows them; no letters if the text is something else.
    """
    match = _LETTERS.match(text)
    if not match:
        return (), text
    more = re.findall(r"(?<![\w'’])[A-Ha-h](?![\w'’])", match["more"])
    return tuple(dict.fromkeys(x.lower() for x in (match["first"], *more))), match["rest"]


def explained_letters(text: str) -> Iterator[str]:
    """Yield the letter that an explanation is about, if its first words say so."""
    if letter := option_letter(text):
        yield letter
        return
    match = re.match(
        r"(?:why\s+(?:not\s+)?)?(?:option|choice|answer)?\s*\(?([A-Ha-h])\)?\s+(?:is|was|isn['’]t)\b|"
        r"(?:why\s+not|option|choice)\s+\(?([A-Ha-h])\)?\s*[:–—-]",
        text,
        re.IGNORECASE,
    )
    # `A is the article here` is a sentence: a bare letter counts only with a verdict behind it.
    if match and (match[2] or re.search(r"\b(?:in)?correct|wrong|right|true|false\b", text[:60])):
        yield (match[1] or match[2]).lower()
