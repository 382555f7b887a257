"""Follow-ups that are missing, never asked, or say what they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from grader.bank.lint._findings import Code, Finding, warn
from grader.bank.lint._text import stems
from grader.follow_up import choose_follow_up
from grader.types import FollowUp, MistakeFinding, PointFinding, Rubric, Verdict

_HEAVIEST = 3

# A follow-up gives its answer away if it holds this share of the words that the answer adds to the
# question, and so many of them. In the bank no follow-up holds more than 0.63.
_REVEALED = 0.7
_FEWEST_WORDS = 3


def check_missing(rubric: Rubric) -> Iterator[Finding]:
    """Find heavy points and mistakes that no follow-up targets."""
    targeted = {target for follow_up in rubric.follow_ups for target in follow_up.targets}
    ranked = sorted(enumerate(rubric.points), key=lambda pair: -pair[1].weight)
    for position, point in ranked[:_HEAVIEST]:
        if point.id not in targeted:
            message = f"no follow-up targets '{point.id}', one of the heaviest points; add one"
            yield warn(Code.MISSING_FOLLOW_UP, f"points[{position}]", message)
    for position, mistake in enumerate(rubric.mistakes):
        if mistake.id not in targeted:
            message = f"no follow-up targets the mistake '{mistake.id}'; add one"
            yield warn(Code.MISSING_FOLLOW_UP, f"mistakes[{position}]", message)


def check_reachable(rubric: Rubric) -> Iterator[Finding]:
    """Find follow-ups that are asked only after others were, whatever the answer lacks.

    One in another style than those before it is a step of its own: a pump to start over, a hint,
    then a prompt for the one fact. Only follow-ups of the same style compete here.
    """
    for position, follow_up in enumerate(rubric.follow_ups):
        rivals = [other for other in rubric.follow_ups if other.style is follow_up.style]
        taken = {target: _chosen(rubric, rivals, target) for target in follow_up.targets}
        if follow_up.id in taken.values():
            continue
        others = ", ".join(f"'{winner}' for {target}" for target, winner in taken.items())
        message = (
            f"'{follow_up.id}' is never the first choice: {others} comes before it; name what it "
            "is about first among its targets, or give it another target"
        )
        yield warn(Code.UNREACHABLE_FOLLOW_UP, f"follow_ups[{position}].targets", message)


def _chosen(rubric: Rubric, follow_ups: list[FollowUp], gap: str) -> str:
    """Return which of some follow-ups is asked of an answer that has just this gap."""
    chosen = choose_follow_up(
        rubric.model_copy(update={"follow_ups": tuple(follow_ups)}),
        [
            PointFinding(
                point_id=point.id,
                verdict=Verdict.MISSING if point.id == gap else Verdict.COVERED,
            )
            for point in rubric.points
        ],
        [MistakeFinding(mistake_id=m.id, made=m.id == gap) for m in rubric.mistakes],
    )
    return chosen.id if chosen else ""


def check_revealing(rubric: Rubric) -> Iterator[Finding]:
    """Find follow-ups that hold the words of what they ask for."""
    answers = {point.id: (point.claim, *point.accept) for point in rubric.points}
    answers |= {mistake.id: (mistake.correction,) for mistake in rubric.mistakes}
    asked_before = stems(rubric.question)
    for position, follow_up in enumerate(rubric.follow_ups):
        said = stems(follow_up.ask)
        for target in follow_up.targets:
            new = [stems(answer) - asked_before for answer in answers[target]]
            shares = [
                len(words & said) / len(words) for words in new if len(words) >= _FEWEST_WORDS
            ]
            if max(shares, default=0.0) >= _REVEALED:
                message = (
                    f"'{follow_up.id}' says what it asks for: it holds the words of '{target}'; "
                    "ask for it without naming it"
                )
                yield warn(Code.REVEALING_FOLLOW_UP, f"follow_ups[{position}].ask", message)
                break
