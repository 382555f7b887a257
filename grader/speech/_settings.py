"""What can be set about speech; `GRADER_SPEECH_…`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

_Seconds = Annotated[float, Field(gt=0, le=3600)]


class SpeechSettings(BaseModel):
    """How spoken answers are written down, and how much audio is accepted.

    Attributes:
        engine: `openai` (any OpenAI-compatible transcription endpoint) or `faster-whisper`; empty
            for none, so that only transcripts are accepted.
        language: Spoken language as an ISO 639-1 code, told to the engine; empty to let it guess.
        base_url: Of the endpoint, up to and with `/v1`.
        api_key: Sent as a bearer token. An endpoint that wants none still needs some value here.
        model: The model's name at that endpoint.
        timeout: Seconds that one attempt may take.
        deadline: Seconds that a transcription may take with all its attempts and waits.
        retries: Further attempts after a failure that may pass.
        model_dir: Folder of a Whisper model in CTranslate2's format, for `faster-whisper`.
        device: Where that model runs: `cpu`, `cuda` or `auto`.
        compute_type: The number format that it computes in, as CTranslate2 names them.
        threads: Processor threads for it; 0 leaves the number to CTranslate2.
        max_bytes: Larger files are refused.
        max_seconds: Longer recordings are refused.
        silence_level: A recording that never rises above it counts as silent, in dB below full
            scale.
        least_confidence: Words that a recogniser is less sure of are not relied on, for a point or
            against one.
        delivery: Whether it is measured how answers are spoken; where it is, a request can still
            leave it out.
        concurrency: Recordings that the service reads and transcribes at the same time; further
            ones wait as requests to grade do.
    """

    model_config = ConfigDict(frozen=True)

    engine: str = ""
    language: str = "en"
    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr = SecretStr("")
    model: str = ""
    timeout: _Seconds = 120.0
    deadline: _Seconds = 300.0
    retries: Annotated[int, Field(ge=0, le=20)] = 3
    model_dir: Path | None = None
    device: str = "cpu"
    compute_type: str = "int8"
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    max_bytes: Annotated[int, Field(ge=1)] = 25_000_000
    max_seconds: Annotated[float, Field(gt=0, le=7200)] = 900.0
    silence_level: Annotated[float, Field(ge=-100, le=0)] = -50.0
    least_confidence: Annotated[float, Field(ge=0, le=1)] = 0.5
    delivery: bool = True
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
