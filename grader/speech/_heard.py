"""A judgement of what a recogniser wrote, held to what was said."""

from __future__ import annotations

from typing import TypeVar

from grader.speech._answer import SpokenAnswer
from grader.speech._doubt import doubtful_spans, with_doubts
from grader.speech._evidence import timed
from grader.spoken import Spoken
from grader.types import Judgement, MistakeFinding, PointFinding, Rubric

CORRECTED = "transcript_corrected"
"""Flags a grade of a transcript that a person corrected before."""

# Recognisers get some words wrong; who changes more than this rewrites the answer.
_REWRITTEN = 0.3

_Finding = TypeVar("_Finding", PointFinding, MistakeFinding)


def as_heard(
    judgement: Judgement, rubric: Rubric, spoken: SpokenAnswer, least_confidence: float
) -> Judgement:
    """Take back what rests on badly recognised words, and say when the rest was said.

    Args:
        judgement: What a judge said of `spoken.transcript.text`, its evidence verbatim.
        rubric: What it judged by.
        spoken: The answer.
        least_confidence: Words below it are not relied on, 0 to 1.

    Returns:
        The judgement with `TimedEvidence`; a flag where a person corrected the transcript, and a
        note where much of it was changed.
    """
    held = with_doubts(judgement, rubric, spoken.transcript, least_confidence)
    flags, notes = list(held.flags), list(held.notes)
    if spoken.recognised is not None:
        flags.append(CORRECTED)
    if spoken.changed > _REWRITTEN:
        notes.append(f"{spoken.changed:.0%} of the transcript was changed before it was graded.")
    return held.model_copy(
        update={
            "points": tuple(_timed(finding, spoken) for finding in held.points),
            "mistakes": tuple(_timed(finding, spoken) for finding in held.mistakes),
            "flags": tuple(flags),
            "notes": tuple(notes),
        }
    )


def describe(spoken: SpokenAnswer, least_confidence: float) -> Spoken:
    """Say what a grade tells of an answer because it was spoken.

    Args:
        spoken: The answer.
        least_confidence: Words below it are not relied on, 0 to 1.
    """
    transcript = spoken.transcript
    return Spoken(
        text=transcript.text,
        recognised_text=spoken.recognised.text if spoken.recognised else None,
        language=transcript.language,
        duration_ms=transcript.duration_ms,
        source=transcript.source,
        engine=spoken.engine,
        notes=transcript.notes,
        doubtful=doubtful_spans(transcript, least_confidence),
        delivery=spoken.delivery,
    )


def _timed(finding: _Finding, spoken: SpokenAnswer) -> _Finding:
    evidence = tuple(timed(span, spoken.transcript) for span in finding.evidence)
    return finding.model_copy(update={"evidence": evidence})
