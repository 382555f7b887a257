"""Measuring delivery from the words' times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from grader.speech.delivery._disfluencies import (
    bare,
    ends_sentence,
    find_corrections,
    find_fillers,
)
from grader.speech.transcripts import Transcript, Word, words_of
from grader.spoken import (
    Delivery,
    DeliveryWindow,
    Fillers,
    LongestRun,
    Pauses,
    Span,
)

PAUSE_MS = 250
LONG_PAUSE_MS = 2_000
WINDOW_MS = 15_000
_SHORTEST_WINDOW_MS = 3_000


@dataclass(frozen=True, slots=True)
class _Gap:
    """The silence between two words of one turn."""

    start_ms: int
    end_ms: int

    @property
    def length(self) -> int:
        return self.end_ms - self.start_ms


def measure_delivery(
    transcript: Transcript, *, speaker: str | None = None, fillers: Collection[str] = ()
) -> Delivery:
    """Measure how an answer was spoken.

    Args:
        transcript: With times; of everyone, so that others' turns do not count as pauses.
        speaker: The candidate; None if only one speaks.
        fillers: Words and phrases that count as fillers beside filled pauses, such as "like".

    Raises:
        SpeakerUnclear: Several people speak and none is named, or nobody is called so.
    """
    spoken = words_of(transcript, speaker)
    said = [bare(transcript.said(word)) for word in spoken]
    found = find_fillers(said, [filler.lower() for filler in fillers])
    is_filler = [False] * len(spoken)
    for index, (size, _) in found.items():
        is_filler[index : index + size] = [True] * size
    content = [word for word, filler in zip(spoken, is_filler, strict=True) if not filler]
    turns = [list(turn) for _, turn in groupby(spoken, key=lambda word: word.turn)]
    bounds = [(turn[0].start_ms, max(word.end_ms for word in turn)) for turn in turns]
    speaking_ms = sum(end - start for start, end in bounds)
    estimated = transcript.is_interpolated
    gaps = [] if estimated else [gap for turn in turns for gap in _gaps(turn)]
    pause_ms = sum(gap.length for gap in gaps)
    starts = [spoken[index].start_ms for index in found]
    counts = Counter(filler for _, filler in found.values())
    return Delivery(
        words=len(content),
        speaking_ms=speaking_ms,
        speech_rate=_per_minute(len(content), speaking_ms),
        articulation_rate=None if estimated else _per_minute(len(content), speaking_ms - pause_ms),
        pauses=None if estimated else _pauses(gaps, speaking_ms),
        longest_run=None if estimated else _longest_run(turns, {word.start for word in content}),
        fillers=Fillers(
            count=len(found),
            per_minute=_per_minute(len(found), speaking_ms),
            by_word=dict(counts.most_common()),
        ),
        self_corrections=tuple(_corrections(transcript, content)),
        windows=tuple(_windows(content, starts, bounds, None if estimated else gaps)),
        estimated=estimated,
    )


def _per_minute(count: int, duration_ms: int) -> float:
    return round(count * 60_000 / duration_ms, 1) if duration_ms > 0 else 0.0


def _gaps(turn: Sequence[Word]) -> Iterable[_Gap]:
    """Yield the pauses of a turn; words that overlap have none between them."""
    latest = turn[0].end_ms
    for word in turn[1:]:
        if word.start_ms - latest >= PAUSE_MS:
            yield _Gap(latest, word.start_ms)
        latest = max(latest, word.end_ms)


def _pauses(gaps: Sequence[_Gap], speaking_ms: int) -> Pauses:
    return Pauses(
        count=len(gaps),
        total_ms=sum(gap.length for gap in gaps),
        longest_ms=max((gap.length for gap in gaps), default=0),
        long_count=sum(gap.length >= LONG_PAUSE_MS for gap in gaps),
        per_minute=_per_minute(len(gaps), speaking_ms),
    )


def _longest_run(turns: Iterable[Sequence[Word]], content: Collection[int]) -> LongestRun | None:
    runs: list[list[Word]] = []
    for turn in turns:
        runs.append([turn[0]])
        for left, right in pairwise(turn):
            if right.start_ms - left.end_ms >= PAUSE_MS:
                runs.append([])
            runs[-1].append(right)
    if not runs:
        return None
    longest = max(runs, key=lambda run: run[-1].end_ms - run[0].start_ms)
    return LongestRun(
        words=sum(word.start in content for word in longest),
        duration_ms=max(0, longest[-1].end_ms - longest[0].start_ms),
        start_ms=longest[0].start_ms,
    )


def _corrections(transcript: Transcript, content: Sequence[Word]) -> Iterable[Span]:
    """Yield self-corrections; none begins in one turn and ends in another."""
    for _, group in groupby(content, key=lambda word: word.turn):
        turn = list(group)
        written = [transcript.said(word) for word in turn]
        ends = [ends_sentence(word) for word in written]
        for first, last in find_corrections([bare(word) for word in written], ends):
            yield Span(
                start=turn[first].start,
                end=turn[last].end,
                start_ms=turn[first].start_ms,
                end_ms=max(turn[first].start_ms, turn[last].end_ms),
            )


def _windows(
    content: Sequence[Word],
    fillers: Sequence[int],
    bounds: Sequence[tuple[int, int]],
    gaps: Sequence[_Gap] | None,
) -> Iterable[DeliveryWindow]:
    if not bounds:
        return
    stop = max(end for _, end in bounds)
    first = min(start for start, _ in bounds) // WINDOW_MS * WINDOW_MS
    for start in range(first, max(stop, first + 1), WINDOW_MS):
        end = min(start + WINDOW_MS, stop)
        spoke = sum(_shared(start, end, *bound) for bound in bounds)
        words = sum(start <= word.start_ms < start + WINDOW_MS for word in content)
        pauses = None
        if gaps is not None:
            pauses = sum(_shared(start, end, gap.start_ms, gap.end_ms) for gap in gaps)
        yield DeliveryWindow(
            start_ms=start,
            end_ms=end,
            words=words,
            words_per_minute=_per_minute(words, spoke) if spoke >= _SHORTEST_WINDOW_MS else None,
            fillers=sum(start <= filler < start + WINDOW_MS for filler in fillers),
            pause_ms=pauses,
        )


def _shared(start: int, end: int, other_start: int, other_end: int) -> int:
    return max(0, min(end, other_end) - max(start, other_start))
