"""What reviewers and platforms send."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Discriminator, Field, StrictBool, StringConstraints, Tag, model_validator

from api.fields import Label, Prose
from api.records import ReviewKind
from grader.types import Frozen, Verdict

_Quote = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
_Quotes = Annotated[tuple[_Quote, ...], Field(max_length=20)]
_Why = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class PointReview(Frozen):
    """A reviewer's verdict on one point.

    Attributes:
        verdict: `ungraded` where the person cannot tell either; the score is then withheld.
        quotes: Words of the answer that it rests on, verbatim.
        why: A short reason.
    """

    verdict: Verdict
    quotes: _Quotes = ()
    why: _Why = ""


class MistakeReview(Frozen):
    """Whether the answer makes a mistake; `made` is null where the person cannot tell either."""

    made: StrictBool | None
    quotes: _Quotes = ()


def _form(said: object) -> str:
    return "review" if isinstance(said, dict | PointReview | MistakeReview) else "verdict"


# Told apart by their form, so that what is wrong with one is not reported as wrong with the other.
_PointSaid = Annotated[
    Annotated[Verdict, Tag("verdict")] | Annotated[PointReview, Tag("review")],
    Discriminator(_form),
]
_MistakeSaid = Annotated[
    Annotated[StrictBool, Tag("verdict")] | Annotated[MistakeReview, Tag("review")],
    Discriminator(_form),
]


class Corrections(Frozen):
    """What a reviewer changes or confirms. A bare verdict, or true or false, may stand alone.

    Attributes:
        points: By point id.
        mistakes: By mistake id.
    """

    points: dict[str, _PointSaid] = Field(default_factory=dict, max_length=500)
    mistakes: dict[str, _MistakeSaid] = Field(default_factory=dict, max_length=500)

    @property
    def said_of_points(self) -> dict[str, PointReview]:
        """The verdicts, in full."""
        return {
            name: said if isinstance(said, PointReview) else PointReview(verdict=said)
            for name, said in self.points.items()
        }

    @property
    def said_of_mistakes(self) -> dict[str, MistakeReview]:
        """What is said of mistakes, in full."""
        return {
            name: said if isinstance(said, MistakeReview) else MistakeReview(made=said)
            for name, said in self.mistakes.items()
        }


class ReviewRequest(Corrections):
    """A person's verdicts on a grade. The score is not among them: code makes it from the verdicts.

    Attributes:
        reviewer: Your name for the person.
        kind: What the person has seen: `open` the grade, `blind` neither the judge's verdicts nor
            another review, `settling` the two reviews that differ. A blind review says something
            of every point and mistake, a settling one of every difference; in an open one, what is
            left out is confirmed.
        reason: Why, in a sentence or two.
        second_review: Ask for a blind review by another person before this one counts.
        based_on: `based_on` of the task that the person looked at. The review is refused if another
            has changed the outcome since.
    """

    reviewer: Label
    kind: ReviewKind = ReviewKind.OPEN
    reason: Prose
    second_review: bool = False
    based_on: Label | None = None

    @model_validator(mode="after")
    def _check_second(self) -> Self:
        if self.second_review and self.kind is not ReviewKind.OPEN:
            raise ValueError("only an open review can ask for a second one")
        return self


class ClaimRequest(Frozen):
    """Who takes a grade to review it, and for how long.

    Attributes:
        reviewer: Your name for the person.
        minutes: Nobody else is given the grade until they are over. Claim again to prolong.
    """

    reviewer: Label
    minutes: Annotated[int, Field(ge=1, le=480)] = 30


class NextClaimRequest(ClaimRequest):
    """Which grade to take: the oldest that waits, nobody has, and the person may review.

    Attributes:
        kind: Only for this kind of review.
        rubric_id: Only under this rubric.
    """

    kind: ReviewKind | None = None
    rubric_id: Label | None = None


class AppealRequest(Frozen):
    """A candidate's objection to a grade, sent on their behalf.

    Attributes:
        statement: The candidate's own words.
    """

    statement: Prose


class ResolutionRequest(Corrections):
    """A person's decision on an appeal, which makes a review.

    Attributes:
        reviewer: Your name for the person.
        upheld: Whether the grade is corrected; then `points` or `mistakes` say how. Otherwise both
            are empty, and the review confirms the grade.
        response: What the candidate is told.
    """

    reviewer: Label
    upheld: StrictBool
    response: Prose
