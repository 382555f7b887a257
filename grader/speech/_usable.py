"""Telling a transcript that cannot be what was said."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from grader.answers import is_invented, is_poor_transcript
from grader.speech._errors import CannotGrade
from grader.speech.transcripts import Segment, Transcript

# As Whisper itself decides (Radford et al. 2023, "Robust Speech Recognition via Large-Scale Weak
# Supervision", section 4.5): text that compresses better than this repeats itself; nothing was said
# where it thinks so and is also unsure of the words.
_COMPRESSION = 2.4
_NO_SPEECH = 0.6
_UNSURE_LOGPROB = -1.0

# A segment of Whisper is half a minute; longer texts compress better although nothing repeats.
_PIECE = 500
_SHORTEST_PIECE = 120

_BAD_SHARE = 0.5
_FEWEST_KNOWN_SHARE = 0.5


def check_usable(transcript: Transcript, *, least_confidence: float) -> None:
    """Refuse a transcript that `unusable` finds a reason against.

    Raises:
        CannotGrade: Says why; nothing of it is the candidate's fault.
    """
    why = unusable(transcript, least_confidence=least_confidence)
    if why is not None:
        raise CannotGrade(
            f"cannot grade: {why}; listen to the recording, and record again or type the answer"
        )


def unusable(transcript: Transcript, *, least_confidence: float) -> str | None:
    """Say why nothing in a transcript can be relied on; None where something can.

    Args:
        transcript: Of the candidate alone.
        least_confidence: Words below it are not relied on.
    """
    return next(_reasons(transcript, least_confidence), None)


def _reasons(transcript: Transcript, least_confidence: float) -> Iterator[str]:
    text = transcript.text
    if not any(character.isalnum() for character in text):
        yield "no speech was recognised"
    if is_invented(text, fewest=1):
        yield "the transcript holds only phrases that recognisers write when nobody speaks"
    if is_poor_transcript(text):
        yield "the transcript repeats itself or holds no words, so it cannot be what was said"
    silent = sum(s.end - s.start for s in transcript.segments if is_silent(s))
    if silent >= _BAD_SHARE * len(text):
        yield "the recogniser thinks that nothing was said in most of the recording"
    looping = sum(end - start for start, end in looping_spans(transcript))
    if looping >= _BAD_SHARE * len(text):
        yield "most of the transcript repeats itself, as of a recogniser that has lost the thread"
    known = [word.confidence for word in transcript.words if word.confidence is not None]
    unsure = sum(confidence < least_confidence for confidence in known)
    enough = len(known) >= _FEWEST_KNOWN_SHARE * len(transcript.words)
    if known and enough and unsure >= _BAD_SHARE * len(known):
        yield f"the recogniser is unsure of {unsure} of {len(known)} words"


def is_silent(segment: Segment) -> bool:
    """Tell whether an engine thinks that it made a segment up."""
    return (
        segment.no_speech is not None
        and segment.no_speech > _NO_SPEECH
        and (segment.mean_logprob is None or segment.mean_logprob < _UNSURE_LOGPROB)
    )


def is_unsure(segment: Segment) -> bool:
    """Tell whether an engine counts its transcription of a segment as failed."""
    return segment.mean_logprob is not None and segment.mean_logprob < _UNSURE_LOGPROB


def looping_spans(transcript: Transcript) -> list[tuple[int, int]]:
    """Find stretches that say one thing again and again, by how well they compress.

    Returns:
        (start, end) in code points of the text, in order, none overlapping another.
    """
    given = [s for s in transcript.segments if s.compression is not None]
    if given:
        return [(s.start, s.end) for s in given if (s.compression or 0) > _COMPRESSION]
    text = transcript.text
    spans: list[tuple[int, int]] = []
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        data = piece.encode("utf-8", "replace")
        if len(piece) >= _SHORTEST_PIECE and len(data) / len(zlib.compress(data)) > _COMPRESSION:
            spans.append((start, start + len(piece)))
    return spans
