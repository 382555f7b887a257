"""Sentences of a guide's text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9`$])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|fig|no|mr|mrs|ms|dr|st)|\b[A-Z])\.$",
    re.IGNORECASE,
)

# Words by which a sentence leans on the one before it.
_LEANING_START = re.compile(
    r"(?:it|its|this|that|these|those|they|them|their|he|she|such|here|there|then|otherwise|instead"
    r"|so|but|and|or|yet|however|therefore|thus|hence|moreover|also|similarly|conversely|likewise"
    r"|in\s+(?:that|this)\s+case|in\s+other\s+words|for\s+example|for\s+instance|both|neither|either"
    r"|the\s+(?:former|latter|first|second|other|same|rest|following))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this|these|those)\b", re.IGNORECASE
)


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a paragraph, in order."""
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text, max(0, match.end() - 8), match.end()):
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def leans(sentence: str) -> bool:
    """Tell whether a sentence begins by pointing back, so that it cannot stand alone."""
    return bool(_LEANING_START.match(sentence.lstrip("\"'“‘(")))


def has_pronoun(text: str) -> bool:
    """Tell whether a text holds a pronoun that may point outside it."""
    return bool(_PRONOUN.search(text))


_QUESTION_WORDS = re.compile(
    r"(?:what|why|how|when|where|which|who|whose|can|could|would|will|do|does|did|is|are|was|were|should"
    r"|have|has|explain|describe|compare|tell|walk|design|name|list|discuss|define|give|outline|implement"
    r"|write|sketch|imagine|suppose|talk|show)\b",
    re.IGNORECASE,
)
_CLOSING = "\"'”’)] "


def asks(text: str) -> bool:
    """Tell whether a text ends as a question."""
    return text.rstrip(_CLOSING).endswith(("?", "？"))


def is_task(text: str) -> bool:
    """Tell whether a text begins as a question or a task given to a candidate does."""
    return bool(_QUESTION_WORDS.match(text.lstrip("\"'“‘( ")))
