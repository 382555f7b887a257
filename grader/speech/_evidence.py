"""When the words of evidence were said."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from grader.speech.transcripts import Transcript, Word
from grader.types import Evidence, TimedEvidence


def timed(evidence: Evidence, transcript: Transcript) -> TimedEvidence:
    """Say when a quoted span was said.

    Args:
        evidence: A span of `transcript.text`; that is, the transcript's text is what was graded.
        transcript: What was said; `transcripts.retimed` makes one for a corrected text.
    """
    within = words_within(transcript, evidence.start, evidence.end)
    if not within:
        return TimedEvidence(start=evidence.start, end=evidence.end, quote=evidence.quote)
    known = [word.confidence for word in within if word.confidence is not None]
    return TimedEvidence(
        start=evidence.start,
        end=evidence.end,
        quote=evidence.quote,
        start_ms=min(word.start_ms for word in within),
        end_ms=max(word.end_ms for word in within),
        estimated=within[0].interpolated or within[-1].interpolated,
        confidence=round(sum(known) / len(known), 4) if known else None,
    )


def words_within(transcript: Transcript, start: int, end: int) -> tuple[Word, ...]:
    """Return the words that a span touches."""
    return transcript.words[places_within(transcript, start, end)]


def places_within(transcript: Transcript, start: int, end: int) -> slice:
    """Return where in `transcript.words` those words are."""
    first = bisect_right(transcript.words, start, key=lambda word: word.end)
    last = bisect_left(transcript.words, end, key=lambda word: word.start)
    return slice(first, max(first, last))
