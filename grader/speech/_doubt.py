"""What a recogniser was unsure of: where it is, and which findings depend on it.

A point that rests on words heard badly is not covered, and one that may have been lost in them is
not missing: neither is known, so both are `ungraded`, with that reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from grader.answers import likeness
from grader.speech._evidence import places_within, words_within
from grader.speech._usable import is_silent, is_unsure, looping_spans
from grader.speech.transcripts import Transcript, Word
from grader.spoken import Doubt
from grader.types import (
    Evidence,
    Judgement,
    MistakeFinding,
    PointFinding,
    Rubric,
    Verdict,
)
from grader.words import STOP_WORDS, content_words, stem, words

# A word that was heard well between two that were not was probably not heard well either.
_BRIDGE = 1
# A claim takes at least so many words to make.
_FEWEST_HIDING = 3
# So many could hold any claim at all.
_HIDES_ANYTHING = 10
_CONTEXT = 8
_RESTS_ON = 0.5
_SOUNDS_ALIKE = 0.8
_SHORTEST_SOUND = 5

_UNSURE = "recognised with little confidence"
_SILENT = "perhaps nothing was said there"
_REPEATS = "the recogniser repeats itself"
_HEARD_BADLY = "The words that this rests on were recognised with little confidence{times}."
_MAY_BE_HIDDEN = "It may have been said where the recogniser was unsure{times}."


def doubtful_spans(transcript: Transcript, threshold: float) -> tuple[Doubt, ...]:
    """Find what may not be what was said, in order.

    Words below the threshold, with single words between two of them; and stretches that the engine
    counts as failed, took for silence, or that repeat themselves.

    Args:
        transcript: What was said.
        threshold: Least confidence that is relied on, 0 to 1.
    """
    bad = [w.confidence is not None and w.confidence < threshold for w in transcript.words]
    why = [_UNSURE if each else "" for each in bad]
    for start, end, reason in _bad_stretches(transcript):
        places = places_within(transcript, start, end)
        why[places] = [reason] * len(why[places])
    return tuple(_doubt(run, reason) for run, reason in _runs(transcript.words, why))


def _bad_stretches(transcript: Transcript) -> Iterator[tuple[int, int, str]]:
    for segment in transcript.segments:
        if is_silent(segment):
            yield segment.start, segment.end, _SILENT
        elif is_unsure(segment):
            yield segment.start, segment.end, _UNSURE
    for start, end in looping_spans(transcript):
        yield start, end, _REPEATS


def _runs(said: Sequence[Word], why: Sequence[str]) -> Iterator[tuple[Sequence[Word], str]]:
    first = 0
    while first < len(said):
        if not why[first]:
            first += 1
            continue
        last = first
        while (following := _next(why, last)) is not None:
            last = following
        yield said[first : last + 1], why[first]
        first = last + 1


def _next(why: Sequence[str], last: int) -> int | None:
    """Return the next bad word if no more than a bridge lies before it, for the same reason."""
    ahead = range(last + 1, min(last + 2 + _BRIDGE, len(why)))
    return next((index for index in ahead if why[index] == why[last]), None)


def _doubt(run: Sequence[Word], reason: str) -> Doubt:
    known = [word.confidence for word in run if word.confidence is not None]
    return Doubt(
        start=run[0].start,
        end=run[-1].end,
        start_ms=run[0].start_ms,
        end_ms=max(word.end_ms for word in run),
        words=len(run),
        confidence=round(sum(known) / len(known), 4) if known else None,
        why=reason,
    )


def with_doubts(
    judgement: Judgement, rubric: Rubric, transcript: Transcript, threshold: float
) -> Judgement:
    """Take back what depends on words that were recognised badly.

    - A verdict or a mistake whose evidence rests, by half of its content words or more, on doubtful
      words becomes `ungraded`, or not known.
    - A point judged missing becomes `ungraded` where a doubtful stretch could hide it: one of three
      words or more that has a word of the claim in it or near it, or one that sounds like it; or of
      ten words, which could be anything.

    Args:
        judgement: What a judge said of `transcript.text`.
        rubric: What it judged by.
        transcript: Of the candidate alone.
        threshold: Least confidence that is relied on, 0 to 1.
    """
    doubts = doubtful_spans(transcript, threshold)
    if not doubts:
        return judgement
    hiding = [d for d in doubts if d.words >= _FEWEST_HIDING and d.why != _SILENT]
    telling = _telling_words(rubric)
    points = []
    for finding in judgement.points:
        if finding.verdict is Verdict.MISSING:
            own = telling.get(finding.point_id, frozenset())
            hides = [doubt for doubt in hiding if _could_hide(doubt, own, transcript)]
            points.append(_withdrawn(finding, _MAY_BE_HIDDEN, hides) if hides else finding)
        else:
            shaky = _rests_on(finding.evidence, doubts, transcript)
            points.append(_withdrawn(finding, _HEARD_BADLY, shaky) if shaky else finding)
    mistakes = []
    for found in judgement.mistakes:
        shaky = _rests_on(found.evidence, doubts, transcript) if found.made else []
        mistakes.append(_unknown(found, shaky) if shaky else found)
    return judgement.model_copy(update={"points": tuple(points), "mistakes": tuple(mistakes)})


def _rests_on(
    evidence: Iterable[Evidence], doubts: Sequence[Doubt], transcript: Transcript
) -> list[Doubt]:
    """Return the doubts that evidence rests on; none if most of it was heard well."""
    total = doubtful = 0
    touched: list[Doubt] = []
    for span in evidence:
        for word in words_within(transcript, span.start, span.end):
            said = words(transcript.said(word))
            if not said or all(each in STOP_WORDS for each in said):
                continue
            total += 1
            doubt = _at(doubts, word)
            if doubt is not None:
                doubtful += 1
                touched += [doubt] if doubt not in touched else []
    return touched if total and doubtful >= _RESTS_ON * total else []


def _at(doubts: Sequence[Doubt], word: Word) -> Doubt | None:
    index = bisect_right(doubts, word.start, key=lambda doubt: doubt.start) - 1
    return doubts[index] if index >= 0 and word.start < doubts[index].end else None


def _telling_words(rubric: Rubric) -> Mapping[str, frozenset[str]]:
    """Return the words of each point's claim and its phrasings that tell it from the others.

    What the question says, and what half of the points speak of, is everywhere in an answer.
    """
    claims = {
        point.id: frozenset(content_words(" ".join((point.claim, *point.accept))))
        for point in rubric.points
    }
    speak_of = Counter(each for said in claims.values() for each in {stem(word) for word in said})
    asked = {stem(word) for word in content_words(rubric.question)}
    common = {each for each, count in speak_of.items() if count * 2 >= max(len(claims), 4)} | asked
    return {
        name: frozenset(word for word in said if stem(word) not in common)
        for name, said in claims.items()
    }


def _could_hide(doubt: Doubt, telling: Collection[str], transcript: Transcript) -> bool:
    if doubt.words >= _HIDES_ANYTHING:
        return True
    inside = words_within(transcript, doubt.start, doubt.end)
    near = (*inside, *_around(doubt, transcript))
    stems = {stem(word) for word in telling}
    if any(stem(each) in stems for word in near for each in words(transcript.said(word))):
        return True
    long = [word for word in telling if len(word) >= _SHORTEST_SOUND]
    heard = [word for each in inside for word in content_words(transcript.said(each))]
    return any(likeness([each], [word]) >= _SOUNDS_ALIKE for each in heard for word in long)


def _around(doubt: Doubt, transcript: Transcript) -> tuple[Word, ...]:
    places = places_within(transcript, doubt.start, doubt.end)
    before = transcript.words[max(0, places.start - _CONTEXT) : places.start]
    return (*before, *transcript.words[places.stop : places.stop + _CONTEXT])


def _withdrawn(finding: PointFinding, why: str, doubts: Sequence[Doubt]) -> PointFinding:
    return PointFinding(
        point_id=finding.point_id,
        verdict=Verdict.UNGRADED,
        evidence=finding.evidence,
        why=why.format(times=_times(doubts)),
        judge=finding.judge,
    )


def _unknown(finding: MistakeFinding, doubts: Sequence[Doubt]) -> MistakeFinding:
    return MistakeFinding(
        mistake_id=finding.mistake_id,
        made=None,
        evidence=finding.evidence,
        why=_HEARD_BADLY.format(times=_times(doubts)),
        judge=finding.judge,
    )


def _times(doubts: Sequence[Doubt]) -> str:
    """Say when, as in ` (0:12, 1:05)`."""
    at = [f"{doubt.start_ms // 60_000}:{doubt.start_ms // 1000 % 60:02d}" for doubt in doubts[:3]]
    return f" ({', '.join(at)})"
