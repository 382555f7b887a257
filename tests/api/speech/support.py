"""A service with a speech engine on loopback, and what it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from grader.settings import Settings
from grader.speech import SpeechSettings
from tests.api.support import FIRST, Caller, Service, scripted_grader
from tests.grader.speech.factories import tone, wav
from tests.support.openai_server import Behaviour, OpenAIServer, raw

SPOKEN = "Queueing decouples the two and buffers bursts of work so that nothing gets lost."

# A second and a half in which somebody, or something, is heard.
RECORDING = wav(tone(1.5))


def words(text: str, *, unsure: Sequence[int] = (), step: float = 0.5) -> list[dict[str, Any]]:
    """Words one after the other, as Whisper writes them; some, by index, with confidence 0.2."""
    return [
        {
            "word": word,
            "start": round(number * step, 3),
            "end": round(number * step + 0.4, 3),
            "probability": 0.2 if number in unsure else 0.9,
        }
        for number, word in enumerate(text.split())
    ]


def whisper(text: str, *, unsure: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    """A transcript in Whisper's shape."""
    return {"text": text, "language": "en", "words": words(text, unsure=unsure)} | more


def heard(text: str, **more: Any) -> Behaviour:
    """An endpoint's reply to a recording in which this is said."""
    return raw(json.dumps(whisper(text, **more)).encode())


@contextmanager
def speaking(
    settings: Settings, server: OpenAIServer, **changes: Any
) -> Iterator[tuple[Service, Caller]]:
    """Run the service with an engine; give it and a caller with all scopes."""
    fields = {"base_url": server.base_url, "api_key": SecretStr("sk-test"), "model": "whisper-1"}
    speech = SpeechSettings(engine="openai", retries=0, **{**fields, **changes})
    speaking = settings.model_copy(update={"speech": speech})
    with Service.running(speaking, scripted_grader(speaking)) as service:
        yield service, service.caller("acme")


def record(caller: Caller, data: bytes = RECORDING, **more: Any) -> Any:
    """Send a recording to be graded, and return the response."""
    headers = more.pop("headers", {})
    fields = {"rubric_id": FIRST.id} | more
    files = {"audio": ("answer.webm", data, "audio/webm")}
    return caller("POST", "/v1/grades", data=fields, files=files, headers=headers)


def transcribed(caller: Caller, data: bytes = RECORDING, **fields: Any) -> Any:
    """Send a recording to be transcribed, and return the response."""
    files = {"audio": ("answer.wav", data, "audio/wav")}
    return caller("POST", "/v1/transcriptions", data=fields, files=files)
