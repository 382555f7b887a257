"""What a person said of an answer: labels, who gave them, and what they are labels of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StrictBool, StringConstraints, model_validator

from grader.types import Evidence, Frozen, Verdict

# A rater of this name is where differences between the others were settled.
SETTLED = "settled"

Name = Annotated[str, StringConstraints(min_length=1)]
Percent = Annotated[float, Field(ge=0, le=100)]


class PointLabel(Frozen):
    """A rater's verdict on one point, with the words that support it.

    In a file the verdict may stand alone, without evidence. `ungraded` says that the rater could
    not tell; such a point counts as not labelled.
    """

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_verdict(cls, given: Any) -> Any:
        return {"verdict": given} if isinstance(given, str) else given


class MistakeLabel(Frozen):
    """Whether a rater found that the answer makes a mistake, with the words.

    In a file true or false may stand alone.
    """

    made: StrictBool
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_bool(cls, given: Any) -> Any:
        return {"made": given} if isinstance(given, bool) else given


class Rating(Frozen):
    """What one rater said of one answer.

    Attributes:
        score: The rater's overall score, 0 to 100, where one was given.
    """

    rater: str
    points: Mapping[str, PointLabel] = Field(default_factory=dict)
    mistakes: Mapping[str, MistakeLabel] = Field(default_factory=dict)
    score: Percent | None = None


class LabelledAnswer(Frozen):
    """One answer with one rater's labels; a line of a data set.

    Attributes:
        id: Names the answer; further raters' lines repeat it.
        points: Labels by point id; points left out are not labelled.
        mistakes: Likewise.
        tags: Names and values to slice results by, such as `style` and `channel`.
        score: The rater's overall score, 0 to 100, where one was given.
    """

    id: Name
    rubric_id: Name
    rubric_version: Name
    answer: Name
    points: Mapping[str, PointLabel]
    mistakes: Mapping[str, MistakeLabel] = Field(default_factory=dict)
    rater: str = ""
    tags: Mapping[str, str] = Field(default_factory=dict)
    score: Percent | None = None

    @model_validator(mode="after")
    def _check_evidence(self) -> LabelledAnswer:
        spans = {owner: label.evidence for owner, label in self.points.items()}
        for owner, evidence in (
            spans | {owner: label.evidence for owner, label in self.mistakes.items()}
        ).items():
            for span in evidence:
                if self.answer[span.start : span.end] != span.quote:
                    found = self.answer[span.start : span.end]
                    raise ValueError(
                        f"the evidence for '{owner}' quotes {_short(span.quote)}, but the answer "
                        f"has {_short(found)} at {span.start} to {span.end}"
                    )
        return self

    @property
    def rating(self) -> Rating:
        """The labels, apart from what they are labels of."""
        return Rating(
            rater=self.rater, points=self.points, mistakes=self.mistakes, score=self.score
        )


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """One answer with all that its raters said.

    Attributes:
        answer: The answer with its reference labels: the settled ones, else what most raters said.
        ratings: Every rater's own labels, the settled ones not among them.
        file: Where the answer stands.
        line: 1-based line in that file.
    """

    answer: LabelledAnswer
    ratings: tuple[Rating, ...]
    file: str
    line: int


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
