"""What a candidate is told of a grade: in plain words, and without what they are still to learn.

Only what the candidate's own answer reached is spelled out. Key points that it did not reach, wholly
or in part, are counted and not named, unless the tenant allows it; neither is anything shown that
comes close to naming one, such as the correction of a mistake that is a key point in other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from api.reviews._case import Case, latest_resolving
from grader.answers import matchable
from grader.types import Band, Evidence, Frozen, Grade, MistakeGrade, PointGrade, Rubric, Verdict
from grader.words import content_words, stem

# Of the words of a hidden point that neither the question nor the answer has, another text may hold
# so many, and half of them.
_MOST_SHARED = 2

_BANDS = {
    Band.EXCEEDS: "it has all, or nearly all, that was asked for",
    Band.MEETS: "it has what was asked for",
    Band.PARTLY_MEETS: "it has part of what was asked for",
    Band.DOES_NOT_MEET: "it has little of what was asked for",
}


class ExplainedPoint(Frozen):
    """A key point, or the words about one that is not named.

    Attributes:
        claim: The point; null where it may not be shown.
        quotes: The candidate's words, verbatim.
    """

    claim: str | None
    quotes: tuple[str, ...]


class ExplainedMistake(Frozen):
    """A mistake that the answer makes.

    Attributes:
        claim: The mistaken belief; null where it may not be shown.
        quotes: The candidate's words, verbatim.
        correction: What is true instead; null where it may not be shown, or nobody wrote it down.
    """

    claim: str | None
    quotes: tuple[str, ...]
    correction: str | None


class Explanation(Frozen):
    """A grade as a candidate is told of it.

    Attributes:
        reviewed: Whether a person has confirmed or corrected it.
        score: 0 to 100; null where it is withheld.
        reached: Key points that the answer makes.
        partly: What the answer says that goes part of the way to a key point.
        against: What the answer says that speaks against a key point.
        mistakes: Mistakes that it makes.
        unreached: How many key points it does not reach, or only in part.
        undecided: How many points and mistakes nobody could judge.
        missing: The key points that it does not reach; null unless the tenant shows them.
        text: All of this in a few plain sentences.
    """

    grade_id: str
    question: str
    reviewed: bool
    score: float | None
    band: Band | None
    reached: tuple[ExplainedPoint, ...]
    partly: tuple[ExplainedPoint, ...]
    against: tuple[ExplainedPoint, ...]
    mistakes: tuple[ExplainedMistake, ...]
    unreached: int
    undecided: int
    missing: tuple[str, ...] | None
    text: str

    @classmethod
    def of(cls, case: Case, *, reveal_missing: bool) -> Self:
        """Explain the outcome of a grade.

        Args:
            case: The grade.
            reveal_missing: Whether key points that were not reached may be named.
        """
        grade, rubric = case.current, case.rubric
        hidden = _Hidden(rubric, grade, case.submission.answer, nothing=reveal_missing)
        by_verdict = {
            verdict: [point for point in grade.points if point.verdict is verdict]
            for verdict in Verdict
        }
        partly, against = by_verdict[Verdict.PARTIAL], by_verdict[Verdict.CONTRADICTED]
        gaps = [*partly, *against, *by_verdict[Verdict.MISSING]]
        made = [mistake for mistake in grade.mistakes if mistake.made]
        open_mistakes = sum(mistake.made is None for mistake in grade.mistakes)
        told = cls(
            grade_id=case.row.id,
            question=rubric.question,
            reviewed=latest_resolving(case.reviews) is not None,
            score=grade.score,
            band=grade.band,
            reached=tuple(
                ExplainedPoint(claim=hidden.unless_quoted(p.claim), quotes=_quotes(p.evidence))
                for p in by_verdict[Verdict.COVERED]
            ),
            partly=_without_claims(partly, reveal_missing=reveal_missing),
            against=_without_claims(against, reveal_missing=reveal_missing),
            mistakes=tuple(_mistake(mistake, hidden) for mistake in made),
            unreached=len(gaps),
            undecided=len(by_verdict[Verdict.UNGRADED]) + open_mistakes,
            missing=tuple(point.claim for point in gaps) if reveal_missing else None,
            text="",
        )
        return told.model_copy(update={"text": "\n".join(_sentences(told, len(grade.points)))})


class _Hidden:
    """What must not be told, and whether a text tells it."""

    def __init__(self, rubric: Rubric, grade: Grade, answer: str, *, nothing: bool) -> None:
        kept = set() if nothing else {p.id for p in grade.points if p.verdict != Verdict.COVERED}
        points = [point for point in rubric.points if point.id in kept]
        claims = [text for point in points for text in (point.claim, *point.accept)]
        passages = [p.passage.text for p in grade.points if p.id in kept and p.passage]
        self._texts = [plain for text in (*claims, *passages) if (plain := _plain(text))]
        free = _stems(rubric.question) | _stems(answer)
        self._claims = [_stems(claim) - free for claim in claims]

    def unless_quoted(self, text: str) -> str | None:
        """Return a text, unless it holds a hidden one word for word, or is part of one."""
        plain = _plain(text)
        return None if any(plain in each or each in plain for each in self._texts) else text

    def unless_close(self, text: str) -> str | None:
        """Return a text, unless it says much of what a hidden claim says."""
        stems = _stems(text)
        for claim in self._claims:
            shared = len(stems & claim)
            if shared > min(_MOST_SHARED, len(claim) / 2):
                return None
        return self.unless_quoted(text)


def _mistake(mistake: MistakeGrade, hidden: _Hidden) -> ExplainedMistake:
    correction = mistake.correction
    return ExplainedMistake(
        claim=hidden.unless_close(mistake.claim),
        quotes=_quotes(mistake.evidence),
        correction=hidden.unless_close(correction) if correction else None,
    )


def _without_claims(
    points: Sequence[PointGrade], *, reveal_missing: bool
) -> tuple[ExplainedPoint, ...]:
    told = [
        ExplainedPoint(claim=p.claim if reveal_missing else None, quotes=_quotes(p.evidence))
        for p in points
        if p.evidence or reveal_missing
    ]
    # Without their claims, two points about the same words look the same.
    return tuple(point for n, point in enumerate(told) if point not in told[:n])


def _sentences(told: Explanation, points: int) -> Iterable[str]:
    yield f"You were asked: {told.question}"
    if told.score is None or told.band is None:
        yield (
            "Your answer has no score: not all of it could be judged. That does not count against "
            "you."
        )
    else:
        yield f"Your answer has {told.score:g} of 100 points: {_BANDS[told.band]}."
    if told.reviewed:
        yield "A person has looked at it."
    yield f"It reaches {len(told.reached)} of {points} key {'point' if points == 1 else 'points'}."
    yield from (f"- {_said(point.claim, point.quotes)}" for point in told.reached)
    if told.partly:
        yield "This goes part of the way to a key point:"
        yield from (f"- {_said(point.claim, point.quotes)}" for point in told.partly)
    if told.against:
        yield "This does not hold:"
        yield from (f"- {_said(point.claim, point.quotes)}" for point in told.against)
    if told.mistakes:
        yield "These are mistakes:"
        for mistake in told.mistakes:
            right = f" In fact: {mistake.correction}" if mistake.correction else ""
            yield f"- {_said(mistake.claim, mistake.quotes)}{right}"
    if told.missing:
        yield "A full answer also says:"
        yield from (f"- {claim}" for claim in told.missing)
    if told.undecided:
        yield f"{told.undecided} of the things looked for could not be judged."


def _said(claim: str | None, quotes: Sequence[str]) -> str:
    said = " and ".join(f"“{quote.strip(' .')}”" for quote in quotes)
    if claim is None:
        return f"You said: {said}." if said else "One that your answer makes in its own way."
    return f"{claim} You said: {said}." if said else claim


def _quotes(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.quote for span in evidence))


def _plain(text: str) -> str:
    return " ".join(matchable(text).casefold().split()).strip(" .!?")


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(matchable(text)))
