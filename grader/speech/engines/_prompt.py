"""Telling an engine which terms may be said."""

from __future__ import annotations

from collections.abc import Sequence

# Whisper reads the last 224 tokens of a prompt; a term takes some three characters a token.
_MOST_CHARACTERS = 600


def glossary(vocabulary: Sequence[str]) -> str:
    """Write terms as a text that might have come before what is said.

    A model goes on in the manner of its prompt, so it is a sentence, and no more than it reads.

    Args:
        vocabulary: The likeliest terms first; later ones are left out when they are too many.
    """
    return f"Glossary: {', '.join(fitting(vocabulary))}."


def fitting(vocabulary: Sequence[str]) -> list[str]:
    """Return the first terms that an engine has room for, each once."""
    chosen: list[str] = []
    left = _MOST_CHARACTERS
    for term in dict.fromkeys(" ".join(term.split()) for term in vocabulary):
        left -= len(term) + 2
        if left < 0:
            break
        if term:
            chosen.append(term)
    return chosen
