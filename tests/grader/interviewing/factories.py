"""A small bank, and a grader that reads verdicts from the words of the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from grader.bank import Bank, InterviewPolicy, QuestionOrder, parse_rubric
from grader.interviewing import (
    Event,
    InterviewEngine,
    Interviewer,
    InterviewPlan,
    InterviewState,
    PlannedQuestion,
    Step,
)
from grader.scoring import missing_points, score
from grader.speech import SpeechSettings, SpokenAnswer, spoken_answer
from grader.types import (
    Evidence,
    FollowUpStyle,
    Grade,
    GraderRef,
    Level,
    MistakeFinding,
    MistakeGrade,
    Passage,
    PointFinding,
    PointGrade,
    Rubric,
    RubricRef,
    Verdict,
)
from tests.grader.speech.factories import evenly

_WORDS = {
    "yes": Verdict.COVERED,
    "part": Verdict.PARTIAL,
    "not": Verdict.CONTRADICTED,
    "mumble": Verdict.UNGRADED,
}


def rubric(name: str = "queues", **changes: Any) -> Rubric:
    """Three points, two mistakes, and follow-ups of all styles for the heaviest point."""
    document: dict[str, Any] = {
        "id": name,
        "version": "1.0.0",
        "status": "published",
        "question": f"What about {name}?",
        "topics": [name],
        "points": [
            {"id": "alpha", "claim": "Alpha holds the workers apart.", "weight": 4},
            {"id": "beta", "claim": "Beta smooths a burst.", "weight": 2},
            {"id": "gamma", "claim": "Gamma keeps an order.", "weight": 1},
        ],
        "mistakes": [
            {"id": "magic", "claim": "It is magic.", "penalty": 3, "correction": "It is not."},
            {"id": "free", "claim": "It is free.", "penalty": 1},
        ],
        "follow_ups": [
            {"id": "prompt-alpha", "ask": "Which one?", "targets": ["alpha"], "style": "prompt"},
            {"id": "hint-alpha", "ask": "Think of it?", "targets": ["alpha"], "style": "hint"},
            {"id": "pump-alpha", "ask": "What else?", "targets": ["alpha"], "style": "pump"},
            {"id": "probe-beta", "ask": "And bursts?", "targets": ["beta", "gamma"]},
            {"id": "hint-magic", "ask": "Really?", "targets": ["magic", "beta"], "style": "hint"},
            {"id": "probe-magic", "ask": "How come?", "targets": ["magic"]},
        ],
        **changes,
    }
    return parse_rubric(document)


def bank_of(*rubrics: Rubric) -> Bank:
    return Bank(rubrics or (rubric("queues"), rubric("caches", level="senior")))


def plan_of(bank: Bank, *, minutes: int = 10, **policy: Any) -> InterviewPlan:
    """Every question of the bank, in its order, `minutes` for each."""
    chosen = InterviewPolicy(**policy)
    questions = tuple(
        PlannedQuestion(
            rubric=ref(each),
            level=each.level,
            topic=each.topics[0],
            minutes=minutes,
            max_follow_ups=chosen.max_follow_ups,
        )
        for each in bank
    )
    return InterviewPlan(
        title="A talk",
        script="talk 1.0.0",
        level=Level.MID,
        minutes=minutes * len(questions),
        questions=questions,
        policy=chosen,
    )


def ref(of: Rubric) -> RubricRef:
    return RubricRef(
        id=of.id, version=of.version, sha256=of.sha256, structure_sha256=of.structure_sha256
    )


class WordGrader:
    """Reads `yes-alpha`, `part-alpha`, `not-alpha`, `mumble-alpha` and `wrong-magic`.

    The last word on a point decides. Under a rubric of corrections, `right-magic` covers.
    """

    def __init__(self) -> None:
        self.graded: list[tuple[str, str]] = []
        self.asked: list[tuple[str, ...]] = []
        self.spoken: list[SpokenAnswer | None] = []

    async def grade(
        self,
        answer: str,
        rubric: Rubric,
        *,
        asked: Collection[str] = (),
        spoken: SpokenAnswer | None = None,
    ) -> Grade:
        self.spoken.append(spoken)
        self.graded.append((rubric.id, answer))
        self.asked.append(tuple(asked))
        return grade_words(answer, rubric)


def grade_words(answer: str, rubric: Rubric) -> Grade:
    points = [_point(each.id, answer) for each in rubric.points]
    mistakes = [_mistake(each.id, answer) for each in rubric.mistakes]
    result = score(rubric, points, mistakes)
    spoiled = any(point.verdict is Verdict.UNGRADED for point in points)
    reasons = ("1 of the points and mistakes could not be judged.",) if spoiled else ()
    corrections = {mistake.id: mistake.correction for mistake in rubric.mistakes}
    return Grade(
        id=f"grd_{abs(len(answer))}",
        rubric=ref(rubric),
        score=result.value,
        score_interval=result.interval,
        band=result.band,
        points=tuple(
            PointGrade(
                id=point.id,
                claim=point.claim,
                weight=point.weight,
                verdict=found.verdict,
                confidence=found.confidence,
                evidence=found.evidence,
                passage=None
                if found.verdict is Verdict.COVERED
                else Passage(source=f"{rubric.id}.md", text=f"Read about {point.id}."),
            )
            for point, found in zip(rubric.points, points, strict=True)
        ),
        mistakes=tuple(
            MistakeGrade(
                id=found.mistake_id,
                claim=f"Claim of {found.mistake_id}.",
                made=found.made,
                confidence=1.0,
                evidence=found.evidence,
                correction=corrections[found.mistake_id],
            )
            for found in mistakes
        ),
        missing=missing_points(rubric, points),
        follow_up=None,
        needs_review=bool(reasons),
        review_reasons=reasons,
        grader=GraderRef(judge="words", model="words", version="1"),
        elapsed_ms=1,
    )


def _point(name: str, answer: str) -> PointFinding:
    words = list(re.finditer(rf"\b(yes|part|not|mumble|right)-{name}\b", answer))
    if not words:
        return PointFinding(
            point_id=name, verdict=Verdict.MISSING, probabilities={Verdict.MISSING: 1.0}
        )
    last = words[-1]
    verdict = _WORDS.get(last[1], Verdict.COVERED)
    if verdict is Verdict.UNGRADED:
        return PointFinding(point_id=name, verdict=verdict)
    return PointFinding(
        point_id=name, verdict=verdict, probabilities={verdict: 1.0}, evidence=(_span(last),)
    )


def _mistake(name: str, answer: str) -> MistakeFinding:
    words = list(re.finditer(rf"\b(?:wrong|mumble)-{name}\b", answer))
    if not words:
        return MistakeFinding(mistake_id=name, made=False)
    if words[-1].group().startswith("mumble"):
        return MistakeFinding(mistake_id=name, made=None)
    return MistakeFinding(mistake_id=name, made=True, probability=1.0, evidence=(_span(words[-1]),))


def _span(match: re.Match[str]) -> Evidence:
    return Evidence(start=match.start(), end=match.end(), quote=match.group())


class Played:
    """An interview being played, with a clock that moves when told."""

    def __init__(self, plan: InterviewPlan, bank: Bank, **parts: Any) -> None:
        self.now = 1000.0
        self.grader = WordGrader()
        self.engine = InterviewEngine(bank)
        self.interviewer = Interviewer(self.engine, self.grader, lambda: self.now, **parts)
        self.events: list[Event] = []
        self.states: list[InterviewState] = []
        self.state = self.took(self.engine.begin(plan, at=self.now))

    def took(self, step: Step) -> InterviewState:
        self.events += step.events
        self.states.append(step.state)
        self.state = step.state
        return step.state

    async def speak(self, heard: str, *, corrected: str | None = None) -> InterviewState:
        """Speak an answer, one word every 0.4 seconds."""
        spoken = spoken_answer(
            evenly(heard), SpeechSettings(), max_characters=20_000, corrected=corrected
        )
        assert self.state.turn is not None
        return self.took(
            await self.interviewer.answer(
                self.state, spoken.transcript.text, turn=self.state.turn.number, spoken=spoken
            )
        )

    async def say(self, answer: str, *, seconds: float = 10.0) -> InterviewState:
        self.now += seconds
        assert self.state.turn is not None
        return self.took(
            await self.interviewer.answer(self.state, answer, turn=self.state.turn.number)
        )

    @property
    def asked(self) -> list[str]:
        """Ids of all that was asked, in order."""
        return [turn.ask.id for question in self.state.questions for turn in question.turns]

    def types(self) -> list[str]:
        return [event.type for event in self.events]


def adaptive(**policy: Any) -> dict[str, Any]:
    return {"order": QuestionOrder.ADAPTIVE, **policy}


def styles(*names: str) -> tuple[FollowUpStyle, ...]:
    return tuple(FollowUpStyle(name) for name in names)


def verdicts_of(found: Iterable[Any]) -> Mapping[str, Verdict]:
    return {each.id: each.verdict for each in found}
