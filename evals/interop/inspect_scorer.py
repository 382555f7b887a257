"""Inspect (UK AI Security Institute): a scorer that grades outputs against rubrics.

Needs the package `inspect-ai`. See https://inspect.aisi.org.uk/scorers.html.
"""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

from inspect_ai.scorer import (
    Metric,
    SampleScore,
    Score,
    Scorer,
    Target,
    mean,
    metric,
    scorer,
    stderr,
)
from inspect_ai.solver import TaskState

from evals.interop._grading import explain, rubric_name, shared_grader
from grader.errors import AnswerInvalid, JudgeUnavailable
from grader.types import Grade


@metric(name="mean")
def mean_of_graded() -> Metric:
    """Average the scores there are; NaN, where Inspect's own mean says 0, if there are none."""
    of_scores = mean()

    def compute(scores: list[SampleScore]) -> float:
        return of_scores(scores) if scores else math.nan  # type: ignore[arg-type, return-value]

    return compute


@scorer(metrics=[mean_of_graded(), stderr()])
def rubric_scorer(
    rubric: str | None = None,
    *,
    metadata_key: str = "rubric",
    rubrics: str | None = None,
    judge: str | None = None,
) -> Scorer:
    """Grade each sample's output; the value is the score, 0 to 1.

    An output that could not be graded is unscored, never zero: metrics leave it out, and its reason
    says whether the output (`no_response`, `invalid_response_format`) or the judge
    (`grader_failed`) was at fault. The model is loaded once for a process. Needs Inspect's default
    asyncio backend.

    Args:
        rubric: One rubric for all samples: an id, id@version or a file.
        metadata_key: Else, where a sample's metadata names its rubric.
        rubrics: A folder of rubrics to use instead of the bank.
        judge: Which judge; the configured one by default.

    Returns:
        A scorer; each score's metadata holds the grade's verdicts, mistakes and review reasons.
        Scoring raises GraderError where a rubric is not named or does not exist.
    """
    folder = Path(rubrics) if rubrics else None

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - Inspect's protocol
        named = rubric or state.metadata.get(metadata_key)
        name = rubric_name(named, f"metadata.{metadata_key} of sample {state.sample_id}")
        answer = state.output.completion
        grader = await asyncio.to_thread(shared_grader, folder, judge)
        try:
            graded = await grader.grade(answer, name)
        except AnswerInvalid as error:
            reason = "invalid_response_format" if answer.strip() else "no_response"
            return Score.unscored(reason=reason, answer=answer, explanation=str(error))
        except JudgeUnavailable as error:
            return Score.unscored(reason="grader_failed", answer=answer, explanation=str(error))
        return Score(
            value=graded.share,
            answer=answer,
            explanation=explain(graded.grade),
            metadata=_metadata(graded.grade),
        )

    return score


def _metadata(grade: Grade) -> dict[str, Any]:
    document = grade.model_dump(mode="json")
    return {
        "rubric": document["rubric"],
        "band": document["band"],
        "score_interval": document["score_interval"],
        "verdicts": {point.id: str(point.verdict) for point in grade.points},
        "evidence": {p.id: [span.quote for span in p.evidence] for p in grade.points if p.evidence},
        "mistakes_made": [mistake.id for mistake in grade.mistakes if mistake.made],
        "missing": document["missing"],
        "follow_up": document["follow_up"],
        "flags": document["flags"],
        "review_reasons": document["review_reasons"],
        "grader": document["grader"],
    }
