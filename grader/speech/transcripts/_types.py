"""A transcript: text, and when each word of it was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from grader.types import Frozen, Probability

Milliseconds = Annotated[int, Field(ge=0)]


class Word(Frozen):
    """One word as it was written down.

    Attributes:
        start: First code point in the transcript's text.
        end: One past the last; punctuation that belongs to the word may be within.
        start_ms: When it begins, in milliseconds from the start of the recording.
        end_ms: When it ends.
        confidence: How sure the recogniser is of it; None where it does not say.
        speaker: Who says it, as the transcript names them; None where it does not say.
        interpolated: Whether its times are estimated from those of a caption or a segment.
        turn: Number of the stretch of speech, uninterrupted by other speakers, that it is part of.
    """

    start: Annotated[int, Field(ge=0)]
    end: int
    start_ms: Milliseconds
    end_ms: Milliseconds
    confidence: Probability | None = None
    speaker: str | None = None
    interpolated: bool = False
    turn: int = 0


class Segment(Frozen):
    """What an engine says of a stretch of audio that it transcribed in one go.

    Attributes:
        start: First code point in the transcript's text.
        end: One past the last.
        mean_logprob: Mean natural logarithm of its tokens' probabilities.
        no_speech: Probability that nothing was said there.
        compression: Length of its text over the length of that text compressed by zlib.
    """

    start: int
    end: int
    mean_logprob: float | None = None
    no_speech: Probability | None = None
    compression: float | None = None


class Transcript(Frozen):
    """What was said, and when.

    Attributes:
        text: The words of all speakers, in the order of their times.
        words: In the order of the text, none overlapping another in it.
        segments: What the engine says of longer stretches; empty where it says nothing.
        language: As the recogniser names it, usually ISO 639-1.
        duration_ms: Length of the recording; None where it is not known.
        source: The format it was read from, or the engine that made it.
        notes: What a reader should know about its times.
    """

    text: str
    words: tuple[Word, ...]
    segments: tuple[Segment, ...] = ()
    language: str | None = None
    duration_ms: Milliseconds | None = None
    source: str
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_words(self) -> Self:
        position = 0
        for word in self.words:
            if not position <= word.start < word.end <= len(self.text):
                raise ValueError(f"the word at {word.start} overlaps another or leaves the text")
            position = word.end
        return self

    def said(self, word: Word) -> str:
        """Return a word as it is written."""
        return self.text[word.start : word.end]

    @property
    def speakers(self) -> Mapping[str, int]:
        """How many words each speaker says, in the order of their first words."""
        return Counter(word.speaker for word in self.words if word.speaker is not None)

    @property
    def is_interpolated(self) -> bool:
        """Whether more than half of the words have estimated times."""
        return sum(word.interpolated for word in self.words) * 2 > len(self.words)
