"""Ids and folder names made from a guide's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from pathlib import PurePath

from grader.importing._document import word_set
from grader.importing._drafts import Draft, Passage
from grader.words import STOP_WORDS

_MOST_CHARACTERS = 60

# Words that name the guide rather than a field of knowledge.
_GENERIC = word_set(
    """
    interview interviews interviewing question questions answer answers guide guides handbook
    prep preparation top best essential ultimate complete part chapter section module unit mock
    quiz quizzes cheat sheet common frequently asked scenario scenarios topic category basic
    advanced export page
    """
)
_EDGE = STOP_WORDS | {"not", "talk", "master", "crack", "ace"}
_CHAPTER = re.compile(
    r"^\s*(?:(?:section|part|chapter|module|unit|topic|category)\s+\w{1,5}\s*[:.–—-]\s*|\(?\d{1,3}[.)]\s+)",
    re.IGNORECASE,
)

# A folder of this name is not searched for rubrics: interview scripts live there.
_RESERVED = "interviews"


def slug(text: str, most_words: int = 6) -> str:
    """Make an id of the words of a text that carry meaning; empty if it has no Latin letters."""
    found = [word for word in _plain_words(text) if word not in STOP_WORDS]
    return _cut("-".join((found or _plain_words(text))[:most_words]))


def unique(name: str, taken: Container[str]) -> str:
    """Return the name, or the name with the first number that makes it new."""
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def topic_of(draft: Draft, file: str) -> tuple[str, Passage | None]:
    """Choose a draft's folder: its innermost heading that names a subject, else its guide's name.

    Returns:
        The name of the folder, and the heading it was made from.
    """
    for heading in reversed(draft.topics):
        if name := subject(heading):
            return name, heading
    stem = PurePath(file).stem.replace("_", " ").replace("-", " ")
    name = subject(Passage(stem, ())) or _cut("-".join(_plain_words(stem))) or "imported"
    return f"{name}-guide" if name == _RESERVED else name, None


def subject(heading: Passage) -> str:
    """Name the subject of a heading such as `Section 2: Caching (6 Questions)`; empty if none."""
    text = _CHAPTER.sub("", heading.text)
    found = [word for word in _plain_words(text) if word not in _GENERIC and not word.isdecimal()]
    while found and found[0] in _EDGE:
        del found[0]
    while found and found[-1] in _EDGE:
        del found[-1]
    name = _cut("-".join(found[:6]))
    return "" if name == _RESERVED else name


def _plain_words(text: str) -> list[str]:
    text = text.lower().replace("c++", "cpp").replace("c#", "csharp").replace("ß", "ss")
    text = re.sub(r"(?<=\w)[.'’](?=\w)", "", text)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", ascii_text)


def _cut(name: str) -> str:
    while len(name) > _MOST_CHARACTERS and "-" in name:
        name = name.rsplit("-", 1)[0]
    return name[:_MOST_CHARACTERS].strip("-")
