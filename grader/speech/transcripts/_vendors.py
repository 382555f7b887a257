"""The JSON of Deepgram, AssemblyAI and Amazon Transcribe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from grader.speech._errors import TranscriptInvalid
from grader.speech.transcripts._assemble import Spoken, Stretch, assemble, milliseconds
from grader.speech.transcripts._json import Length, Reply, has, length_ms, path, validated
from grader.speech.transcripts._types import Transcript
from grader.types import Probability


class _DeepgramWord(Reply):
    word: str
    punctuated_word: str | None = None
    start: float
    end: float
    confidence: Probability | None = None
    speaker: int | str | None = None


class _DeepgramAlternative(Reply):
    words: tuple[_DeepgramWord, ...]


class _DeepgramChannel(Reply):
    alternatives: Annotated[tuple[_DeepgramAlternative, ...], Field(min_length=1)]
    detected_language: str | None = None


class _DeepgramResults(Reply):
    channels: Annotated[tuple[_DeepgramChannel, ...], Field(min_length=1)]


class _DeepgramMetadata(Reply):
    duration: Length | None = None


class _Deepgram(Reply):
    metadata: _DeepgramMetadata = _DeepgramMetadata()
    results: _DeepgramResults


def is_deepgram(document: Any) -> bool:
    """Tell whether a document has Deepgram's shape."""
    return has(document, "results") and has(document["results"], "channels")


def read_deepgram(document: Any) -> Transcript:
    """Read a reply of Deepgram's `/v1/listen`; several channels are several speakers.

    Raises:
        TranscriptInvalid: It does not follow the shape; says at which field.
    """
    reply = validated(_Deepgram, document)
    channels = reply.results.channels
    said: list[Spoken] = []
    for number, channel in enumerate(channels):
        where = path("results", "channels", number, "alternatives", 0, "words")
        for index, word in enumerate(channel.alternatives[0].words):
            speaker = None if word.speaker is None else str(word.speaker)
            if len(channels) > 1:
                speaker = f"channel {number}" + (f", {speaker}" if speaker else "")
            said.append(
                Spoken(
                    text=word.punctuated_word or word.word,
                    start_ms=milliseconds(word.start),
                    end_ms=milliseconds(word.end),
                    confidence=word.confidence,
                    speaker=speaker,
                    where=f"{where}[{index}]",
                )
            )
    if len(channels) > 1:
        said.sort(key=lambda spoken: spoken.start_ms)
    return assemble(
        [Stretch(said)],
        source="deepgram",
        language=channels[0].detected_language,
        duration_ms=length_ms(reply.metadata.duration),
    )


class _AssemblyAIWord(Reply):
    text: str
    start: int
    end: int
    confidence: Probability | None = None
    speaker: str | None = None


class _AssemblyAI(Reply):
    status: str = "completed"
    error: str | None = None
    words: tuple[_AssemblyAIWord, ...] | None = None
    language_code: str | None = None
    audio_duration: Length | None = None


def is_assemblyai(document: Any) -> bool:
    """Tell whether a document has AssemblyAI's shape."""
    return has(document, "audio_url") or has(document, "status", "words")


def read_assemblyai(document: Any) -> Transcript:
    """Read a transcript of AssemblyAI's `/v2/transcript`, whose times are milliseconds.

    Raises:
        TranscriptInvalid: It is not finished, or does not follow the shape; says at which field.
    """
    reply = validated(_AssemblyAI, document)
    _check_finished(reply.status, "completed", reply.error)
    said = [
        Spoken(
            text=word.text,
            start_ms=word.start,
            end_ms=word.end,
            confidence=word.confidence,
            speaker=word.speaker,
            where=path("words", number),
        )
        for number, word in enumerate(reply.words or ())
    ]
    return assemble(
        [Stretch(said)],
        source="assemblyai",
        language=reply.language_code,
        duration_ms=length_ms(reply.audio_duration),
    )


class _AwsAlternative(Reply):
    content: str
    confidence: Probability | None = None


class _AwsItem(Reply):
    type: str
    start_time: float | None = None
    end_time: float | None = None
    alternatives: Annotated[tuple[_AwsAlternative, ...], Field(min_length=1)]
    speaker_label: str | None = None
    channel_label: str | None = None


class _AwsLabel(Reply):
    start_time: float
    speaker_label: str


class _AwsLabelSegment(Reply):
    items: tuple[_AwsLabel, ...] = ()


class _AwsLabels(Reply):
    segments: tuple[_AwsLabelSegment, ...] = ()


class _AwsResults(Reply):
    items: tuple[_AwsItem, ...]
    language_code: str | None = None
    speaker_labels: _AwsLabels = _AwsLabels()


class _Aws(Reply):
    status: str = "COMPLETED"
    results: _AwsResults


def is_aws(document: Any) -> bool:
    """Tell whether a document has the shape of Amazon Transcribe."""
    return has(document, "results") and has(document["results"], "items")


def read_aws(document: Any) -> Transcript:
    """Read the output of an Amazon Transcribe job.

    Raises:
        TranscriptInvalid: It is not finished, or does not follow the shape; says at which field.
    """
    reply = validated(_Aws, document)
    _check_finished(reply.status, "COMPLETED", None)
    said = list(_aws_words(reply.results))
    end = max((spoken.end_ms for spoken in said), default=None)
    return assemble(
        [Stretch(said)], source="aws", language=reply.results.language_code, duration_ms=end
    )


def _aws_words(results: _AwsResults) -> Iterator[Spoken]:
    labels = {
        item.start_time: item.speaker_label
        for segment in results.speaker_labels.segments
        for item in segment.items
    }
    held: Spoken | None = None
    for number, item in enumerate(results.items):
        best = item.alternatives[0]
        if item.type == "punctuation":
            if held is not None:
                held = replace(held, text=held.text + best.content)
            continue
        where = path("results", "items", number)
        if item.start_time is None or item.end_time is None:
            raise TranscriptInvalid("a spoken word without start_time and end_time", where)
        if held is not None:
            yield held
        held = Spoken(
            text=best.content,
            start_ms=milliseconds(item.start_time),
            end_ms=milliseconds(item.end_time),
            confidence=best.confidence,
            speaker=item.speaker_label or labels.get(item.start_time) or item.channel_label,
            where=where,
        )
    if held is not None:
        yield held


def _check_finished(status: str, finished: str, error: str | None) -> None:
    if status != finished:
        why = f": {error}" if error else ""
        raise TranscriptInvalid(
            f"the transcription is '{status[:40]}'{why}; send it when it is '{finished}'", "status"
        )
