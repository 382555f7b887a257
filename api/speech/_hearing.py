"""A recording, or a transcript in a file, in a form: from its fields to the candidate's answer."""

from __future__ import annotations

from typing import Annotated, Self

import anyio.to_thread
from pydantic import ConfigDict, PlainValidator, WithJsonSchema, model_validator
from starlette.datastructures import UploadFile

from api.speech._fields import Language, SpokenFields, check_transcribed
from api.speech._forms import FormFile
from api.speech._reading import read_spoken
from api.speech._transcribing import SpeechToText
from grader.answers import spoken_terms
from grader.settings import Settings
from grader.speech import SpokenAnswer
from grader.types import Rubric


def _file_or_text(value: object) -> UploadFile | str:
    if isinstance(value, UploadFile | str):
        return value
    raise ValueError("send one transcript")


_Transcript = Annotated[
    UploadFile | str,
    PlainValidator(_file_or_text),
    WithJsonSchema({"type": "string", "contentMediaType": "text/vtt"}),
]


class SpokenForm(SpokenFields):
    """A spoken answer in a form.

    Attributes:
        audio: A recording of the candidate alone: wav, mp3, m4a, ogg, webm or flac.
        transcript: A transcript with times, instead.
        language: Of the recording; as the service is set by default.
    """

    model_config = ConfigDict(extra="forbid")

    audio: FormFile | None = None
    transcript: _Transcript | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _check_one_answer(self) -> Self:
        if (self.audio is None) == (self.transcript is None):
            found = "none of them" if self.audio is None else "both"
            raise ValueError(f"give exactly one of audio and transcript, not {found}")
        if self.language is not None and self.audio is None:
            raise ValueError("language goes with audio")
        check_transcribed(self, transcribed=self.transcript is not None)
        return self


async def hear(
    sent: SpokenForm, speech: SpeechToText, settings: Settings, rubric: Rubric
) -> SpokenAnswer:
    """Find out what was said in a form; see `SpeechToText.transcribe` and `spoken_line`."""
    terms = spoken_terms(rubric)
    if sent.audio is not None:
        transcript, engine = await speech.transcribe(
            sent.audio, vocabulary=terms, language=sent.language
        )
        return await read_spoken(transcript, sent, settings, terms=terms, engine=engine)
    given = sent.transcript
    if isinstance(given, UploadFile):
        content = await anyio.to_thread.run_sync(given.file.read)
        return await read_spoken(content, sent, settings, terms=terms)
    return await read_spoken(given or "", sent, settings, terms=terms)
