"""Ids for entries that come without one, the same at every import."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from grader.slugs import slug, unique


def with_ids(given: Sequence[str | None], texts: Sequence[str]) -> list[str]:
    """Name each entry: by the id it has, else by the words of its text that carry meaning.

    Ids do not hang on the order of the entries: where two texts make the same id, each gets a few
    digits of a hash of its text. Only texts that are the same throughout are numbered.

    Args:
        given: Each entry's id, if it has one.
        texts: Each entry's text.
    """
    names = [
        own or slug(text) or f"entry-{_digest(text)}"
        for own, text in zip(given, texts, strict=True)
    ]
    count = Counter(names)
    taken = {own for own in given if own}
    for place, (own, text) in enumerate(zip(given, texts, strict=True)):
        if own:
            continue
        name = names[place]
        if count[name] > 1:
            name = f"{name}-{_digest(text)}"
        names[place] = unique(name, taken)
        taken.add(names[place])
    return names


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
