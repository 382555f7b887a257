"""The words that versions are made with, from `words.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from grader.types import Frozen

_FILE = Path(__file__).with_name("words.yaml")
_ISE_ENDINGS = ("ise", "ised", "iser", "isers", "ises", "ising", "isation", "isations")
_OUR_ENDINGS = ("our", "ours", "oured", "ouring", "ourable", "ourably", "ourite", "ourites")
_DOUBLED_ENDINGS = ("ed", "ing", "er", "ers")


class Spelling(Frozen):
    """Words that British and American English spell differently and mean alike.

    Attributes:
        ise: Stems of verbs in -ise and -ize.
        our: Stems of words in -our and -or.
        doubled: Verbs that double their last letter in British English.
        others: American by British spelling.
        one_way: Words that are left as they are, though another becomes them.
    """

    ise: tuple[str, ...]
    our: tuple[str, ...]
    doubled: tuple[str, ...]
    others: Mapping[str, str]
    one_way: frozenset[str]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield British and American spelling of every form."""
        for stem in self.ise:
            for ending in _ISE_ENDINGS:
                yield stem + ending, stem + ending.replace("is", "iz", 1)
        for stem in self.our:
            for ending in _OUR_ENDINGS:
                yield stem + ending, stem + ending.replace("our", "or", 1)
        for verb in self.doubled:
            for ending in _DOUBLED_ENDINGS:
                yield verb + verb[-1] + ending, verb + ending
        yield from self.others.items()


class Words(Frozen):
    """See the comments in `words.yaml`."""

    fillers: tuple[str, ...]
    said_twice: frozenset[str]
    beginnings: frozenset[str]
    negations: frozenset[str]
    pronouns: frozenset[str]
    verbs: frozenset[str]
    agreement: Mapping[str, str]
    bound: frozenset[str]
    uncountable: frozenset[str]
    openings: tuple[str, ...]
    fillings: tuple[str, ...]
    closings: tuple[str, ...]
    spelling: Spelling


@cache
def load_words() -> Words:
    """Read the file."""
    return Words.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


@cache
def other_spelling() -> Mapping[str, str]:
    """Return the other spelling of each word that has one, either way."""
    spelling = load_words().spelling
    return {
        word: other
        for british, american in spelling.pairs()
        for word, other in ((british, american), (american, british))
        if word not in spelling.one_way
    }
