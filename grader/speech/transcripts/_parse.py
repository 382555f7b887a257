"""Telling formats apart by content, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.speech._errors import TranscriptInvalid
from grader.speech.transcripts._captions import read_srt, read_webvtt
from grader.speech.transcripts._json import load
from grader.speech.transcripts._own import is_own, read_own
from grader.speech.transcripts._types import Transcript
from grader.speech.transcripts._vendors import (
    is_assemblyai,
    is_aws,
    is_deepgram,
    read_assemblyai,
    read_aws,
    read_deepgram,
)
from grader.speech.transcripts._whisper import is_whisper, read_whisper

_MOST_BYTES = 8_000_000
_LONGEST_NAME = 200
_MOST_CAPTIONS = 1_000_000  # some five hours, with every line shown twice

_CAPTIONS: Mapping[str, Callable[[str], Transcript]] = {"webvtt": read_webvtt, "srt": read_srt}
_JSON: Mapping[str, tuple[Callable[[Any], bool], Callable[[Any], Transcript]]] = {
    "deepgram": (is_deepgram, read_deepgram),
    "aws": (is_aws, read_aws),
    "assemblyai": (is_assemblyai, read_assemblyai),
    "grader": (is_own, read_own),
    "whisper": (is_whisper, read_whisper),
}
FORMATS = (*_CAPTIONS, *_JSON)


def parse_transcript(
    data: bytes | str | Mapping[str, Any],
    *,
    format: str | None = None,  # noqa: A002 - the public name
) -> Transcript:
    """Read a transcript with times.

    Args:
        data: The file; bytes are UTF-8, or UTF-16 with a byte order mark. Or what its JSON holds.
        format: One of `FORMATS`; None to tell from the content.

    Raises:
        TranscriptInvalid: Not a format that is known, or broken; says at which line or field.
    """
    if format is not None and format not in FORMATS:
        raise TranscriptInvalid(f"unknown format '{format[:40]}'; it can be: {', '.join(FORMATS)}")
    if isinstance(data, Mapping):
        return _checked(_read_json(data, format))
    text = _decoded(data) if isinstance(data, bytes) else data
    if len(text) > _MOST_BYTES:
        raise TranscriptInvalid(
            f"longer than {_MOST_BYTES:,} characters; send one answer at a time"
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise TranscriptInvalid("the transcript is empty")
    kind = format or _captions_kind(text)
    if kind is not None and kind in _CAPTIONS:
        if len(text) > _MOST_CAPTIONS:
            raise TranscriptInvalid(
                f"captions of {len(text):,} characters; the limit is {_MOST_CAPTIONS:,}; send one "
                "answer at a time"
            )
        transcript = _CAPTIONS[kind](text.lstrip("\n ") if kind == "webvtt" else text)
    else:
        transcript = _read_json(load(text), kind)
    return _checked(transcript)


def _read_json(document: Any, kind: str | None) -> Transcript:
    kind = kind or _json_kind(document)
    if kind not in _JSON:
        raise TranscriptInvalid(f"a JSON object is no {kind}; send that as text")
    return _JSON[kind][1](document)


def _checked(transcript: Transcript) -> Transcript:
    if not transcript.words:
        raise TranscriptInvalid("the transcript holds no words")
    for name in (transcript.language, transcript.source, *transcript.speakers):
        if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
            raise TranscriptInvalid(
                f"the name {name[:40]!a} of a speaker or a language is longer than "
                f"{_LONGEST_NAME} characters, or holds some that are not printed"
            )
    return transcript


def is_text(data: bytes) -> bool:
    """Tell whether data is text, as every transcript is and no audio."""
    try:
        return bool(_decoded(data))
    except TranscriptInvalid:
        return False


def _decoded(data: bytes) -> str:
    if len(data) > _MOST_BYTES:
        raise TranscriptInvalid(f"larger than {_MOST_BYTES:,} bytes; send one answer at a time")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TranscriptInvalid(
            f"not {encoding.upper()} text (byte {error.start}); save it as UTF-8, or send audio "
            "as audio"
        ) from None
    if "\0" in text:
        raise TranscriptInvalid("not text: it holds NUL characters")
    return text


def _captions_kind(text: str) -> str | None:
    start = text.lstrip()
    if start.startswith("WEBVTT"):
        return "webvtt"
    if start[:1] in ("{", "["):
        return None
    if "-->" in text:
        return "srt"
    raise TranscriptInvalid(
        "no transcript with times: neither WebVTT, SubRip nor JSON; send plain text as the answer "
        "itself"
    )


def _json_kind(document: Any) -> str:
    for name, (fits, _) in _JSON.items():
        if fits(document):
            return name
    raise TranscriptInvalid(
        "JSON, but of no known shape; it can be the output of Deepgram, AssemblyAI, Whisper "
        "(segments or words) or Amazon Transcribe, or a transcript of this service"
    )
