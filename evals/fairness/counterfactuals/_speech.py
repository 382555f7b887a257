"""As speech has it: without punctuation and capitals, and with fillers, repeats and restarts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from random import Random

from evals.fairness.counterfactuals._edits import Edit
from evals.fairness.counterfactuals._prose import sentences, words
from evals.fairness.counterfactuals._words import load_words

# In conversation about six words in a hundred (Bortfeld et al., "Disfluency Rates in
# Conversation", Language and Speech 44, 2001).
_RATE = 0.06
_SPOKEN_SIGNS = {
    "%": " percent",
    "&": " and ",
    "+": " plus ",
    "=": " equals ",
    "e.g.": "for example",
    "i.e.": "that is",
    "vs.": "versus",
    "etc.": "et cetera",
}
_SIGN = re.compile(
    r"(?<!\w)(?:e\.g\.|i\.e\.|vs\.|etc\.)| ?[%&]| ?(?<![\w+=])[+=](?![+=]) ?", re.IGNORECASE
)
# Points, hyphens and the like inside a term or a number are spoken with it.
_PUNCTUATION = re.compile(
    r"\s*[–—]\s*|\s+-+\s+|(?<=\w)[/](?=\w)|[.,:](?!\w)|(?<!\w)[.,:](?=\w)|[;!?()\[\]\"“”„…`*]"
    r"|(?<!\w)['’‘]|['’‘](?!\w)"
)


def dictated(text: str, _: Random) -> Sequence[Edit]:
    """Leave out punctuation and capitals, as a recogniser does that gives words alone."""
    found: list[Edit] = []
    for match in re.finditer(rf"(?i:{_SIGN.pattern})|{_PUNCTUATION.pattern}|[A-Z]", text):
        if found and match.start() < found[-1].end:
            continue
        found.append(Edit(match.start(), match.end(), _as_said(match, text)))
    return found


def _as_said(match: re.Match[str], text: str) -> str:
    sign = match[0]
    if sign.isalpha():
        return sign.lower()
    if sign.strip().lower() in _SPOKEN_SIGNS:
        said = _SPOKEN_SIGNS[sign.strip().lower()]
        return (
            f"{said.rstrip()} " if text[match.end() : match.end() + 1].isalnum() else said.rstrip()
        )
    before, after = text[: match.start()][-1:], text[match.end() :][:1]
    return " " if before.strip() and after.strip() and (before + after).isalnum() else ""


def disfluent(text: str, rng: Random) -> Sequence[Edit]:
    """Put in fillers, words said twice and begun sentences, about six in a hundred words."""
    return list(_disfluencies(text, rng))


def _disfluencies(text: str, rng: Random) -> Iterator[Edit]:
    material = load_words()
    found = list(words(text))
    begins = {span.start for span in sentences(text)}
    for first, second in itertools.pairwise(found):
        # Drawn for every word, so that one rule more or less leaves the other places alone.
        drawn, kind, filler = rng.random(), rng.random(), rng.choice(material.fillers)
        if drawn >= _RATE or text[first.end() : second.start()] != " ":
            continue
        word = first[0].lower()
        if kind < 0.3 and first.start() in begins and _can_restart(word, second[0].lower()):
            again = first[0] if first[0] == "I" else word
            yield Edit(first.start(), first.end(), f"{first[0]} {second[0]}, {again}")
        elif kind < 0.5 and word in material.said_twice and first.start() not in begins:
            yield Edit(first.start(), first.start(), f"{first[0]} ")
        else:
            yield Edit(first.end(), first.end(), f", {filler},")


def _can_restart(first: str, second: str) -> bool:
    material = load_words()
    return (
        first in material.beginnings
        and second not in material.negations
        and not second.endswith(("n't", "n’t"))
    )
