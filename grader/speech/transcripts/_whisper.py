"""Whisper's JSON: of the open-source tools, and `json` and `verbose_json` of OpenAI's endpoint.

The open-source tools put words with probabilities into segments. The endpoint lists words beside
the segments, without punctuation, or returns a text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from grader.speech.transcripts._align import align
from grader.speech.transcripts._assemble import Spoken, Stretch, assemble, milliseconds, spread
from grader.speech.transcripts._json import Length, Reply, has, length_ms, path, validated
from grader.speech.transcripts._types import Transcript
from grader.types import Probability


class _Word(Reply):
    word: Annotated[str, Field(validation_alias=AliasChoices("word", "text"))]
    # Aligners leave out the times of what they cannot find in the audio.
    start: float | None = None
    end: float | None = None
    probability: Annotated[
        Probability | None,
        Field(validation_alias=AliasChoices("probability", "score", "confidence")),
    ] = None
    speaker: str | None = None


class _Segment(Reply):
    start: float
    end: float
    text: str = ""
    words: tuple[_Word, ...] | None = None
    speaker: str | None = None
    avg_logprob: float | None = None
    no_speech_prob: Probability | None = None
    compression_ratio: float | None = None


class _Reply(Reply):
    text: str | None = None
    segments: tuple[_Segment, ...] | None = None
    words: tuple[_Word, ...] | None = None
    language: str | None = None
    duration: Length | None = None


def is_whisper(document: Any) -> bool:
    """Tell whether a document has the shape."""
    return has(document, "segments") or has(document, "text")


def read_whisper(document: Any, duration_ms: int | None = None) -> Transcript:
    """Read a reply.

    Args:
        document: Parsed JSON.
        duration_ms: Length of the audio, where the caller knows it.

    Raises:
        TranscriptInvalid: It does not follow the shape; says at which field.
    """
    reply = validated(_Reply, document)
    duration_ms = length_ms(reply.duration) if duration_ms is None else duration_ms
    if reply.segments:
        loose = _spoken(reply.words or (), "words")
        stretches = [
            _stretch(segment, number, loose, reply.segments)
            for number, segment in enumerate(reply.segments)
        ]
    else:
        stretches = [_without_segments(reply, duration_ms)]
    return assemble(stretches, source="whisper", language=reply.language, duration_ms=duration_ms)


def _without_segments(reply: _Reply, duration_ms: int | None) -> Stretch:
    tokens = (reply.text or "").split()
    timed = _spoken(reply.words or (), "words")
    if all(word.start is None for word in reply.words or ()):
        # Some endpoints say how sure they are of words, and not when they were said.
        like = Spoken("", 0, 0, where="text")
        placed = spread([word.text for word in timed], 0, duration_ms or 0, like)
        timed = [
            replace(there, confidence=word.confidence)
            for there, word in zip(placed, timed, strict=True)
        ]
    if timed:
        return Stretch(align(tokens, timed) if tokens else timed)
    # A text without any times; where the audio's length is unknown too, all is at its beginning.
    return Stretch(spread(tokens, 0, duration_ms or 0, Spoken("", 0, 0, where="text")))


def _stretch(
    segment: _Segment, number: int, loose: Sequence[Spoken], segments: Sequence[_Segment]
) -> Stretch:
    quality = {
        "mean_logprob": segment.avg_logprob,
        "no_speech": segment.no_speech_prob,
        "compression": segment.compression_ratio,
    }
    known = {name: value for name, value in quality.items() if value is not None}
    where = path("segments", number)
    like = Spoken(
        "",
        milliseconds(segment.start),
        milliseconds(segment.end),
        speaker=segment.speaker,
        where=where,
    )
    if segment.words:
        return Stretch(_spoken(segment.words, f"{where}.words", like), known)
    tokens = segment.text.split()
    if loose:
        last = number == len(segments) - 1
        begins = float("-inf") if number == 0 else segment.start * 1000
        ends = float("inf") if last else segments[number + 1].start * 1000
        timed = [w for w in loose if begins <= (w.start_ms + w.end_ms) / 2 < ends]
        if timed:
            return Stretch(align(tokens, timed) if tokens else timed, known)
    return Stretch(spread(tokens, like.start_ms, like.end_ms, like), known)


def _spoken(words: Sequence[_Word], where: str, like: Spoken | None = None) -> list[Spoken]:
    spoken: list[Spoken] = []
    last_ms = like.start_ms if like else 0
    for number, word in enumerate(words):
        start_ms = last_ms if word.start is None else milliseconds(word.start)
        end_ms = max(start_ms, last_ms) if word.end is None else milliseconds(word.end)
        spoken.append(
            Spoken(
                text=word.word,
                start_ms=start_ms,
                end_ms=end_ms,
                confidence=word.probability,
                speaker=word.speaker or (like.speaker if like else None),
                interpolated=word.start is None or word.end is None,
                where=f"{where}[{number}]",
            )
        )
        last_ms = end_ms
    return spoken
