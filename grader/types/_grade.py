"""Grades: what code makes of a judgement."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from grader.frozen import Frozen, Probability
from grader.spoken import Spoken
from grader.types._evidence import AnyEvidence, Repair
from grader.types._judgement import Usage
from grader.types._verdict import Verdict


class Band(StrEnum):
    """The score in words, as hiring rubrics put it."""

    DOES_NOT_MEET = "does_not_meet"
    PARTLY_MEETS = "partly_meets"
    MEETS = "meets"
    EXCEEDS = "exceeds"


class RubricRef(Frozen):
    """The rubric version a grade was made under."""

    id: str
    version: str
    sha256: str
    structure_sha256: str


class Passage(Frozen):
    """A passage of the reference answer, shown to explain a point not covered."""

    source: str
    text: str


class PointGrade(Frozen):
    """One point of a grade.

    Attributes:
        probabilities: Of each verdict the judge weighed; empty when ungraded.
        passage: The part of the reference answer to read; None for a covered point.
        judge: Which judge decided this point.
    """

    id: str
    claim: str
    weight: float
    verdict: Verdict
    confidence: Probability
    probabilities: Mapping[Verdict, Probability] = Field(default_factory=dict)
    evidence: tuple[AnyEvidence, ...] = ()
    why: str = ""
    passage: Passage | None = None
    judge: str | None = None


class MistakeGrade(Frozen):
    """One mistake of a grade; `made` is None when it could not be judged.

    Attributes:
        judge: Which judge decided this mistake.
    """

    id: str
    claim: str
    made: bool | None
    confidence: Probability
    evidence: tuple[AnyEvidence, ...] = ()
    correction: str = ""
    judge: str | None = None


class NextQuestion(Frozen):
    """The follow-up to ask.

    Attributes:
        targets: Points and mistakes it is about, the gap first; empty for a question from the bank.
        gap: The point or mistake it was chosen for; None when nothing is left to ask about.
        source: `rubric` for one of the rubric's follow-ups, `bank` for a question on a related topic.
    """

    id: str
    ask: str
    targets: tuple[str, ...] = ()
    source: str = "rubric"
    gap: str | None = None


class GraderRef(Frozen):
    """What produced a grade, so that it can be explained and reproduced."""

    judge: str
    model: str
    prompt_sha256: str | None = None
    version: str


class Grade(Frozen):
    """The whole result for one answer under one rubric version.

    Attributes:
        score: 0 to 100; None when withheld because a point or a mistake is ungraded.
        score_interval: Where the score lies with 90 % probability, from the verdicts' probabilities.
        missing: Ids of points neither covered nor partly covered, heaviest first.
        flags: Facts about the answer that a reader of the grade should know.
        repairs: Mis-heard terms that were read as what was probably said.
        spoken: Of a spoken answer only: how it was heard and delivered; left out otherwise.
        elapsed_ms: Wall-clock milliseconds from receiving the answer to this grade.
    """

    id: str
    rubric: RubricRef
    score: Annotated[float, Field(ge=0, le=100)] | None
    score_interval: tuple[float, float] | None
    band: Band | None
    points: tuple[PointGrade, ...]
    mistakes: tuple[MistakeGrade, ...]
    missing: tuple[str, ...]
    follow_up: NextQuestion | None
    flags: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    needs_review: bool = False
    review_reasons: tuple[str, ...] = ()
    grader: GraderRef
    usage: Usage = Usage()
    elapsed_ms: int
    spoken: Annotated[Spoken | None, Field(exclude_if=lambda spoken: spoken is None)] = None
