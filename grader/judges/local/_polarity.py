"""Cues that a sentence says the opposite of one that is otherwise alike.

Embeddings hardly move when a sentence is negated, a number swapped or a word replaced by its
opposite; these cues are read from the words instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from grader.words import words

_NEGATORS = frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "neither",
        "nor",
        "nothing",
        "nobody",
        "nowhere",
        "cannot",
        "without",
        "hardly",
        "rarely",
        "seldom",
        "barely",
        "lack",
        "lacks",
        "lacking",
        "fails",
        "fail",
        "failed",
        "unable",
        "impossible",
        "false",
        "wrong",
        "incorrect",
        "isnt",
        "arent",
        "dont",
        "doesnt",
        "didnt",
        "wont",
        "cant",
        "couldnt",
        "shouldnt",
        "wouldnt",
        "wasnt",
        "werent",
        "hasnt",
        "havent",
    ]
)
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
    if value != 1  # "one" is a pronoun more often than a number
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
}
_TENS = frozenset({word for word in _NUMBER_WORDS if word.endswith("ty")})
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBER = re.compile(r"(\d+(?:,\d{3})+|\d+(?:\.\d+)?)(k)?", re.IGNORECASE)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))

_OPPOSITES = [
    "synchronous/asynchronous",
    "sync/async",
    "blocking/non-blocking",
    "before/after",
    "first/last",
    "always/never",
    "more/less",
    "more/fewer",
    "increase/decrease",
    "increases/decreases",
    "faster/slower",
    "fast/slow",
    "higher/lower",
    "high/low",
    "larger/smaller",
    "large/small",
    "longer/shorter",
    "long/short",
    "early/late",
    "earlier/later",
    "same/different",
    "same/separate",
    "shared/separate",
    "single/multiple",
    "one/several",
    "one/many",
    "all/none",
    "every/no",
    "any/no",
    "ascending/descending",
    "allow/prevent",
    "allows/prevents",
    "allowed/forbidden",
    "read/write",
    "reads/writes",
    "reading/writing",
    "server/client",
    "sender/receiver",
    "producer/consumer",
    "stateful/stateless",
    "mutable/immutable",
    "public/private",
    "horizontal/vertical",
    "horizontally/vertically",
    "strong/weak",
    "strict/loose",
    "encrypted/plain",
    "hashed/plain",
    "hashing/encryption",
    "hash/encrypt",
    "optional/required",
    "parallel/sequential",
    "concurrently/sequentially",
    "commit/rollback",
    "authentication/authorization",
    "up/down",
    "in/out",
    "push/pull",
    "open/closed",
    "start/stop",
    "success/failure",
    "succeeds/fails",
    "safe/unsafe",
    "idempotent/non-idempotent",
    "possible/impossible",
    "able/unable",
    "internal/external",
    "local/remote",
    "temporary/permanent",
    "dynamic/static",
    "eager/lazy",
    "early/late",
    "best/worst",
    "better/worse",
    "cheap/expensive",
    "minimum/maximum",
    "top/bottom",
    "left/right",
    "inner/outer",
    "add/remove",
    "adds/removes",
    "create/delete",
    "creates/deletes",
    "enable/disable",
    "enabled/disabled",
    "include/exclude",
    "includes/excludes",
    "accept/reject",
    "accepts/rejects",
    "primary/replica",
    "normalized/denormalized",
    "forward/backward",
    "inside/outside",
    "with/without",
    "memory/disk",
    "guaranteed/best-effort",
    "exactly-once/at-least-once",
]

_OPPOSITE_OF: dict[str, set[str]] = {}
for _pair in _OPPOSITES:
    _left, _right = _pair.split("/")
    _OPPOSITE_OF.setdefault(_left, set()).add(_right)
    _OPPOSITE_OF.setdefault(_right, set()).add(_left)


class Cues(NamedTuple):
    """What polarity shows on the surface of a sentence."""

    negations: int
    numbers: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=8192)
def read_cues(text: str) -> Cues:
    """Count negations and collect numbers and words of a sentence."""
    text = text.translate(_APOSTROPHES)
    said = words(text)
    negations = sum(is_negator(word) for word in said)
    return Cues(negations, frozenset(_numbers(text, said)), frozenset(said))


def is_negator(word: str) -> bool:
    """Tell whether a lower-cased word denies what it stands with."""
    word = word.translate(_APOSTROPHES)
    return (
        word.replace("'", "") in _NEGATORS
        or word.endswith(("n't", "-less"))
        or word.startswith("non-")
    )


def number_of(word: str) -> float | None:
    """Return the number that a lower-cased word gives, in digits or spelled out."""
    if word in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[word])
    tens, _, ones = word.partition("-")
    if tens in _TENS and ones in _ONES:
        return float(_NUMBER_WORDS[tens] + _ONES.index(ones) + 1)
    match = _NUMBER.fullmatch(word)
    return _value(*match.groups()) if match else None


def opposites(word: str) -> AbstractSet[str]:
    """Return the lower-cased words that cannot be said in a word's place."""
    return _OPPOSITE_OF.get(word, frozenset())


def _value(digits: str, thousands: str | None) -> float:
    return float(digits.replace(",", "")) * (1000 if thousands else 1)


def _numbers(text: str, said: Sequence[str]) -> Iterator[str]:
    for digits, thousands in _NUMBER.findall(text):
        yield f"{_value(digits, thousands):g}"
    for word in said:
        if word in _NUMBER_WORDS:
            yield f"{_NUMBER_WORDS[word]:g}"


class Mismatch(NamedTuple):
    """How a stretch of an answer differs in polarity from a statement; each 0 or 1."""

    negation: float
    number: float
    opposite: float


def mismatch(statement: Cues, said: Cues) -> Mismatch:
    """Compare the cues of a statement with those of what was said."""
    negation = (statement.negations > 0) != (said.negations > 0)
    number = bool(statement.numbers and said.numbers) and statement.numbers.isdisjoint(said.numbers)
    opposite = any(
        other in said.words and other not in statement.words
        for word in statement.words - said.words
        for other in opposites(word)
    )
    return Mismatch(float(negation), float(number), float(opposite))
