"""What a grade tells of an answer that was spoken: how it was heard, and how it was delivered.

Nothing here enters a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from grader.frozen import Frozen

_Count = Annotated[int, Field(ge=0)]
_Rate = Annotated[float, Field(ge=0)]


class Span(Frozen):
    """A stretch of the transcript.

    Attributes:
        start: First code point in its text.
        end: One past the last.
        start_ms: When it begins, in milliseconds of the recording.
        end_ms: When it ends.
    """

    start: int
    end: int
    start_ms: int
    end_ms: int


class Pauses(Frozen):
    """Silences within the candidate's turns.

    Attributes:
        count: Silences of 250 ms or more.
        total_ms: Their length together.
        longest_ms: Of the longest.
        long_count: Silences of 2 s or more.
        per_minute: Silences a minute of speaking time.
    """

    count: _Count
    total_ms: _Count
    longest_ms: _Count
    long_count: _Count
    per_minute: _Rate


class Fillers(Frozen):
    """Filled pauses, and the words that the caller counts as fillers.

    Attributes:
        count: In all.
        per_minute: A minute of speaking time.
        by_word: How often each occurs, the most frequent first.
    """

    count: _Count
    per_minute: _Rate
    by_word: Mapping[str, int]


class LongestRun(Frozen):
    """The longest stretch without a pause.

    Attributes:
        words: Words in it, fillers aside.
        duration_ms: Its length.
        start_ms: When it begins.
    """

    words: _Count
    duration_ms: _Count
    start_ms: _Count


class DeliveryWindow(Frozen):
    """A piece of the recording, for a plot over time.

    Attributes:
        start_ms: When it begins.
        end_ms: When it ends; the last one may be shorter than the others.
        words: Words that begin in it, fillers aside.
        words_per_minute: Words a minute of the candidate's speaking time in it; None where that is
            less than 3 s.
        fillers: Fillers that begin in it.
        pause_ms: Length of the pauses in it; None where times are estimated.
    """

    start_ms: int
    end_ms: int
    words: _Count
    words_per_minute: _Rate | None
    fillers: _Count
    pause_ms: _Count | None


class Delivery(Frozen):
    """How an answer was spoken. `docs/delivery.md` has the formulae and their sources.

    Attributes:
        words: Words, fillers aside.
        speaking_ms: From the first word of each turn to its last, pauses included.
        speech_rate: Words a minute of speaking time.
        articulation_rate: Words a minute of speaking time less pauses; None where times are
            estimated.
        pauses: None where times are estimated.
        longest_run: Likewise.
        fillers: Filled pauses.
        self_corrections: Where the speaker starts again or puts right what was said.
        windows: The same over time.
        estimated: Whether times are estimated from those of captions.
    """

    words: _Count
    speaking_ms: _Count
    speech_rate: _Rate
    articulation_rate: _Rate | None
    pauses: Pauses | None
    longest_run: LongestRun | None
    fillers: Fillers
    self_corrections: tuple[Span, ...]
    windows: tuple[DeliveryWindow, ...]
    estimated: bool


class Doubt(Frozen):
    """A stretch of a transcript that may not be what was said.

    Attributes:
        start: First code point in the transcript's text.
        end: One past the last.
        start_ms: When it begins, in milliseconds of the recording.
        end_ms: When it ends.
        words: How many words it was written down as.
        confidence: The recogniser's mean confidence over those of its words that have one.
        why: In a few words.
    """

    start: int
    end: int
    start_ms: int
    end_ms: int
    words: int
    confidence: float | None
    why: str


class Spoken(Frozen):
    """What is known of an answer because it was spoken.

    Attributes:
        text: What was graded; offsets of evidence are offsets in it.
        recognised_text: What the recogniser wrote, where a person corrected it before grading.
        language: As the recogniser names it, usually ISO 639-1.
        duration_ms: Length of the recording in milliseconds; None where it is not known.
        source: The format of the transcript, or the engine that made it.
        engine: The engine and its model, where the service itself transcribed a recording.
        notes: What a reader should know about its times.
        doubtful: What may not be what was said, and is not relied on.
        delivery: How it was spoken; None where that was not to be measured.
    """

    text: str
    recognised_text: str | None = None
    language: str | None = None
    duration_ms: int | None = None
    source: str
    engine: str | None = None
    notes: tuple[str, ...] = ()
    doubtful: tuple[Doubt, ...] = ()
    delivery: Delivery | None = None
