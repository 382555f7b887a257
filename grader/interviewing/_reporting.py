"""Making an interview's report from where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from grader.interviewing._engine import InterviewEngine
from grader.interviewing._plan import PlannedQuestion
from grader.interviewing._pooling import MistakeStanding, PointStanding
from grader.interviewing._report import (
    GapReport,
    GroupReport,
    InterviewReport,
    MistakeReport,
    QuestionReport,
    Strength,
    StudyItem,
)
from grader.interviewing._standing import Standing, mean
from grader.interviewing._state import AskedQuestion, CloseReason, InterviewState
from grader.scoring import CREDIT, band_of
from grader.speech import delivery_of
from grader.types import Passage, Rubric, Verdict

_NO_SCORE = {
    CloseReason.OUT_OF_TIME: "The time was up before there was an answer.",
    CloseReason.ENDED: "The interview was ended before there was an answer.",
}


def make_report(
    engine: InterviewEngine, state: InterviewState, *, delivery: bool = True
) -> InterviewReport:
    """Report on an interview, finished or not.

    Args:
        engine: Holds the bank that the interview was planned with.
        state: Where it stands.
        delivery: Whether to tell how the answers were spoken, as far as it was measured.

    Raises:
        InterviewStateInvalid: A rubric is no longer in the bank as it was.
    """
    questions = tuple(
        _question(number, question, engine.rubric(question.planned.rubric), state, engine)
        for number, question in enumerate(state.questions, start=1)
    )
    # Nobody can be blamed for what there was no time to say.
    counted = [question for question in questions if question.answered]
    unprompted = mean(question.unprompted for question in counted)
    prompted = mean(question.prompted for question in counted)
    spoken = [t.spoken for q in state.questions for t in q.turns if t.spoken is not None]
    return InterviewReport(
        title=state.plan.title,
        script=state.plan.script,
        level=state.plan.level,
        finished=state.finished,
        minutes=state.plan.minutes,
        seconds=state.elapsed,
        unprompted=unprompted,
        prompted=prompted,
        band=None if prompted is None else band_of(prompted),
        caveats=tuple(_caveats(questions)),
        topics=_groups(counted, lambda question: question.topic),
        levels=_groups(counted, lambda question: question.level),
        questions=questions,
        study=tuple(_study(questions)),
        not_asked=tuple(_not_asked(state)),
        needs_review=any(question.review_reasons for question in questions),
        delivery=delivery_of(spoken) if delivery else None,
    )


def _question(
    number: int,
    question: AskedQuestion,
    rubric: Rubric,
    state: InterviewState,
    engine: InterviewEngine,
) -> QuestionReport:
    found = engine.standing(state, question)
    last = question.closed_at if question.closed_at is not None else state.elapsed
    helping = state.plan.policy.help
    passages = _passages(question)
    claims = {point.id: point for point in rubric.points}
    not_judged = tuple(_not_judged(question, found))
    gaps = [
        GapReport(
            point=point.id,
            claim=claims[point.id].claim,
            weight=claims[point.id].weight,
            verdict=point.verdict,
            passage=passages.get(point.id),
            quotes=point.evidence,
        )
        for point in found.points
        if point.verdict not in (Verdict.COVERED, Verdict.UNGRADED)
    ]
    return QuestionReport(
        number=number,
        rubric_id=rubric.id,
        question=rubric.question,
        topic=question.planned.topic,
        level=rubric.level,
        reason=question.closed,
        seconds=round(last - question.turns[0].asked_at, 1),
        answered=found.is_graded,
        unprompted=found.unprompted.value,
        prompted=found.prompted.value,
        band=found.prompted.band,
        interval=found.prompted.interval,
        follow_ups=len(question.asks),
        hints=sum(ask.style in helping for ask in question.asks),
        strengths=tuple(
            _strength(point, claims[point.id].claim)
            for point in sorted(found.points, key=lambda p: -claims[p.id].weight)
            if CREDIT.get(point.verdict, 0) > 0
        ),
        gaps=tuple(sorted(gaps, key=lambda gap: -gap.weight * (1 - CREDIT[gap.verdict]))),
        mistakes=tuple(_mistakes(found.mistakes, rubric)),
        not_judged=not_judged,
        review_reasons=tuple(_review_reasons(question, found, not_judged)),
    )


def _strength(point: PointStanding, claim: str) -> Strength:
    return Strength(
        point=point.id,
        claim=claim,
        verdict=point.verdict,
        prompted=point.is_prompted,
        quotes=point.evidence,
    )


def _mistakes(standings: Iterable[MistakeStanding], rubric: Rubric) -> Iterable[MistakeReport]:
    texts = {mistake.id: mistake for mistake in rubric.mistakes}
    for each in standings:
        if each.made is not None:
            yield MistakeReport(
                mistake=each.id,
                claim=texts[each.id].claim,
                correction=texts[each.id].correction,
                corrected=each.corrected is not None,
                prompted=each.with_help,
                quotes=each.evidence,
                correction_quotes=each.correction_evidence,
            )


def _passages(question: AskedQuestion) -> dict[str, Passage]:
    found: dict[str, Passage] = {}
    for turn in question.turns:
        for point in turn.grade.points if turn.grade else ():
            if point.passage is not None:
                found[point.id] = point.passage
    return found


def _not_judged(question: AskedQuestion, found: Standing) -> Iterable[str]:
    if not found.is_graded:
        yield _NO_SCORE.get(question.closed or CloseReason.ENDED, "Not answered yet.")
    elif found.ungraded:
        last = next(turn.grade for turn in reversed(question.turns) if turn.grade)
        yield f"It could not be judged: {', '.join(found.ungraded)}."
        yield from (reason for reason in last.review_reasons if "could not" in reason)


def _review_reasons(
    question: AskedQuestion, found: Standing, not_judged: Sequence[str]
) -> Iterable[str]:
    yield from not_judged
    grades = [turn.grade for turn in question.turns if turn.grade]
    if grades:
        # The last grade is of all that was said; what an earlier one was unsure of is settled in it.
        yield from (r for r in grades[-1].review_reasons if r not in not_judged)
    for point in found.points:
        if point.unsaid is not None:
            yield f"'{point.id}' was said in turn {point.unsaid} and contradicted later."
    for mistake in found.mistakes:
        if mistake.made is not None and mistake.corrected is not None:
            yield f"The mistake '{mistake.id}' was made in turn {mistake.made} and taken back later."


def _caveats(questions: Sequence[QuestionReport]) -> Iterable[str]:
    for question in questions:
        if question.prompted is None:
            reasons = " ".join(question.not_judged) or "It has no score."
            yield f"Question {question.number}: {reasons}"
    if not questions:
        yield "No question was asked."


def _groups(
    questions: Sequence[QuestionReport], key: Callable[[QuestionReport], str]
) -> tuple[GroupReport, ...]:
    names = dict.fromkeys(key(question) for question in questions)
    grouped = {name: [q for q in questions if key(q) == name] for name in names}
    return tuple(
        GroupReport(
            name=name,
            questions=len(members),
            unprompted=mean(member.unprompted for member in members),
            prompted=mean(member.prompted for member in members),
        )
        for name, members in grouped.items()
    )


def _study(questions: Sequence[QuestionReport]) -> list[StudyItem]:
    items = [
        StudyItem(
            topic=question.topic,
            question=question.question,
            source=next((gap.passage.source for gap in question.gaps if gap.passage), None),
            weight_missed=sum(gap.weight * (1 - CREDIT[gap.verdict]) for gap in question.gaps),
        )
        for question in questions
        if question.gaps
    ]
    return sorted(items, key=lambda item: -item.weight_missed)


def _not_asked(state: InterviewState) -> Iterable[str]:
    """Name what a script had and there was no time for; a pool to choose from has no such rest."""
    if not state.plan.script:
        return
    asked = {question.planned.rubric.id for question in state.questions}
    left: list[PlannedQuestion] = [q for q in state.plan.questions if q.rubric.id not in asked]
    yield from (f"{question.rubric.id} ({question.topic})" for question in left)
