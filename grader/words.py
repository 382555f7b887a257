"""Words for lexical comparison: tokens, stop words, containment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import regex
import snowballstemmer

# Letters and digits of any script; a dot, hyphen, slash, plus or hash inside joins a technical
# term ("node.js", "read-only", "c++").
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[.\-/'’_][\p{L}\p{N}\p{M}]+)*[+#]*")

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "done",
        "each",
        "either",
        "else",
        "etc",
        "even",
        "every",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "let",
        "like",
        "may",
        "me",
        "might",
        "more",
        "most",
        "much",
        "must",
        "my",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "onto",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "per",
        "quite",
        "rather",
        "really",
        "s",
        "same",
        "she",
        "should",
        "since",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "thing",
        "things",
        "this",
        "those",
        "through",
        "thus",
        "to",
        "too",
        "under",
        "until",
        "up",
        "upon",
        "us",
        "very",
        "via",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "within",
        "would",
        "yet",
        "you",
        "your",
        "um",
        "uh",
        "er",
        "erm",
        "okay",
        "ok",
        "yeah",
        "well",
        "basically",
        "actually",
        "sort",
        "kind",
        "say",
        "says",
        "said",
    ]
)


def words(text: str) -> list[str]:
    """Return the lower-cased words of a text, in order."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word that `words` returns."""
    return [match.span() for match in _WORD.finditer(text)]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning of their own, in order."""
    return [word for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of an English word (Snowball)."""
    # A stemmer keeps the word it works on, so one that threads shared would mix up their words.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def overlap(part: Sequence[str], whole: Sequence[str], size: int) -> float:
    """Share of the runs of `size` words of `part` that also occur in `whole`, 0 to 1.

    A part shorter than `size` is compared as one run of its own length.
    """
    size = min(size, len(part))
    if size == 0:
        return 0.0
    known = {tuple(whole[i : i + size]) for i in range(len(whole) - size + 1)}
    runs = [tuple(part[i : i + size]) for i in range(len(part) - size + 1)]
    return sum(run in known for run in runs) / len(runs)
