"""What the turns of a question add up to for one point or one mistake.

Each turn's grade is of all that was said on the question so far, so a short reply is read with what
it continues. What a verdict is credited to is the turn in which the words stand that it rests on.
The interviewer's words are never part of what is graded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from grader.interviewing._state import AskedQuestion, Turn
from grader.scoring import CREDIT
from grader.speech import timed
from grader.types import Evidence, FollowUpStyle, Frozen, Grade, MistakeGrade, PointGrade, Verdict

# The number of a turn that never comes.
_NEVER = math.inf


class TurnEvidence(Frozen):
    """A verbatim span of one turn's answer.

    Attributes:
        start_ms: When it begins, in milliseconds of that turn's recording; None where the answer
            was typed.
        end_ms: When it ends, likewise.
    """

    turn: int
    start: int
    end: int
    quote: str
    start_ms: int | None = None
    end_ms: int | None = None


class PointStanding(Frozen):
    """How one point stands over the turns of a question.

    Attributes:
        verdict: With all that was said; `ungraded` while the last grade could not tell and the
            point is not covered.
        unprompted: Without what was said after a follow-up that helps was put to this point. Never
            better than `verdict`.
        confidence: Of `verdict`, as the judge put it; 0 when ungraded.
        reached: The turn whose words earned it; None where none did.
        unsaid: The turn that had earned credit which a later contradiction took away.
    """

    id: str
    verdict: Verdict
    unprompted: Verdict
    confidence: float
    reached: int | None = None
    unsaid: int | None = None
    evidence: tuple[TurnEvidence, ...] = ()
    why: str = ""

    @property
    def is_prompted(self) -> bool:
        """Whether some of its credit was earned only with help."""
        return self.verdict is not Verdict.UNGRADED and self.unprompted is not self.verdict


class MistakeStanding(Frozen):
    """How one mistake stands over the turns of a question.

    Attributes:
        made: The turn that made it; None where none did.
        corrected: The later turn that took it back; None where none did.
        with_help: Whether it was taken back after a follow-up that helps was put to it.
        is_known: False while the last grade could not tell whether it is made or taken back.
        confidence: Of whether it was made, as the judge put it.
    """

    id: str
    made: int | None = None
    corrected: int | None = None
    with_help: bool = False
    is_known: bool = True
    confidence: float = 0.0
    evidence: tuple[TurnEvidence, ...] = ()
    correction_evidence: tuple[TurnEvidence, ...] = ()

    @property
    def stands(self) -> bool | None:
        """Whether it counts against the candidate; None when that is not known."""
        if not self.is_known:
            return None
        return self.made is not None and self.corrected is None

    @property
    def stands_unprompted(self) -> bool | None:
        """Whether it counts without what help has put right."""
        if not self.is_known:
            return None
        return self.made is not None and (self.corrected is None or self.with_help)


class _Observation(NamedTuple):
    """What one grade says of a point, and the turn of the words that say it."""

    verdict: Verdict
    turn: int
    confidence: float
    evidence: tuple[TurnEvidence, ...]
    why: str


@dataclass(frozen=True, slots=True)
class _Tally:
    """What the observations so far come to; `at` is the turn of the words that decided."""

    verdict: Verdict | None = None
    at: int = 0
    unsaid: int | None = None
    deciding: _Observation | None = None
    doubtful: bool = False

    def after(self, seen: _Observation) -> _Tally:
        if seen.verdict is Verdict.UNGRADED:
            return replace(self, doubtful=self.verdict is not Verdict.COVERED)
        settled = replace(self, doubtful=False)
        if self._is_moved_by(seen):
            earned = self.at if self.verdict and CREDIT[self.verdict] > 0 else None
            lowered = seen.verdict is Verdict.CONTRADICTED
            return _Tally(seen.verdict, seen.turn, earned if lowered else None, seen)
        return settled

    def _is_moved_by(self, seen: _Observation) -> bool:
        if self.verdict is None:
            return True
        if seen.verdict is self.verdict:
            return False
        if seen.verdict is Verdict.CONTRADICTED:
            # Only words that come later can take back what was said.
            return seen.turn > self.at or self.verdict is Verdict.MISSING
        if self.verdict is Verdict.CONTRADICTED:
            return CREDIT[seen.verdict] > 0 and seen.turn >= self.at
        return CREDIT[seen.verdict] > CREDIT[self.verdict]


def point_standing(
    question: AskedQuestion, point_id: str, helping: Sequence[FollowUpStyle]
) -> PointStanding:
    """Pool what the grades of a question say of one point.

    The best verdict counts. One that comes later and contradicts lowers it; what is said later
    still can put that right.

    Args:
        question: At least one of its turns is graded.
        point_id: One of its rubric's points.
        helping: Styles of follow-up that help.
    """
    helped = first_helped(question, point_id, helping)
    pooled, alone = _Tally(), _Tally()
    for seen in _observations(question, point_id):
        pooled = pooled.after(seen)
        earns = seen.verdict in (Verdict.COVERED, Verdict.PARTIAL)
        late = earns and seen.turn >= helped
        alone = alone.after(seen._replace(verdict=Verdict.MISSING) if late else seen)
    if pooled.doubtful or pooled.deciding is None or pooled.verdict is None:
        return PointStanding(
            id=point_id,
            verdict=Verdict.UNGRADED,
            unprompted=Verdict.UNGRADED,
            confidence=0.0,
            why=next((s.why for s in reversed(list(_observations(question, point_id)))), ""),
        )
    unprompted = alone.verdict or pooled.verdict
    if CREDIT[unprompted] > CREDIT[pooled.verdict] or CREDIT[pooled.verdict] == 0:
        unprompted = pooled.verdict
    return PointStanding(
        id=point_id,
        verdict=pooled.verdict,
        unprompted=unprompted,
        confidence=pooled.deciding.confidence,
        reached=pooled.at if CREDIT[pooled.verdict] > 0 else None,
        unsaid=pooled.unsaid,
        evidence=pooled.deciding.evidence,
        why=pooled.deciding.why,
    )


def mistake_standing(
    question: AskedQuestion, mistake_id: str, helping: Sequence[FollowUpStyle]
) -> MistakeStanding:
    """Pool what the grades of a question say of one mistake.

    A mistake counts once it is made, until a later answer takes it back. Both facts are kept.
    """
    helped = first_helped(question, mistake_id, helping)
    standing = MistakeStanding(id=mistake_id)
    for turn, grade in _graded(question):
        found = _mistake(grade, mistake_id)
        if found.made is None:
            standing = standing.model_copy(update={"is_known": False})
            continue
        spans = _located(question, found.evidence)
        at = max((span.turn for span in spans), default=turn.number)
        if found.made and (standing.made is None or _made_again(standing, at)):
            standing = MistakeStanding(
                id=mistake_id, made=at, confidence=found.confidence, evidence=spans
            )
        elif standing.made is None:
            standing = MistakeStanding(id=mistake_id, confidence=found.confidence)
        else:
            standing = standing.model_copy(update={"is_known": True})
        made_now = found.made and at == turn.number
        standing = _corrected(standing, turn, helped, made_now=made_now)
    return standing


def first_helped(question: AskedQuestion, owner: str, helping: Sequence[FollowUpStyle]) -> float:
    """Return the number of the turn in which help was first put to a point or mistake."""
    return next(
        (
            turn.number
            for turn in question.turns
            if turn.ask.style in helping and owner in turn.ask.targets
        ),
        _NEVER,
    )


def _corrected(
    standing: MistakeStanding, turn: Turn, helped: float, *, made_now: bool
) -> MistakeStanding:
    if turn.corrections is None or standing.made is None or standing.made >= turn.number:
        return standing
    found = next((p for p in turn.corrections.points if p.id == standing.id), None)
    if found is None:
        return standing
    if found.verdict is Verdict.UNGRADED:
        return standing.model_copy(update={"is_known": standing.corrected is not None})
    # Words that both make the mistake and put it right do not settle it.
    if found.verdict is not Verdict.COVERED or made_now:
        return standing
    spans = tuple(_turn_evidence(turn, span) for span in found.evidence)
    return standing.model_copy(
        update={
            "corrected": turn.number,
            "with_help": turn.number >= helped,
            "correction_evidence": spans,
        }
    )


def _made_again(standing: MistakeStanding, at: int) -> bool:
    return standing.corrected is not None and at > standing.corrected


def _observations(question: AskedQuestion, point_id: str) -> Iterator[_Observation]:
    for turn, grade in _graded(question):
        found = _point(grade, point_id)
        spans = _located(question, found.evidence)
        at = max((span.turn for span in spans), default=turn.number)
        yield _Observation(found.verdict, at, found.confidence, spans, found.why)


def _graded(question: AskedQuestion) -> Iterator[tuple[Turn, Grade]]:
    for turn in question.turns:
        if turn.grade is not None:
            yield turn, turn.grade


def _located(question: AskedQuestion, evidence: Iterable[Evidence]) -> tuple[TurnEvidence, ...]:
    spans = []
    for span in evidence:
        turn, start, end = question.locate(span.start, span.end)
        quote = (turn.answer or "")[start:end]
        spans.append(_turn_evidence(turn, Evidence(start=start, end=end, quote=quote)))
    return tuple(spans)


def _turn_evidence(turn: Turn, span: Evidence) -> TurnEvidence:
    said = None if turn.spoken is None else timed(span, turn.spoken.transcript)
    return TurnEvidence(
        turn=turn.number,
        start=span.start,
        end=span.end,
        quote=span.quote,
        start_ms=said.start_ms if said else None,
        end_ms=said.end_ms if said else None,
    )


def _point(grade: Grade, point_id: str) -> PointGrade:
    return next(point for point in grade.points if point.id == point_id)


def _mistake(grade: Grade, mistake_id: str) -> MistakeGrade:
    return next(mistake for mistake in grade.mistakes if mistake.id == mistake_id)
