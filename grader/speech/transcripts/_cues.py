"""Captions, of whatever format, to words with times.

A caption says when it is shown, not when its words are said, so words get times in proportion to
their lengths. Captions that roll up repeat the line before; what is repeated was said once.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.speech.transcripts._assemble import Spoken, Stretch, spread

_TAG = re.compile(r"<([^<>]*)>|\{\\[^{}]*\}")
_INLINE_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})\.(\d{3})")
_VOICE = re.compile(r"v(?:\.[^\s]*)?\s+(.+)")
_LABEL = re.compile(r"(?:-|>>+)?\s*\[?([^\W\d_][^:\]\n]{0,39}?)\]?:\s+(?=\S)")
_SPEAKER_CHANGE = re.compile(r"(?:-|>>+)\s+")

# Captions of a roll-up follow each other without a gap, but for rounding.
_GAP_MS = 150
_ROLLED_SHARE = 1 / 3
_LABELLED_SHARE = 0.8
_FEWEST_GROWN = 2


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a caption's line that a tag stands before.

    Attributes:
        start_ms: When it begins, where an inline time says so.
        voice: Who says it, where a voice tag says so.
    """

    words: tuple[str, ...]
    start_ms: int | None = None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption.

    Attributes:
        lines: The runs of each line that has words.
        where: Where it stands in the file, for messages.
    """

    start_ms: int
    end_ms: int
    lines: tuple[tuple[Run, ...], ...]
    where: str

    @property
    def said(self) -> list[tuple[str, ...]]:
        """The lower-cased words of each line."""
        return [tuple(w.lower() for run in line for w in run.words) for line in self.lines]


def read_cue(start_ms: int, end_ms: int, text: str, where: str) -> Cue:
    """Read the text of a caption: lines, voice tags (`<v Name>`), inline times, other tags."""
    voice: str | None = None
    lines: list[tuple[Run, ...]] = []
    for line in text.split("\n"):
        runs: list[Run] = []
        time: int | None = None
        position = 0
        for tag in [*_TAG.finditer(line), None]:
            piece = html.unescape(line[position : tag.start() if tag else len(line)])
            if words := tuple(piece.split()):
                runs.append(Run(words, time, voice))
                time = None
            if tag is None:
                continue
            position = tag.end()
            content = tag[1] or ""
            if at := _INLINE_TIME.fullmatch(content):
                hours, minutes, seconds, thousandths = (int(part or 0) for part in at.groups())
                time = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
            elif named := _VOICE.fullmatch(content):
                voice = html.unescape(named[1]).strip()
            elif content == "/v":
                voice = None
        if runs:
            lines.append(tuple(runs))
    return Cue(start_ms, end_ms, tuple(lines), where)


def stretches(cues: Sequence[Cue]) -> list[Stretch]:
    """Turn captions into words with times and speakers, each said once."""
    shown = _labelled(_unrolled([cue for cue in cues if cue.lines]))
    return [Stretch(list(_spoken(cue))) for cue in shown]


def _spoken(cue: Cue) -> Iterator[Spoken]:
    runs = [run for line in cue.lines for run in line]
    times = [run.start_ms for run in runs]
    groups: list[list[Run]] = []
    for run, time in zip(runs, times, strict=True):
        if not groups or time is not None:
            groups.append([])
        groups[-1].append(run)
    begins = [group[0].start_ms for group in groups]
    starts = [cue.start_ms if begin is None else begin for begin in begins]
    for group, start, end in zip(groups, starts, [*starts[1:], cue.end_ms], strict=True):
        voices = [run.voice for run in group for _ in run.words]
        words = [word for run in group for word in run.words]
        like = Spoken("", start, end, where=cue.where)
        is_exact = len(words) == 1 and len(groups) > 1
        for spoken, voice in zip(spread(words, start, end, like), voices, strict=True):
            yield replace(spoken, speaker=voice, interpolated=not is_exact)


def _unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """Leave out what a caption repeats of the one before, if the captions of a file roll up."""
    pairs = list(pairwise(cues))
    repeated = [_repeated_lines(left, right) for left, right in pairs]
    grown = [_grown(left, right) for left, right in pairs]
    rolled = sum(bool(lines or words) for lines, words in zip(repeated, grown, strict=True))
    if not pairs or rolled < max(_ROLLED_SHARE * len(pairs), min(2, len(pairs))):
        return list(cues)
    kept = [cues[0]]
    for cue, lines, words in zip(cues[1:], repeated, grown, strict=True):
        rest = replace(cue, lines=cue.lines[lines:]) if lines else _without(cue, words)
        if rest.lines:
            kept.append(rest)
    return kept


def _repeated_lines(left: Cue, right: Cue) -> int:
    """Count the lines that `right` begins with and `left` ends with."""
    if right.start_ms - left.end_ms > _GAP_MS:
        return 0
    before, after = left.said, right.said
    for count in range(min(len(before), len(after)), 0, -1):
        if before[-count:] == after[:count]:
            return count
    return 0


def _grown(left: Cue, right: Cue) -> int:
    """Count the words of `left` if `right` says them all again and goes on."""
    before = [word for line in left.said for word in line]
    after = [word for line in right.said for word in line]
    follows = right.start_ms - left.end_ms <= _GAP_MS
    if follows and _FEWEST_GROWN <= len(before) < len(after) and after[: len(before)] == before:
        return len(before)
    return 0


def _without(cue: Cue, count: int) -> Cue:
    lines: list[tuple[Run, ...]] = []
    for line in cue.lines:
        runs = []
        for run in line:
            words = run.words[count:]
            count = max(0, count - len(run.words))
            if words:
                runs.append(replace(run, words=words))
        if runs:
            lines.append(tuple(runs))
    return replace(cue, lines=tuple(lines))


def _labelled(cues: Sequence[Cue]) -> list[Cue]:
    """Read labels such as "Name:" at the beginning of captions, if the file uses them so.

    A single "Note:" is what somebody said; a label comes again and again, or stands before nearly
    every caption. Captions without one go on with the speaker before.
    """
    if any(run.voice for cue in cues for line in cue.lines for run in line):
        return list(cues)
    found = [_LABEL.match(" ".join(w for r in cue.lines[0] for w in r.words)) for cue in cues]
    counts = Counter(label[1].strip() for label in found if label)
    if sum(counts.values()) < max(_LABELLED_SHARE * len(cues), 2):
        counts = Counter({name: count for name, count in counts.items() if count > 1})
        if len(counts) < 2:
            return list(cues)
    named: list[Cue] = []
    speaker: str | None = None
    for cue, label in zip(cues, found, strict=True):
        rest = cue
        if label and label[1].strip() in counts:
            speaker = label[1].strip()
            rest = _without(cue, len(label.group().split()))
        if rest.lines:
            lines = tuple(tuple(replace(r, voice=speaker) for r in line) for line in rest.lines)
            named.append(replace(rest, lines=lines))
    return named
