"""Rubrics: what the answers to a question are judged by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator

from grader.frozen import Frozen
from grader.references import reference_problems
from grader.types._verdict import Verdict

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
# Semantic Versioning 2.0.0, less build metadata, which does not tell versions apart.
SemVer = Annotated[
    str,
    StringConstraints(
        pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
        r"(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
        r"(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?$",
        max_length=80,
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
OptionalText = Annotated[str, StringConstraints(strip_whitespace=True)]

# Within these bounds no sum of weights overflows and no share of one vanishes.
Weight = Annotated[float, Field(ge=0.001, le=1000, strict=True)]


class Kind(StrEnum):
    """What sort of question it is."""

    TECHNICAL = "technical"
    SYSTEM_DESIGN = "system_design"
    INCIDENT = "incident"
    CODING_DISCUSSION = "coding_discussion"
    BEHAVIOURAL = "behavioural"
    MULTIPLE_CHOICE = "multiple_choice"


class Level(StrEnum):
    """The seniority a question is meant for."""

    INTERN = "intern"
    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    STAFF = "staff"


class Status(StrEnum):
    """Where a rubric version stands; a published version never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Severity(StrEnum):
    """How much a mistake matters to a person reading the grade."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class FollowUpStyle(StrEnum):
    """How much a follow-up helps: a pump asks for more, a hint nudges, a prompt asks for one fact."""

    PUMP = "pump"
    HINT = "hint"
    PROMPT = "prompt"
    PROBE = "probe"


class Point(Frozen):
    """One self-contained claim that a good answer makes.

    Attributes:
        weight: Share of the score, 0.001 to 1000.
        required: While the point is not covered, the top band is out of reach.
        accept: Other phrasings that make the point.
        reject: Phrasings that contradict it.
    """

    id: Slug
    claim: Text
    weight: Weight
    required: StrictBool = False
    accept: tuple[Text, ...] = ()
    reject: tuple[Text, ...] = ()


class Mistake(Frozen):
    """One wrong belief, phrased as the candidate would hold it.

    Attributes:
        penalty: Subtracted from the weighted sum when made, 0.001 to 1000.
        correction: What is true instead.
    """

    id: Slug
    claim: Text
    penalty: Weight
    severity: Severity = Severity.MAJOR
    correction: OptionalText = ""


class FollowUp(Frozen):
    """A question to ask next, tied to the points or mistakes it targets."""

    id: Slug
    ask: Text
    targets: Annotated[tuple[Slug, ...], Field(min_length=1)]
    style: FollowUpStyle = FollowUpStyle.PROBE


class Option(Frozen):
    """One choice of a multiple-choice question."""

    id: Slug
    text: Text
    correct: StrictBool
    explanation: OptionalText = ""


class WorkedExample(Frozen):
    """An answer with the verdicts a person gave it."""

    answer: Text
    points: Mapping[str, Verdict] = Field(default_factory=dict)
    mistakes: Mapping[str, StrictBool] = Field(default_factory=dict)
    rater: OptionalText = ""


class Rubric(Frozen):
    """One immutable version of how a question's answers are judged.

    Attributes:
        reference: Where the reference answer came from, under `corpus/`; None if inline.
        reference_answer: The reference answer's text; the source of the points.
        vocabulary: Terms that speech recognition must know.
        options: Multiple choice only.
    """

    id: Slug
    version: SemVer
    status: Status = Status.DRAFT
    question: Text
    kind: Kind = Kind.TECHNICAL
    level: Level = Level.MID
    topics: tuple[Slug, ...] = ()
    reference: OptionalText | None = None
    reference_answer: OptionalText = ""
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    mistakes: tuple[Mistake, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    vocabulary: tuple[Text, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[WorkedExample, ...] = ()

    @model_validator(mode="after")
    def _check_references(self) -> Self:
        problems = list(reference_problems(self.model_dump(mode="json")))
        if problems:
            raise ValueError("; ".join(str(problem) for problem in problems))
        return self

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole content, status aside; identifies this version in every grade."""
        return _sha256(self.model_dump(mode="json", exclude={"status"}, exclude_defaults=True))

    @cached_property
    def structure_sha256(self) -> str:
        """Hash of ids and weights alone; equal hashes mean scores are comparable."""
        weights = {point.id: point.weight for point in self.points}
        penalties = {mistake.id: mistake.penalty for mistake in self.mistakes}
        return _sha256({"points": weights, "mistakes": penalties})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy with changes; the copy has hashes of its own."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("sha256", "structure_sha256"):
            copied.__dict__.pop(name, None)
        return copied

    @property
    def claims(self) -> dict[str, str]:
        """What each point and each mistake says, by its id."""
        points = {point.id: point.claim for point in self.points}
        return points | {mistake.id: mistake.claim for mistake in self.mistakes}

    @property
    def total_weight(self) -> float:
        """Sum of the points' weights."""
        return sum(point.weight for point in self.points)


def _sha256(document: Mapping[str, Any]) -> str:
    # Keys sorted, no spaces, defaults left out by the caller: neither the order of keys in a file
    # nor a field added to the format later changes the hash of what was published.
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
