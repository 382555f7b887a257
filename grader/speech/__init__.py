"""Spoken answers: transcripts with times, audio, engines that transcribe, delivery.

`grader.speech.transcripts` reads what platforms have, `grader.speech.audio` what was recorded,
`grader.speech.engines` turns the second into the first, and `grader.speech.delivery` measures how
it was said, outside the score. The rest stands here: the answer that comes of it, what of it can be
relied on, and when the words of evidence were said. Names are loaded when first used, since the
settings are read everywhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.speech._errors import (
    AudioInvalid,
    CannotGrade,
    SpeakerUnclear,
    TranscriberNotConfigured,
    TranscriptInvalid,
    TranscriptionFailed,
)
from grader.speech._settings import SpeechSettings

if TYPE_CHECKING:
    from grader.speech._answer import SpokenAnswer, check_language, spoken_answer
    from grader.speech._doubt import doubtful_spans, with_doubts
    from grader.speech._evidence import timed
    from grader.speech._heard import as_heard, describe
    from grader.speech._pooled import delivery_of, pooled
    from grader.speech._transcribe import limits_of, transcribe
    from grader.speech._usable import check_usable, unusable

__all__ = [
    "AudioInvalid",
    "CannotGrade",
    "SpeakerUnclear",
    "SpeechSettings",
    "SpokenAnswer",
    "TranscriberNotConfigured",
    "TranscriptInvalid",
    "TranscriptionFailed",
    "as_heard",
    "check_language",
    "check_usable",
    "delivery_of",
    "describe",
    "doubtful_spans",
    "limits_of",
    "pooled",
    "spoken_answer",
    "timed",
    "transcribe",
    "unusable",
    "with_doubts",
]

_HOMES = {
    "SpokenAnswer": "_answer",
    "as_heard": "_heard",
    "check_language": "_answer",
    "check_usable": "_usable",
    "delivery_of": "_pooled",
    "describe": "_heard",
    "doubtful_spans": "_doubt",
    "limits_of": "_transcribe",
    "pooled": "_pooled",
    "spoken_answer": "_answer",
    "timed": "_evidence",
    "transcribe": "_transcribe",
    "unusable": "_usable",
    "with_doubts": "_doubt",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
