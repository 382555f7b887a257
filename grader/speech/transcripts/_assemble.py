"""Putting a transcript together from words with times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from grader.speech._errors import TranscriptInvalid
from grader.speech.transcripts._types import Segment, Transcript, Word

_LONGEST_MS = 24 * 3_600_000
_LONGEST_S = 1e9
_MOST_WORDS = 50_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word before it has a place in a text.

    Attributes:
        where: Where it stands in the source, for messages.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = None
    speaker: str | None = None
    interpolated: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that an engine transcribed in one go, with what it says of them.

    Attributes:
        quality: The fields of `Segment` beside its place.
    """

    words: Sequence[Spoken]
    quality: dict[str, Any] = field(default_factory=dict)


def assemble(
    stretches: Iterable[Stretch],
    *,
    source: str,
    language: str | None = None,
    duration_ms: int | None = None,
    notes: Sequence[str] = (),
) -> Transcript:
    """Join words by single spaces.

    Args:
        stretches: In any order; they are put in the order of their first words.
        source: The format or engine.
        language: As the source names it.
        duration_ms: Of the recording.
        notes: What a reader should know.

    Raises:
        TranscriptInvalid: A word ends before it begins, or lies outside any recording; or there are
            more than anybody says in five hours.
    """
    stretches = list(stretches)
    check_count(sum(len(stretch.words) for stretch in stretches))
    checked = [_checked(stretch) for stretch in stretches]
    ordered = sorted((s for s in checked if s.words), key=lambda each: each.words[0].start_ms)
    said = [spoken for stretch in ordered for spoken in stretch.words]
    words = place(said, _starts(said))
    segments, first = [], 0
    for stretch in ordered:
        last = first + len(stretch.words) - 1
        if stretch.quality:
            span = {"start": words[first].start, "end": words[last].end}
            segments.append(Segment(**span, **stretch.quality))
        first = last + 1
    return Transcript(
        text=" ".join(spoken.text for spoken in said),
        words=words,
        segments=tuple(segments),
        language=language or None,
        duration_ms=duration_ms,
        source=source,
        notes=(*notes, *overlaps(words)),
    )


def place(said: Sequence[Spoken], starts: Iterable[int]) -> tuple[Word, ...]:
    """Give words their places in a text, and number the speakers' turns.

    Args:
        said: In the order of the text.
        starts: The first code point of each.
    """
    words: list[Word] = []
    for spoken, start in zip(said, starts, strict=True):
        goes_on = not words or words[-1].speaker == spoken.speaker
        turn = words[-1].turn + (not goes_on) if words else 0
        words.append(
            Word(
                start=start,
                end=start + len(spoken.text),
                start_ms=spoken.start_ms,
                end_ms=spoken.end_ms,
                confidence=spoken.confidence,
                speaker=spoken.speaker,
                interpolated=spoken.interpolated,
                turn=turn,
            )
        )
    return tuple(words)


def spread(words: Sequence[str], start_ms: int, end_ms: int, like: Spoken) -> list[Spoken]:
    """Give words times between two, each in proportion to its length.

    Args:
        words: In order.
        start_ms: When the first begins.
        end_ms: When the last ends.
        like: Has the speaker, the confidence and the place of all of them.
    """
    total = sum(map(len, words)) or 1
    length = end_ms - start_ms
    spoken, done = [], 0
    for word in words:
        begin = start_ms + length * done // total
        done += len(word)
        end = start_ms + length * done // total
        spoken.append(replace(like, text=word, start_ms=begin, end_ms=end, interpolated=True))
    return spoken


def milliseconds(seconds: float) -> int:
    """Turn seconds into whole milliseconds, within what can be a mistake of unit."""
    return round(max(-_LONGEST_S, min(seconds, _LONGEST_S)) * 1000)


def check_count(words: int) -> None:
    """Refuse more words than anybody says in five hours.

    Raises:
        TranscriptInvalid: There are.
    """
    if words > _MOST_WORDS:
        raise TranscriptInvalid(
            f"it holds {words:,} words; the limit is {_MOST_WORDS:,}; send one answer at a time"
        )


def check_times(start_ms: int, end_ms: int, where: str) -> None:
    """Refuse times that no word of a recording has.

    Raises:
        TranscriptInvalid: It ends before it begins, or lies outside any recording.
    """
    if start_ms < 0 or end_ms < 0:
        raise TranscriptInvalid(
            f"the time {min(start_ms, end_ms) / 1000:g} s is negative; times count from the start "
            "of the recording",
            where,
        )
    if end_ms < start_ms:
        raise TranscriptInvalid(
            f"it ends at {end_ms / 1000:g} s, before it begins at {start_ms / 1000:g} s", where
        )
    if end_ms > _LONGEST_MS:
        raise TranscriptInvalid(
            f"it ends {end_ms / 3_600_000:.3g} hours into the recording; is the time given in the "
            "wrong unit?",
            where,
        )


def _checked(stretch: Stretch) -> Stretch:
    words = []
    for spoken in stretch.words:
        check_times(spoken.start_ms, spoken.end_ms, spoken.where)
        written = " ".join(spoken.text.split())
        if written:
            words.append(replace(spoken, text=written))
    return replace(stretch, words=words)


def _starts(said: Iterable[Spoken]) -> Iterator[int]:
    position = 0
    for spoken in said:
        yield position
        position += len(spoken.text) + 1


# Recognisers round; a syllable is longer than this.
_ROUNDING_MS = 100


def overlaps(words: Sequence[Word]) -> Iterator[str]:
    """Say, in one note or none, when one speaker seems to say two things at once."""
    clashes = [
        right.start_ms
        for left, right in pairwise(words)
        if left.speaker == right.speaker and left.end_ms - right.start_ms > _ROUNDING_MS
    ]
    if clashes:
        times = "time" if len(clashes) == 1 else "times"
        yield (
            f"words overlap {len(clashes)} {times}, first at {clashes[0] / 1000:.1f} s; "
            "all are kept, and pauses near them are not certain"
        )
