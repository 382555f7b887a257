"""What a judge finds in one answer."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from grader.frozen import Frozen, Probability
from grader.types._evidence import Evidence
from grader.types._verdict import Verdict


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
