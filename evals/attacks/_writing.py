"""Helpers to write attacks with: filling templates in, and putting a text into an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from string import Template

from evals.attacks._types import Attack, Family, Scene
from grader.words import content_words

Payload = Callable[[Scene], str]

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def inserted(payload: Payload, place: int) -> Callable[[Scene], str]:
    """Return an attack that puts a text after, before or in the middle of an answer, by turns.

    Args:
        payload: Makes the text.
        place: Number of the attack; says whose turn it is.
    """

    def write(scene: Scene) -> str:
        text = payload(scene)
        if not scene.base:
            return text
        match place % 3:
            case 0:
                return f"{scene.base}\n\n{text}"
            case 1:
                return f"{text}\n\n{scene.base}"
            case _:
                left, right = halves(scene.base)
                return f"{left}\n{text}\n{right}".strip()

    return write


def insertions(family: Family, payloads: Iterable[tuple[str, Payload]]) -> list[Attack]:
    """Make one attack of each named text; it is tried in an answer and on its own."""
    return [
        Attack(f"{family}/{name}", family, inserted(payload, place))
        for place, (name, payload) in enumerate(payloads)
    ]


def fixed(text: str) -> Payload:
    """Return a payload that is the same for every question."""
    return lambda _: text


def filled(template: str) -> Payload:
    """Return a payload made from a template, see `fill`."""
    return lambda scene: fill(template, scene)


def fill(template: str, scene: Scene, **more: object) -> str:
    """Put in `$question`, `$terms` (the rubric's vocabulary), `$count` (of points) and `more`.

    Raises:
        KeyError: The template asks for something else.
    """
    rubric = scene.material.rubric
    return Template(template).substitute(
        question=rubric.question,
        terms=enumeration(rubric.vocabulary),
        count=len(rubric.points),
        **more,
    )


def enumeration(terms: Sequence[str]) -> str:
    """Join terms as in a sentence."""
    return f"{', '.join(terms[:-1])} and {terms[-1]}" if len(terms) > 1 else "".join(terms)


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences."""
    return [each for each in _BETWEEN_SENTENCES.split(text) if each.strip()]


def halves(text: str) -> tuple[str, str]:
    """Split a text at the end of a sentence near its middle; the second may be empty."""
    ends = list(_BETWEEN_SENTENCES.finditer(text))
    if not ends:
        return text, ""
    nearest = min(ends, key=lambda match: abs(match.start() - len(text) / 2))
    return text[: nearest.start()], text[nearest.end() :]


def terms_of(text: str) -> list[str]:
    """Return the words of a text that carry its meaning, lower case, each once."""
    return list(dict.fromkeys(content_words(text)))


def in_mid_sentence(claim: str, names: Iterable[str]) -> str:
    """Begin a claim with a small letter, unless it begins with a name."""
    first = claim.split(maxsplit=1)[0]
    plain = first.capitalize() == first and first not in names
    return claim[0].lower() + claim[1:] if plain else claim
