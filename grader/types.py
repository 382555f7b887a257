"""The domain: rubrics, what a judge finds, and the grade made from it.

Everything here is frozen and speaks the words of the design: a *point* is a claim a good answer
makes, a *mistake* is a wrong belief, a *verdict* is what a judge says of one point, *evidence* is a
verbatim span of the answer. Offsets count Unicode code points.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from grader.references import reference_problems

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
Probability = Annotated[float, Field(ge=0, le=1)]

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


class Verdict(StrEnum):
    """What a judge says of one point; `ungraded` when it could not say."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    UNGRADED = "ungraded"


class Band(StrEnum):
    """The score in words, as hiring rubrics put it."""

    DOES_NOT_MEET = "does_not_meet"
    PARTLY_MEETS = "partly_meets"
    MEETS = "meets"
    EXCEEDS = "exceeds"


class Frozen(BaseModel):
    """Base of the domain types: immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
    def total_weight(self) -> float:
        """Sum of the points' weights."""
        return sum(point.weight for point in self.points)


def _sha256(document: Mapping[str, Any]) -> str:
    # Keys sorted, no spaces, defaults left out by the caller: neither the order of keys in a file
    # nor a field added to the format later changes the hash of what was published.
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class Evidence(Frozen):
    """A verbatim span of the answer: `answer[start:end] == quote`."""

    start: Annotated[int, Field(ge=0)]
    end: int
    quote: str


class Repair(Frozen):
    """A stretch of a transcript that is probably a term which was mis-heard; a suggestion.

    Attributes:
        start: First code point in the answer's text.
        end: One past the last.
        heard: The words there, verbatim.
        term: What was probably said, as the vocabulary spells it.
        likeness: How alike the two sound, 0 to 1.
    """

    start: int
    end: int
    heard: str
    term: str
    likeness: Probability


class PointFinding(Frozen):
    """What a judge says of one point.

    Attributes:
        probabilities: Probability of each verdict it weighed; empty when ungraded.
        why: A short reason, made from facts.
        judge: Which judge decided, where several take part; empty for the one that was asked.
    """

    point_id: str
    verdict: Verdict
    probabilities: Mapping[Verdict, Probability] = Field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    judge: str = ""

    @property
    def confidence(self) -> float:
        """Probability of the verdict given; 0 when ungraded."""
        return self.probabilities.get(self.verdict, 0.0)


class MistakeFinding(Frozen):
    """What a judge says of one mistake.

    Attributes:
        made: None when the judge could not say.
        probability: Probability that the answer makes the mistake.
        judge: Which judge decided, where several take part; empty for the one that was asked.
    """

    mistake_id: str
    made: bool | None
    probability: Probability = 0.0
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    judge: str = ""

    @property
    def confidence(self) -> float:
        """Probability of what was said; 0 when nothing was said."""
        if self.made is None:
            return 0.0
        return self.probability if self.made else 1 - self.probability


class Usage(Frozen):
    """What the LLM calls behind a grade cost.

    Attributes:
        llm_calls: Replies that a model gave; requests that failed are not counted.
        input_tokens: As the endpoint reports them, else estimated from the text.
        output_tokens: Likewise.
    """

    llm_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return the sum, field by field."""
        return Usage(
            llm_calls=self.llm_calls + other.llm_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


class Judgement(Frozen):
    """Everything a judge says of one answer under one rubric.

    Attributes:
        flags: Facts about how it was judged that belong on the grade.
        notes: What a person must know who relies on it; each makes the grade need a review.
    """

    points: tuple[PointFinding, ...]
    mistakes: tuple[MistakeFinding, ...] = ()
    usage: Usage = Usage()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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
        passage: The part of the reference answer to read; None for a covered point.
        judge: Which judge decided this point.
    """

    id: str
    claim: str
    weight: float
    verdict: Verdict
    confidence: Probability
    evidence: tuple[Evidence, ...] = ()
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
    evidence: tuple[Evidence, ...] = ()
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
