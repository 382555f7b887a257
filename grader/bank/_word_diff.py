"""What changed between two texts, word by word."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

from grader.types import Frozen

# Words shown before and after a change, so that a reader finds the place.
_CONTEXT = 4

# Matching looks at every pair of equal words once for each stretch it finds. Prose stays far below
# these; a few words over and over, or chosen to, would take hours.
_MOST_PAIRS = 100_000
_MOST_PAIRS_IN_CLAIMS = 1_000
_FEW_PAIRS = 25


class WordChange(Frozen):
    """One place at which two texts differ.

    Attributes:
        before: A few words that stand before it in both; empty at the beginning.
        removed: The words of the old text; empty where words were only added.
        added: The words of the new text; empty where words were only removed.
        after: A few words that stand after it in both; empty at the end.
    """

    before: str
    removed: str
    added: str
    after: str


class WordDiff(Frozen):
    """How far two texts differ.

    Attributes:
        removed: Words that only the old text has.
        added: Words that only the new text has.
        kept: Words that both have, in the same order.
        changes: Each place, in order.
    """

    removed: int
    added: int
    kept: int
    changes: tuple[WordChange, ...]


def word_diff(old: str, new: str) -> WordDiff:
    """Compare two texts; what is between words, such as line breaks, does not count."""
    before, after = old.split(), new.split()
    steps = list(_steps(before, after))
    changed = [(b, a) for tag, b, a in steps if tag != "equal"]
    return WordDiff(
        removed=sum(len(b) for b, _ in changed),
        added=sum(len(a) for _, a in changed),
        kept=sum(len(b) for tag, b, _ in steps if tag == "equal"),
        changes=tuple(
            WordChange(
                before=" ".join(steps[n - 1][1][-_CONTEXT:]) if n else "",
                removed=" ".join(b),
                added=" ".join(a),
                after=" ".join(steps[n + 1][1][:_CONTEXT]) if n + 1 < len(steps) else "",
            )
            for n, (tag, b, a) in enumerate(steps)
            if tag != "equal"
        ),
    )


def marked_words(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Split both texts into runs of words, each with whether only that text has it."""
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, before, after in _steps(old.split(), new.split()):
        if before:
            left.append((" ".join(before), tag != "equal"))
        if after:
            right.append((" ".join(after), tag != "equal"))
    return left, right


def alike(old: str, new: str) -> float:
    """Share of the words of two texts that they have in common and in order, 0 to 1."""
    before, after = old.casefold().split(), new.casefold().split()
    return _matcher(before, after, _MOST_PAIRS_IN_CLAIMS).ratio()


def _steps(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for tag, a, b, c, d in _matcher(old, new, _MOST_PAIRS).get_opcodes():
        yield tag, old[a:b], new[c:d]


def _matcher(
    old: Sequence[str], new: Sequence[str], most_pairs: int
) -> difflib.SequenceMatcher[str]:
    """Match the words of two texts; where that would take too long, by their rarer words alone."""
    before, after = Counter(old), Counter(new)
    pairs = {word: count * after[word] for word, count in before.items() if word in after}
    if sum(pairs.values()) <= most_pairs:
        return difflib.SequenceMatcher(None, old, new, autojunk=False)
    return difflib.SequenceMatcher(
        lambda word: pairs.get(word, 0) > _FEW_PAIRS, old, new, autojunk=False
    )
