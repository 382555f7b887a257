"""Spoken answers over HTTP: transcripts and recordings, as JSON or as forms."""

from __future__ import annotations

from api.speech._errors import TranscriptionBroken, TranscriptionUnavailable
from api.speech._fields import (
    Language,
    SpokenFields,
    TranscriptText,
    check_answer,
    check_transcribed,
)
from api.speech._forms import Form, FormFile, FormRoute, OpenForm, form_body, open_form
from api.speech._hearing import SpokenForm, hear
from api.speech._reading import describe_recording, read_spoken, spoken_line
from api.speech._resources import Transcription
from api.speech._transcribing import OpenSpeech, SpeechToText

__all__ = [
    "Form",
    "FormFile",
    "FormRoute",
    "Language",
    "OpenForm",
    "OpenSpeech",
    "SpeechToText",
    "SpokenFields",
    "SpokenForm",
    "TranscriptText",
    "Transcription",
    "TranscriptionBroken",
    "TranscriptionUnavailable",
    "check_answer",
    "check_transcribed",
    "describe_recording",
    "form_body",
    "hear",
    "open_form",
    "read_spoken",
    "spoken_line",
]
