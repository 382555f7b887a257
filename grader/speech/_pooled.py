"""Several answers as one: what was said in the turns of a question, or of a whole interview."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.speech._answer import SpokenAnswer
from grader.speech.delivery import measure_delivery
from grader.speech.transcripts import Segment, Transcript, Word
from grader.spoken import Delivery

_BETWEEN = "\n\n"
_JOINED = (
    "Several recordings: times run on from one to the next, as if they were played one after the "
    "other."
)


def pooled(parts: Sequence[str | SpokenAnswer], between: str = _BETWEEN) -> SpokenAnswer | None:
    """Join answers, typed and spoken, in the order in which they were given.

    Typed words have no times. The times of each recording begin where those of the one before end.

    Args:
        parts: A typed answer as its text.
        between: What stands between two of them.

    Returns:
        One spoken answer over the text of all; None where all were typed.
    """
    spoken = [part for part in parts if isinstance(part, SpokenAnswer)]
    if not spoken:
        return None
    corrected = any(each.recognised is not None for each in spoken)
    return SpokenAnswer(
        transcript=_joined([_graded(part) for part in parts], between),
        recognised=_joined([_heard(part) for part in parts], between) if corrected else None,
        changed=max(each.changed for each in spoken),
        delivery=delivery_of(spoken),
        engine=_all(each.engine for each in spoken),
    )


def delivery_of(answers: Iterable[SpokenAnswer]) -> Delivery | None:
    """Measure how several answers were spoken together; silence between two of them is no pause.

    Args:
        answers: In order. Those whose delivery was not to be measured are left out.

    Returns:
        None where nothing was to be measured. Spans of self-corrections count in the recognised
        words of all these answers, joined by an empty line.
    """
    measured = [each for each in answers if each.delivery is not None]
    if len(measured) < 2:
        return measured[0].delivery if measured else None
    return measure_delivery(_joined([_heard(each) for each in measured], _BETWEEN))


def _graded(part: str | SpokenAnswer) -> str | Transcript:
    return part if isinstance(part, str) else part.transcript


def _heard(part: str | SpokenAnswer) -> str | Transcript:
    return part if isinstance(part, str) else part.recognised or part.transcript


def _joined(parts: Sequence[str | Transcript], between: str) -> Transcript:
    texts: list[str] = []
    words: list[Word] = []
    segments: list[Segment] = []
    position = clock = turns = 0
    for part in parts:
        if isinstance(part, Transcript):
            words += (_moved(word, position, clock, turns) for word in part.words)
            segments += (_placed(segment, position) for segment in part.segments)
            clock += _length_ms(part)
            turns += 1 + max((word.turn for word in part.words), default=0)
            texts.append(part.text)
        else:
            texts.append(part)
        position += len(texts[-1]) + len(between)
    given = [part for part in parts if isinstance(part, Transcript)]
    notes = [note for part in given for note in part.notes]
    return Transcript(
        text=between.join(texts),
        words=tuple(words),
        segments=tuple(segments),
        language=next((part.language for part in given if part.language), None),
        duration_ms=clock,
        source=_all(part.source for part in given) or "",
        notes=tuple(dict.fromkeys([*notes, *([_JOINED] if len(given) > 1 else [])])),
    )


def _moved(word: Word, position: int, clock: int, turns: int) -> Word:
    return word.model_copy(
        update={
            "start": word.start + position,
            "end": word.end + position,
            "start_ms": word.start_ms + clock,
            "end_ms": word.end_ms + clock,
            # Each recording may call the candidate something else.
            "speaker": None,
            "turn": word.turn + turns,
        }
    )


def _placed(segment: Segment, position: int) -> Segment:
    return segment.model_copy(
        update={"start": segment.start + position, "end": segment.end + position}
    )


def _length_ms(transcript: Transcript) -> int:
    last = max((word.end_ms for word in transcript.words), default=0)
    return max(last, transcript.duration_ms or 0)


def _all(names: Iterable[str | None]) -> str | None:
    return ", ".join(dict.fromkeys(name for name in names if name)) or None
