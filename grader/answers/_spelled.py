"""How technical terms are said, and how what was said is written: letter names, numbers, joins."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import regex

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’](?!s\b)\p{L}+)*")
# Where a written term falls apart when it is said: at punctuation, between letters and digits, and
# where capitals begin or end ("AsyncLocalStorage", "MySQL", "SHA-256").
_PART = regex.compile(
    r"\p{Lu}+s?(?!\p{L})|\p{Lu}+(?=\p{Ll}\p{N})|\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{L}+"
)

# Each letter with the words that recognisers write for its name.
_LETTER_NAMES = {
    name: names[0]
    for names in (
        *("a", "b be bee", "c see sea cee", "d dee", "e ee", "f eff ef", "g gee", "h aitch haitch"),
        *(
            "i eye",
            "j jay",
            "k kay",
            "l ell el",
            "m em",
            "n en",
            "o oh",
            "p pee pea",
            "q queue cue",
        ),
        *("r are ar", "s ess es", "t tee tea", "u you", "v vee", "w", "x ex", "y why wye"),
        "z zee zed",
    )
    for name in names.split()
}
# Letter names that are English words of their own; by themselves they do not show that somebody
# was spelling.
_ALSO_WORDS = frozenset({"a", "i", "o", "be", "see", "queue", "are", "why", "oh", "you"})
_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TWENTY_ON = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: str(number) for number, word in enumerate(_TO_NINETEEN.split())}
_TENS = {word: str(ten) for ten, word in enumerate(_TWENTY_ON.split(), 2)}
_SOUND_LIKE_NUMBERS = {"to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8"}
_MARKS = {".": "dot", "#": "sharp", "+": "plus", "/": "slash", "_": "underscore", "-": "dash"}
_LONGEST_SPELLED = 5
_MOST_WAYS = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing said: a word, a letter, or a number of one or more words.

    Attributes:
        start: First code point in the text.
        end: One past the last.
        word: Lower-cased, numbers as digits.
        letter: The letter whose name it may be; empty if none.
        surely_letter: Whether it is hardly anything but a letter's name.
        in_words: Whether it is a number that was written in words.
    """

    start: int
    end: int
    word: str
    letter: str = ""
    surely_letter: bool = False
    in_words: bool = False


def units(text: str, start: int, end: int) -> list[Unit]:
    """Split `text[start:end]` into what was said, in order."""
    found: list[Unit] = []
    words = [(m.start(), m.end(), m.group().lower()) for m in _WORD.finditer(text, start, end)]
    at = 0
    while at < len(words):
        begin, stop, word = words[at]
        digits, count = _number([word for _, _, word in words[at : at + 8]])
        if count:
            in_words = any(not word.isdecimal() for _, _, word in words[at : at + count])
            found.append(Unit(begin, words[at + count - 1][1], digits, in_words=in_words))
        elif word == "double" and at + 1 < len(words) and words[at + 1][2] in {"u", "you", "ewe"}:
            count = 2
            found.append(Unit(begin, words[at + 1][1], "w", "w", surely_letter=True))
        else:
            count = 1
            letter = _LETTER_NAMES.get(word, "")
            found.append(Unit(begin, stop, word, letter, bool(letter) and word not in _ALSO_WORDS))
        at += count
    return found


def _number(words: list[str]) -> tuple[str, int]:
    """Read number words from the first on, as digits; how many words they are, 0 for none."""
    digits, at = "", 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        unit = _UNITS.get(following, "")
        if word in _TENS and len(unit) == 1 and unit != "0":
            digits += _TENS[word] + unit
            at += 1
        elif word in _TENS:
            digits += _TENS[word] + "0"
        elif word in _UNITS:
            digits += _UNITS[word]
        elif word.isdecimal():
            digits += word
        elif word in {"oh", "o"} and digits and following in _UNITS:
            digits += "0"
        else:
            break
        at += 1
    return digits, at


def readings(said: Sequence[Unit]) -> list[list[str]]:
    """Return the ways to read units: as words, with sure letters, with all that may be letters.

    The last way also takes words for numbers that sound like them. All are as long as `said`.
    """
    letters = [unit.letter or unit.word for unit in said]
    return [
        [unit.word for unit in said],
        [unit.letter if unit.surely_letter else unit.word for unit in said],
        letters,
        [_SOUND_LIKE_NUMBERS.get(word, word) for word in letters],
    ]


def spelled_out(said: Sequence[Unit]) -> bool:
    """Tell whether two letters on end are given by names that are no other words ("jay ess")."""
    named = [unit.surely_letter and len(unit.word) > 1 for unit in said]
    return any(left and right for left, right in itertools.pairwise(named))


@dataclass(frozen=True, slots=True)
class Saying:
    """One way to say a term.

    Attributes:
        words: Its words, letters and numbers.
        is_listed: Whether it is one that spelling does not tell.
    """

    words: tuple[str, ...]
    is_listed: bool = False


def sayings(term: str) -> list[Saying]:
    """Return the ways to say a term, the plainest first."""
    if any(mark in term for mark in "+#"):
        return [Saying(_with_marks(term))]
    ways: list[tuple[str, ...]] = [()]
    for part in _PART.findall(term):
        ways = [way + said for way in ways for said in _part_sayings(part)][:_MOST_WAYS]
    if any(mark in term for mark in _MARKS):
        ways.append(_with_marks(term))
    listed = [tuple(said.split()) for said in _irregular()["terms"].get(squash(term), ())]
    return [
        *(Saying(way) for way in dict.fromkeys(ways) if way),
        *(Saying(way, is_listed=True) for way in listed),
    ]


def _part_sayings(part: str) -> list[tuple[str, ...]]:
    plain = part.lower()
    if part.isdecimal():
        return [(plain,)]
    stem = part.removesuffix("s") if part[:-1].isupper() and len(part) > 2 else part
    has_vowel = regex.search("[aeiouy]", plain) is not None
    is_spelled = (stem.isupper() or not has_vowel) and len(stem) <= _LONGEST_SPELLED
    ways: list[tuple[str, ...]] = []
    if has_vowel or not is_spelled:
        ways.append((plain,))
    if is_spelled:
        ways.append(tuple(stem.lower()))
    ways += [tuple(said.split()) for said in _irregular()["parts"].get(plain, ())]
    return ways


def _with_marks(term: str) -> tuple[str, ...]:
    """Say the punctuation too, as in "node dot js"."""
    said: list[str] = []
    for piece in regex.findall(r"[\p{L}\p{N}]+|[.#+/_\-]", term):
        if piece in _MARKS:
            said.append(_MARKS[piece])
        else:
            said += [word for part in _PART.findall(piece) for word in _part_sayings(part)[0]]
    return tuple(said)


def is_ordinary(word: str) -> bool:
    """Tell whether a word is common English, so that it may well have been said."""
    return word in english_words() or word.isdecimal() or len(word) == 1


def stays(word: str, beside: Collection[str]) -> bool:
    """Tell whether a word is meant as it stands, going by the words beside it."""
    return not _irregular()["stays_beside"].get(word, frozenset()).isdisjoint(beside)


def also_written(term: str) -> list[str]:
    """Return other names under which a term is written, which are no mis-hearings."""
    names: list[str] = _irregular()["also_written"].get(squash(term), [])
    return names


def squash(text: str) -> str:
    """Return only the letters and digits of a text, lower-cased."""
    return "".join(character for character in text.lower() if character.isalnum())


@cache
def _irregular() -> Mapping[str, Any]:
    """Read what spelling does not tell: irregular sayings, and where a mis-hearing is none."""
    data: dict[str, Any] = json.loads(_data("said_as.json"))
    data["stays_beside"] = {word: frozenset(near) for word, near in data["stays_beside"].items()}
    return data


@cache
def english_words() -> frozenset[str]:
    """Return common English words, lower case."""
    return frozenset(gzip.decompress(_data("english.txt.gz")).decode("ascii").split())


def _data(name: str) -> bytes:
    return files("grader.answers").joinpath("data", name).read_bytes()
