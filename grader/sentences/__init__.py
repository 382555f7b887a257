"""Where sentences end in speech that was written down without punctuation."""

from grader.sentences._boundaries import SentenceBoundaries, boundaries_metadata
from grader.sentences._split import is_unpunctuated, split_unpunctuated

__all__ = [
    "SentenceBoundaries",
    "boundaries_metadata",
    "is_unpunctuated",
    "split_unpunctuated",
]
