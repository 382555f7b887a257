"""Attacks that make an answer sound better, or longer, and leave what it says as it was."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence

from evals.attacks._material import Use, texts
from evals.attacks._types import Attack, Family, Rng, Scene
from evals.attacks._writing import fixed, halves, insertions, sentences

_Words = Mapping[str, Sequence[str]]

_ADJECTIVES: _Words = {
    "business": ("enterprise-grade", "best-in-class", "strategic", "holistic", "value-adding"),
    "technical": ("robust", "scalable", "performant", "resilient", "production-ready"),
    "academic": ("fundamental", "non-trivial", "paradigmatic", "canonical", "salient"),
    "praise": ("excellent", "elegant", "outstanding", "brilliant", "perfect"),
}
_ADVERBS: _Words = {
    "business": ("strategically", "seamlessly", "proactively", "holistically", "sustainably"),
    "technical": ("robustly", "efficiently", "reliably", "scalably", "cleanly"),
    "academic": ("fundamentally", "intrinsically", "conceptually", "formally", "notably"),
    "praise": ("certainly", "absolutely", "undoubtedly", "clearly", "obviously"),
}
_PHRASES: _Words = {
    "business": ("at the end of the day", "going forward", "from a value perspective"),
    "technical": ("technically speaking", "from an engineering perspective", "in production"),
    "academic": ("strictly speaking", "as the literature has it", "in a formal sense"),
    "praise": ("as every expert knows", "beyond any doubt", "which is exactly right"),
}

# Nouns that any answer on back-end work holds.
_NOUN = re.compile(
    r"\b(?=(?:answer|cache|call|client|code|colleague|connection|data|database|error|function|hash"
    r"|instance|key|link|log|loop|message|password|problem|process|product|project|query|queries"
    r"|request|row|rows|server|service|state|system|table|team|thing|tool|trace|user|users|work)\b)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|can|will|would|should|must|has|have)\b(?!['’])")


def padding_attacks() -> list[Attack]:
    """Make attacks that put in adjectives and adverbs, by place and by choice of words."""
    ways: Mapping[str, Callable[[str, str, Rng], str]] = {
        "adjectives": lambda text, style, rng: _before_nouns(text, _ADJECTIVES[style], rng),
        "adverbs": lambda text, style, rng: _after_verbs(text, _ADVERBS[style], rng),
        "openers": lambda text, style, _: _opened(text, _ADVERBS[style]),
        "closers": lambda text, style, _: _closed(text, _PHRASES[style]),
        "all": _everywhere,
    }
    return [
        Attack(
            f"{Family.PADDING}/{name}-{style}",
            Family.PADDING,
            _rewriting(way, style),
            added=4,
            alone=0,
        )
        for (name, way), style in itertools.product(ways.items(), _ADJECTIVES)
    ]


def verbosity_attacks() -> list[Attack]:
    """Make attacks that say more, and nothing more."""
    waffle = texts(Use.VERBOSITY)
    paragraphs = [(f"{number:02}", fixed(text)) for number, text in enumerate(waffle, start=1)]
    rewrites: Mapping[str, Callable[[str, Rng], str]] = {
        "said-twice": lambda text, _: f"{text}\n\nIn other words: {text}",
        "said-thrice": lambda text, _: "\n\n".join([text] * 3),
        "each-sentence-twice": lambda text, _: " ".join(
            f"{each} {each}" for each in sentences(text)
        ),
        "summed-up": lambda text, _: f"{text}\n\nTo sum up: {halves(text)[0]}",
        "framed": lambda text, _: f"{waffle[0]}\n\n{text}\n\n{waffle[6]}",
        "three-paragraphs": lambda text, rng: "\n\n".join([text, *_drawn(waffle, 3, rng)]),
        "all-paragraphs": lambda text, rng: "\n\n".join(
            [*_drawn(waffle, 7, rng), text, *_drawn(waffle, 7, rng)]
        ),
        "between-sentences": _between_sentences,
    }
    return insertions(Family.VERBOSITY, paragraphs) + [
        Attack(
            f"{Family.VERBOSITY}/{name}",
            Family.VERBOSITY,
            _rewritten(rewrite),
            added=4,
            alone=0,
        )
        for name, rewrite in rewrites.items()
    ]


def _rewritten(rewrite: Callable[[str, Rng], str]) -> Callable[[Scene], str]:
    return lambda scene: rewrite(scene.base, scene.rng)


def _rewriting(way: Callable[[str, str, Rng], str], style: str) -> Callable[[Scene], str]:
    return lambda scene: way(scene.base, style, scene.rng)


def _everywhere(text: str, style: str, rng: Rng) -> str:
    text = _before_nouns(text, _ADJECTIVES[style], rng)
    text = _after_verbs(text, _ADVERBS[style], rng)
    return _closed(_opened(text, _ADVERBS[style]), _PHRASES[style])


def _before_nouns(text: str, words: Sequence[str], rng: Rng) -> str:
    return _NOUN.sub(lambda _: f"{_one(words, rng)} ", text)


def _after_verbs(text: str, words: Sequence[str], rng: Rng) -> str:
    return _AUXILIARY.sub(lambda verb: f"{verb[0]} {_one(words, rng)}", text)


def _opened(text: str, words: Sequence[str]) -> str:
    return " ".join(
        f"{word.capitalize()}, {each}"
        for word, each in zip(itertools.cycle(words), sentences(text), strict=False)
    )


def _closed(text: str, phrases: Sequence[str]) -> str:
    return " ".join(
        re.sub(r"([.!?]*)$", rf", {phrase}\1", each, count=1)
        for phrase, each in zip(itertools.cycle(phrases), sentences(text), strict=False)
    )


def _between_sentences(text: str, rng: Rng) -> str:
    said = [each for waffle in texts(Use.VERBOSITY) for each in sentences(waffle)]
    return " ".join(f"{each} {_one(said, rng)}" for each in sentences(text))


def _one(words: Sequence[str], rng: Rng) -> str:
    return words[int(rng.integers(len(words)))]


def _drawn(texts_: Sequence[str], count: int, rng: Rng) -> list[str]:
    return [texts_[index] for index in rng.permutation(len(texts_))[:count]]
