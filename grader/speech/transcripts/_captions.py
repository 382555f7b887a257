"""Reading WebVTT and SubRip files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.speech._errors import TranscriptInvalid
from grader.speech.transcripts._assemble import assemble
from grader.speech.transcripts._cues import Cue, read_cue, stretches
from grader.speech.transcripts._types import Transcript

_ARROW = "-->"
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_LONG_NUMBER = re.compile(r"\d{101}")
_NEGATIVE = re.compile(r"-\d+:|:-\d|-->\s*-\d")


@dataclass(frozen=True, slots=True)
class _Timing:
    """The line of a caption that says when it is shown."""

    start_ms: int
    end_ms: int
    where: str


def read_webvtt(text: str) -> Transcript:
    """Read WebVTT (W3C, webvtt1).

    Raises:
        TranscriptInvalid: A line is no timing; says which line.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    timings = list(_timings(text))
    try:
        captions = webvtt.from_string(text).captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise TranscriptInvalid(f"not WebVTT: {error}") from None
    _check_count(timings, len(captions), "WebVTT")
    cues = [
        read_cue(timing.start_ms, timing.end_ms, caption.raw_text, timing.where)
        for timing, caption in zip(timings, captions, strict=True)
    ]
    return _transcript(cues, "webvtt")


def read_srt(text: str) -> Transcript:
    """Read SubRip captions.

    Raises:
        TranscriptInvalid: A line is no timing; says which line.
    """
    import srt

    if _LONG_NUMBER.search(text):  # the library takes quadratic time over one
        raise TranscriptInvalid("not SubRip captions: a number of more than 100 digits")
    timings = list(_timings(text))
    # The library reads times with hours only; files made by recognisers may leave them out.
    try:
        captions = list(srt.parse(_with_hours(text)))
    except (srt.SRTParseError, srt.TimestampParseError, OverflowError) as error:
        raise TranscriptInvalid(f"not SubRip captions: {error}") from None
    _check_count(timings, len(captions), "SubRip")
    cues = [
        read_cue(timing.start_ms, timing.end_ms, caption.content, timing.where)
        for timing, caption in zip(timings, captions, strict=True)
    ]
    return _transcript(cues, "srt")


def _transcript(cues: list[Cue], source: str) -> Transcript:
    end = max((cue.end_ms for cue in cues), default=None)
    return assemble(stretches(cues), source=source, duration_ms=end)


def _timings(text: str) -> Iterator[_Timing]:
    """Yield the timing of each caption; libraries leave out those that they cannot read."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _ARROW not in line:
            continue
        where = f"line {number}"
        found = _TIMING.fullmatch(line)
        if found is None:
            shown = line.strip()[:80]
            what = "negative times" if _NEGATIVE.search(line) else "not a caption's times"
            raise TranscriptInvalid(
                f"'{shown}': {what}; expected 00:00:01.000 --> 00:00:02.500", where
            )
        numbers = [int(part or 0) for part in found.groups()]
        for minutes, seconds in (numbers[1:3], numbers[5:7]):
            if minutes > 59 or seconds > 59:
                raise TranscriptInvalid(
                    f"'{line.strip()[:80]}': minutes and seconds go up to 59", where
                )
        fractions = [found[4].ljust(3, "0"), found[8].ljust(3, "0")]
        start_ms, end_ms = (
            ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(thousandths)
            for (hours, minutes, seconds), thousandths in zip(
                (numbers[:3], numbers[4:7]), fractions, strict=True
            )
        )
        if end_ms < start_ms:
            raise TranscriptInvalid(
                f"the caption ends at {end_ms / 1000:g} s, before it begins at "
                f"{start_ms / 1000:g} s",
                where,
            )
        yield _Timing(start_ms, end_ms, where)


def _with_hours(text: str) -> str:
    return re.sub(r"(?m)(?<![\d:])(\d{1,2}:\d{2}[.,]\d{1,3})", r"00:\1", text)


def _check_count(timings: list[_Timing], read: int, name: str) -> None:
    if read != len(timings):
        raise TranscriptInvalid(
            f"{len(timings)} captions have times, but only {read} of them follow {name}; check "
            "the blank lines between captions"
        )
