"""From transcripts to answers that can be graded, off the event loop."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import anyio.to_thread

from api.speech._fields import SpokenFields
from api.speech._resources import Transcription
from grader.answers import read_answer, spoken_terms
from grader.errors import AnswerInvalid
from grader.settings import Settings
from grader.speech import CannotGrade, SpokenAnswer, check_language, doubtful_spans, spoken_answer
from grader.speech.delivery import measure_delivery
from grader.speech.transcripts import Transcript, parse_transcript
from grader.types import Repair, Rubric


async def read_spoken(
    transcript: bytes | str | Mapping[str, Any] | Transcript,
    said: SpokenFields,
    settings: Settings,
    *,
    terms: Collection[str] = (),
    engine: str | None = None,
) -> SpokenAnswer:
    """Read a transcript and take the candidate's answer out of it; see `spoken_line`."""
    act = partial(spoken_line, transcript, said, settings, terms=terms, engine=engine)
    return await anyio.to_thread.run_sync(act)


def spoken_line(
    transcript: bytes | str | Mapping[str, Any] | Transcript,
    said: SpokenFields,
    settings: Settings,
    *,
    terms: Collection[str] = (),
    engine: str | None = None,
) -> SpokenAnswer:
    """Read a transcript and take the candidate's answer out of it; takes processor time.

    Args:
        transcript: As it was sent, or as an engine made it.
        said: What was said of it.
        settings: Limits.
        terms: The rubric's vocabulary.
        engine: Which engine made it, where one did.

    Raises:
        TranscriptInvalid: It cannot be read, or does not say who the candidate is.
        CannotGrade: What was recognised cannot be what was said, or is not in English.
        AnswerInvalid: The words cannot be graded as they stand.
    """
    whole = transcript if isinstance(transcript, Transcript) else parse_transcript(transcript)
    return spoken_answer(
        whole,
        settings.speech,
        max_characters=settings.max_answer_characters,
        speaker=said.speaker,
        corrected=said.corrected_text,
        delivery=said.delivery,
        terms=terms,
        engine=engine,
    )


async def describe_recording(
    transcript: Transcript,
    engine: str,
    settings: Settings,
    rubric: Rubric | None,
    *,
    delivery: bool,
) -> Transcription:
    """Say what is in a recording that was transcribed.

    Args:
        transcript: What an engine made of it.
        engine: Which one.
        settings: Limits, and whether delivery is measured.
        rubric: Its terms are looked for where they were mis-heard; None for no terms.
        delivery: Whether this caller wants it measured.
    """
    act = partial(_describe, transcript, engine, settings, rubric, delivery=delivery)
    return await anyio.to_thread.run_sync(act)


def _describe(
    transcript: Transcript,
    engine: str,
    settings: Settings,
    rubric: Rubric | None,
    *,
    delivery: bool,
) -> Transcription:
    speech, terms = settings.speech, spoken_terms(rubric) if rubric else ()
    problem: str | None = None
    repairs: tuple[Repair, ...] = ()
    try:
        read = read_answer(
            transcript.text,
            max_characters=settings.max_answer_characters,
            vocabulary=terms,
            spoken=True,
        )
        repairs = read.repairs
        check_language(transcript.text, terms)
    except (AnswerInvalid, CannotGrade) as error:
        problem = str(error)
    return Transcription(
        transcript=transcript,
        engine=engine,
        repairs=repairs,
        doubtful=doubtful_spans(transcript, speech.least_confidence),
        cannot_grade=problem,
        delivery=measure_delivery(transcript) if speech.delivery and delivery else None,
    )
