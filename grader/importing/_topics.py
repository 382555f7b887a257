"""Folder names made from a guide's words."""

from __future__ import annotations

import re
from pathlib import PurePath

from grader.importing._document import word_set
from grader.importing._drafts import Draft, Passage
from grader.slugs import cut, plain_words
from grader.words import STOP_WORDS

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


def topic_of(draft: Draft, file: str) -> tuple[str, Passage | None]:
    """Choose a draft's folder: its innermost heading that names a subject, else its guide's name.

    Returns:
        The name of the folder, and the heading it was made from.
    """
    for heading in reversed(draft.topics):
        if name := subject(heading):
            return name, heading
    stem = PurePath(file).stem.replace("_", " ").replace("-", " ")
    name = subject(Passage(stem, ())) or cut("-".join(plain_words(stem))) or "imported"
    return f"{name}-guide" if name == _RESERVED else name, None


def subject(heading: Passage) -> str:
    """Name the subject of a heading such as `Section 2: Caching (6 Questions)`; empty if none."""
    text = _CHAPTER.sub("", heading.text)
    found = [word for word in plain_words(text) if word not in _GENERIC and not word.isdecimal()]
    while found and found[0] in _EDGE:
        del found[0]
    while found and found[-1] in _EDGE:
        del found[-1]
    name = cut("-".join(found[:6]))
    return "" if name == _RESERVED else name
