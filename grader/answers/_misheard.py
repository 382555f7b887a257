"""Finding terms that speech recognition wrote as other words ("post gress", "engine x").

What was heard is compared with a vocabulary by sound: first spelled out (letter names as letters,
number words as digits, words run together), then by a phonetic key, and what nearly shares a key
by the likeness of the whole. Recognisers write words that exist, so common words are no proof of
being right; but the more common the words, the more closely they must sound like the term.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.answers import _sound
from grader.answers._spelled import (
    Unit,
    also_written,
    is_ordinary,
    readings,
    sayings,
    squash,
    stays,
    units,
)
from grader.types import Repair
from grader.words import STOP_WORDS, stem

_WORDS_BY_SOUND = 4
_BESIDE = 5

# Least likeness at which words are taken for a term by sound alone; measured on typed answers,
# where no repair is right, and on written-down mis-hearings.
_LEAST_LIKE = 0.815
_LEAST_LIKE_ONE_WORD = 0.86
_LEAST_LIKE_ORDINARY = 0.88
_LEAST_LIKE_ORDINARY_FRAMED = 0.935
_LEAST_LIKE_WITH_LETTERS = 0.9
_SHORTEST_KEY = 3

# Words on both sides of other punctuation were not said in one breath.
_ACRONYM = re.compile(r"\b[A-Z]{2,4}\b")
_JOINT = re.compile(r"[\s\-/_]*")


@dataclass(frozen=True, slots=True)
class _Candidate:
    first: int
    last: int
    term: str | None  # None: stands as it is
    likeness: float
    is_spelled: bool

    @property
    def rank(self) -> tuple[bool, float, int]:
        """What is spelled out goes first, the longest of it; then what is likest, else longest."""
        length = self.last - self.first
        if self.is_spelled:
            return False, -length, self.term is not None
        return True, -self.likeness, -length


@dataclass(frozen=True, slots=True)
class _Sound:
    term: str
    words: tuple[str, ...]
    is_rare: bool
    has_letters: bool


class _Vocabulary:
    """Terms, indexed by how they are written, spelled out, and sounded."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.written: set[tuple[str, ...]] = set()
        self.beginnings: set[str] = set()
        self.stems: set[str] = set()
        self._spelled: dict[str, tuple[str, bool]] = {}
        self._sounds: dict[str, list[_Sound]] = defaultdict(list)
        self._longest_key: dict[str, int] = {}  # by the first sound
        for term in filter(squash, terms):
            self._add(term)

    def _add(self, term: str) -> None:
        self.stems.add(stem(squash(term)))
        for name in (term, *also_written(term)):
            self.written.add(tuple(_singular(unit.word) for unit in units(name, 0, len(name))))
        for saying in sorted(sayings(term), key=lambda each: not each.is_listed):
            plural = _plural(saying.words)
            for words in (saying.words, plural) if plural else (saying.words,):
                whole = "".join(words)
                self._spelled.setdefault(whole, (term, saying.is_listed))
                self.beginnings.update(whole[:end] for end in range(1, len(whole) + 1))
                if any(len(word) > 1 and not word.isdecimal() for word in words):
                    self._add_sound(term, words)

    def _add_sound(self, term: str, words: tuple[str, ...]) -> None:
        key = _sound.coarse_key(words)
        is_acronym = squash(term).upper() == term and len(term) < 6
        if len(key) < _SHORTEST_KEY or is_acronym:
            return
        self._longest_key[key[0]] = max(len(key), self._longest_key.get(key[0], 0))
        sound = _Sound(
            term,
            words,
            is_rare=not all(is_ordinary(unit.word) for unit in units(term, 0, len(term))),
            has_letters=_ACRONYM.search(term) is not None or any(len(word) == 1 for word in words),
        )
        for reduced in _reduced(key):
            self._sounds[reduced].append(sound)

    def spelled(self, words: Sequence[str]) -> tuple[str, bool] | None:
        """Return the term that words spell when they are run together, and whether it is listed."""
        return self._spelled.get("".join(words))

    def sounding(self, words: tuple[str, ...]) -> Collection[_Sound]:
        """Return the terms that sound as these words do but for one consonant at most."""
        key = _sound.coarse_key(words)
        if len(key) > self._longest_key.get(key[:1], -2) + 1:
            return ()
        found = [self._sounds[each] for each in _reduced(key) if each in self._sounds]
        return dict.fromkeys(itertools.chain.from_iterable(found)) if found else ()


@lru_cache(maxsize=512)
def _vocabulary(terms: tuple[str, ...]) -> _Vocabulary:
    return _Vocabulary(terms)


def find_repairs(
    text: str, spans: Iterable[tuple[int, int]], vocabulary: tuple[str, ...]
) -> tuple[Repair, ...]:
    """Find mis-heard terms.

    Args:
        text: The transcript.
        spans: Stretches of it that are read as units; no repair crosses a border between them.
        vocabulary: The terms that may have been said.

    Returns:
        Repairs that do not overlap, in order; `text[start:end] == heard` for each.
    """
    terms = _vocabulary(vocabulary)
    return tuple(
        repair for start, end in spans for repair in _repairs(text, units(text, start, end), terms)
    )


def _repairs(text: str, said: list[Unit], terms: _Vocabulary) -> list[Repair]:
    taken: set[int] = set()
    chosen: list[Repair] = []
    for candidate in sorted(_candidates(text, said, terms), key=lambda each: each.rank):
        places = range(candidate.first, candidate.last + 1)
        if not taken.isdisjoint(places):
            continue
        taken.update(places)
        if candidate.term is not None and not _meant(said, candidate):
            start, end = said[candidate.first].start, said[candidate.last].end
            heard = text[start:end]
            chosen.append(_repair(start, end, heard, candidate))
    return sorted(chosen, key=lambda repair: repair.start)


def _repair(start: int, end: int, heard: str, candidate: _Candidate) -> Repair:
    likeness = round(candidate.likeness, 3)
    return Repair(start=start, end=end, heard=heard, term=candidate.term, likeness=likeness)


def _meant(said: list[Unit], candidate: _Candidate) -> bool:
    beside = {
        unit.word for unit in said[max(0, candidate.first - _BESIDE) : candidate.last + 1 + _BESIDE]
    }
    return any(stays(unit.word, beside) for unit in said[candidate.first : candidate.last + 1])


def _candidates(text: str, said: list[Unit], terms: _Vocabulary) -> Iterator[_Candidate]:
    ways = readings(said)
    singulars = [_singular(unit.word) for unit in said]
    for first in range(len(said)):
        for last in range(first, len(said)):
            if last > first and not _JOINT.fullmatch(text, said[last - 1].end, said[last].start):
                break
            heard = _heard(ways, first, last + 1)
            window = said[first : last + 1]
            written = tuple(singulars[first : last + 1]) in terms.written
            if written and not any(unit.in_words for unit in window):
                yield _Candidate(first, last, None, 1.0, is_spelled=True)
            elif (term := _spelled(window, heard, terms)) is not None:
                yield _Candidate(first, last, term or None, 1.0, is_spelled=True)
            elif len(window) <= _WORDS_BY_SOUND:
                best = max(_sounding(window, heard, terms), key=lambda each: each[1], default=None)
                if best is not None:
                    yield _Candidate(first, last, best[0], best[1], is_spelled=False)
            elif not any("".join(words) in terms.beginnings for words in heard):
                break


def _heard(ways: list[list[str]], start: int, stop: int) -> list[tuple[str, ...]]:
    """Return the different ways to read one window."""
    plain, *others = [way[start:stop] for way in ways]
    if plain == others[-1]:
        # No word of it may be a letter or a number; most windows are like that.
        return [tuple(plain)]
    return list(dict.fromkeys([tuple(plain), *map(tuple, others)]))


def _spelled(window: list[Unit], heard: list[tuple[str, ...]], terms: _Vocabulary) -> str | None:
    """Return the term that a window spells, empty if it is the term as it is written."""
    for words in heard:
        found = terms.spelled(words)
        if found is None:
            continue
        term, is_listed = found
        if len(window) == 1 and not (is_listed or window[0].in_words):
            # The same letters written otherwise ("utf8") are not mis-heard.
            return ""
        is_all_letters = all(u.word != word for u, word in zip(window, words, strict=True))
        if is_all_letters and not any(unit.surely_letter for unit in window):
            continue
        return term
    return None


def _sounding(
    window: list[Unit], heard: list[tuple[str, ...]], terms: _Vocabulary
) -> Iterator[tuple[str, float]]:
    found = [(words, sound) for words in heard for sound in terms.sounding(words)]
    if not found:
        return
    if len(window) == 1 and stem(window[0].word) in terms.stems:
        return
    least = _least_likeness(window)
    is_ordinary_window = all(is_ordinary(unit.word) for unit in window)
    for words, sound in found:
        if is_ordinary_window and not sound.is_rare:
            continue
        # Words that are the same make the rest seem alike: "read uncommitted", "read committed".
        rest = _without_shared(words, sound.words)
        if rest is None:
            continue
        likeness = min(_sound.likeness(words, sound.words), _sound.likeness(*rest))
        if likeness >= (max(_LEAST_LIKE_WITH_LETTERS, least) if sound.has_letters else least):
            yield sound.term, likeness


def _least_likeness(window: list[Unit]) -> float:
    """Return how alike a window must sound; the more common its words, the more."""
    if len(window) == 1:
        word = window[0].word
        # Without vowels it is an abbreviation of its own, and a common word was meant.
        unlike_any = is_ordinary(word) or not re.search("[aeiouy]", word)
        return 2.0 if unlike_any else _LEAST_LIKE_ONE_WORD
    is_bare = STOP_WORDS.isdisjoint((window[0].word, window[-1].word))
    if all(is_ordinary(unit.word) for unit in window):
        return _LEAST_LIKE_ORDINARY if is_bare else _LEAST_LIKE_ORDINARY_FRAMED
    return _LEAST_LIKE if is_bare else _LEAST_LIKE_ORDINARY


def _without_shared(
    heard: Sequence[str], said: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]] | None:
    """Leave out the words that both begin or end with; None if nothing of one is left."""
    while heard and said and heard[0] == said[0]:
        heard, said = heard[1:], said[1:]
    while heard and said and heard[-1] == said[-1]:
        heard, said = heard[:-1], said[:-1]
    return (heard, said) if heard and said else None


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


def _plural(words: tuple[str, ...]) -> tuple[str, ...]:
    last = words[-1]
    return () if len(last) < 4 or last.endswith("s") else (*words[:-1], last + "s")


@lru_cache(maxsize=65_536)
def _reduced(key: str) -> tuple[str, ...]:
    """Return a key, and what is left of it without one of its sounds but the first."""
    if len(key) <= _SHORTEST_KEY:
        return (key,)
    return tuple(dict.fromkeys([key, *(key[:i] + key[i + 1 :] for i in range(1, len(key)))]))
