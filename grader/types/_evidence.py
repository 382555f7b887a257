"""Spans of an answer: what a finding rests on, and what was probably mis-heard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from grader.frozen import Frozen, Probability


class Evidence(Frozen):
    """A verbatim span of the answer: `answer[start:end] == quote`."""

    start: Annotated[int, Field(ge=0)]
    end: int
    quote: str


class TimedEvidence(Evidence):
    """Evidence of an answer that was spoken, and when it was said.

    Attributes:
        start_ms: When the first of its words begins, in milliseconds of the recording; None where
            the span holds no word with a time.
        end_ms: When the last ends.
        estimated: Whether either time is estimated from that of a caption.
        confidence: The recogniser's mean confidence over the words, where it gives any.
    """

    start_ms: int | None = None
    end_ms: int | None = None
    estimated: bool = False
    confidence: Probability | None = None


AnyEvidence = Evidence | TimedEvidence


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
