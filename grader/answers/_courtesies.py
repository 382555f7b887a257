"""Telling what is said for politeness from what answers the question."""

from __future__ import annotations

from grader.answers._read import matchable
from grader.words import STOP_WORDS, words

_LONGEST = 9
_COURTESIES = frozenset(
    [
        "afternoon",
        "again",
        "answer",
        "appreciate",
        "asking",
        "best",
        "bye",
        "care",
        "cheers",
        "day",
        "dear",
        "evening",
        "everybody",
        "everyone",
        "feel",
        "folks",
        "forward",
        "free",
        "glad",
        "goodbye",
        "good",
        "great",
        "happy",
        "have",
        "hear",
        "hearing",
        "hello",
        "help",
        "helped",
        "helpful",
        "helps",
        "hey",
        "hi",
        "hope",
        "hopefully",
        "interesting",
        "kind",
        "know",
        "look",
        "looking",
        "luck",
        "many",
        "morning",
        "nice",
        "pleased",
        "pleasure",
        "question",
        "questions",
        "regards",
        "sincerely",
        "sorry",
        "sure",
        "thank",
        "thanks",
        "time",
        "today",
        "warm",
        "welcome",
        "wishes",
        "yours",
    ]
)


def is_courtesy(text: str) -> bool:
    """Tell whether a short stretch of an answer greets, thanks or takes leave and says no more."""
    said = words(matchable(text))
    content = [word for word in said if word not in STOP_WORDS]
    return (
        len(content) > 0 and len(said) <= _LONGEST and all(word in _COURTESIES for word in content)
    )
