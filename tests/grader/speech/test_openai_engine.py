"""An OpenAI-compatible endpoint: what is sent, what is made of the reply, and bad endpoints."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from grader.speech import SpeechSettings, TranscriberNotConfigured, TranscriptionFailed
from grader.speech.audio import Audio, read_audio
from grader.speech.engines import build_transcriber
from grader.speech.engines._openai import OpenAITranscriber
from grader.speech.transcripts import Transcript
from tests.grader.speech.factories import said, tone, wav
from tests.support.openai_server import (
    Behaviour,
    OpenAIServer,
    drips,
    drops,
    raw,
    redirects,
    slow,
    status,
)

VERBOSE = {
    "task": "transcribe",
    "language": "english",
    "duration": 2.0,
    "text": "Use libuv.",
    "words": [{"word": "Use", "start": 0, "end": 0.4}, {"word": "libuv", "start": 0.5, "end": 1}],
}


def replies(document: Any) -> Behaviour:
    return raw(json.dumps(document).encode())


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=replies(VERBOSE)) as running:
        yield running


@pytest.fixture(scope="module")
def audio() -> Audio:
    return read_audio(wav(tone(2)))


def settings_for(server: OpenAIServer, **changes: Any) -> SpeechSettings:
    fields = {"base_url": server.base_url, "api_key": "sk-test", "model": "whisper-1"}
    return SpeechSettings(engine="openai", **{**fields, **changes})


class Sleeper:
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def engine(server: OpenAIServer, sleeper: Sleeper | None = None, **changes: Any) -> Any:
    return OpenAITranscriber(settings_for(server, **changes), sleep=sleeper or Sleeper())


def transcribe(transcriber: Any, audio: Audio, **how: Any) -> Transcript:
    result: Transcript = asyncio.run(transcriber.transcribe(audio, **how))
    return result


def failure(transcriber: Any, audio: Audio) -> TranscriptionFailed:
    with pytest.raises(TranscriptionFailed) as caught:
        transcribe(transcriber, audio)
    return caught.value


def test_words_come_with_times_and_the_terms_go_along(server: OpenAIServer, audio: Audio) -> None:
    transcriber = build_transcriber(settings_for(server))

    transcript = transcribe(transcriber, audio, vocabulary=("libuv", "epoll"), language="en")

    assert said(transcript) == [("Use", 0, 400), ("libuv.", 500, 1000)]
    assert (transcript.source, transcript.duration_ms) == ("openai", 2000)
    assert transcriber.identity == "openai: whisper-1"
    (request,) = server.requests
    assert request.path == "/v1/audio/transcriptions"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["authorization"] == "Bearer sk-test"
    assert b'filename="answer.flac"' in request.raw
    assert b"fLaC" in request.raw
    for field, value in (
        ("model", "whisper-1"),
        ("prompt", "Glossary: libuv, epoll."),
        ("language", "en"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
    ):
        assert f'name="{field}"\r\n\r\n{value}\r\n'.encode() in request.raw


def test_a_long_vocabulary_is_cut_to_what_a_model_reads(server: OpenAIServer, audio: Audio) -> None:
    terms = [f"term-number-{number}" for number in range(500)]

    transcribe(engine(server), audio, vocabulary=terms)

    (request,) = server.requests
    assert b"term-number-30" in request.raw
    assert b"term-number-300" not in request.raw


def test_an_endpoint_without_times_is_asked_for_probabilities(
    server: OpenAIServer, audio: Audio
) -> None:
    tokens = [("Use", -0.1), (" lib", -0.2), ("uv", -1.5), (".", -0.1)]
    reply = {
        "text": "Use libuv.",
        "logprobs": [{"token": token, "logprob": value} for token, value in tokens],
    }
    refusal = status(400, "response_format 'verbose_json' is not compatible with model")
    server.script(refusal, refusal, replies(reply), replies(reply))
    transcriber = engine(server)

    transcript = transcribe(transcriber, audio)
    transcribe(transcriber, audio)

    assert transcript.text == "Use libuv."
    assert [round(word.confidence or 0, 2) for word in transcript.words] == [0.9, 0.17]
    assert transcript.is_interpolated
    # What it takes is found out once.
    assert len(server.requests) == 4
    assert b"logprobs" in server.requests[3].raw


def test_a_text_alone_will_do(server: OpenAIServer, audio: Audio) -> None:
    server.script(*[status(422, "unknown field")] * 3, replies({"text": "It retries."}))

    assert transcribe(engine(server), audio).text == "It retries."


def test_if_no_form_will_do_the_first_complaint_stands(server: OpenAIServer, audio: Audio) -> None:
    server.script(*[status(400, "no such thing")] * 4)

    assert "HTTP 400" in str(failure(engine(server), audio))


@pytest.mark.parametrize(
    "passing",
    [status(429), status(503), status(500), drops(), raw(b"<html>", "text/html", code=502)],
    ids=["429", "503", "500", "drop", "html-502"],
)
def test_a_failure_that_may_pass_is_tried_again(
    server: OpenAIServer, audio: Audio, passing: Behaviour
) -> None:
    sleeper = Sleeper()
    server.script(passing, passing)

    assert transcribe(engine(server, sleeper), audio).text == "Use libuv."
    assert len(server.requests) == 3
    assert len(sleeper.waits) == 2


def test_the_endpoints_wish_to_wait_is_heeded(server: OpenAIServer, audio: Audio) -> None:
    sleeper = Sleeper()
    server.script(status(429, headers={"Retry-After": "7"}))

    transcribe(engine(server, sleeper), audio)

    assert sleeper.waits == [7]


@pytest.mark.parametrize(
    ("behaviour", "what", "retryable"),
    [
        (status(401), "GRADER_SPEECH_API_KEY", False),
        (status(403), "GRADER_SPEECH_MODEL", False),
        (status(404), "GRADER_SPEECH_BASE_URL", False),
        (status(413), "as long as this", False),
        (status(429), "rate limit", True),
        (status(500), "has failed", True),
        (redirects("http://127.0.0.1:9/"), "redirects", False),
        (raw(b"not json"), "no transcription", False),
        (raw(b"[1]"), "no transcription", False),
        (raw(b'{"text": 5}'), "no transcription", False),
        (raw(b'{"text":"a","words":[{"word":"a","start":2,"end":1}]}'), "no transcr", False),
        (raw(b"\xff\xfe\x00"), "no transcription", False),
        (drops(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"), "cannot be reached", True),
    ],
)
def test_a_failure_is_said_in_words(
    server: OpenAIServer, audio: Audio, behaviour: Behaviour, what: str, retryable: bool
) -> None:
    server.script(*[behaviour] * 5)

    error = failure(engine(server), audio)

    assert what in str(error)
    assert error.retryable is retryable
    assert "sk-test" not in str(error)


@pytest.mark.parametrize("behaviour", [slow(30, replies(VERBOSE)), drips(0.05)])
def test_an_endpoint_that_does_not_reply_is_given_up(
    server: OpenAIServer, audio: Audio, behaviour: Behaviour
) -> None:
    server.script(behaviour, behaviour)

    error = failure(engine(server, timeout=0.3, retries=1), audio)

    assert "did not reply" in str(error)
    assert error.retryable


def test_nobody_listening_is_said(audio: Audio) -> None:
    with OpenAIServer() as gone:
        settings = settings_for(gone, retries=0)

    assert "cannot be reached" in str(failure(OpenAITranscriber(settings), audio))


def test_one_engine_serves_several_event_loops(server: OpenAIServer, audio: Audio) -> None:
    transcriber = engine(server)

    assert {transcribe(transcriber, audio).text for _ in range(3)} == {"Use libuv."}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"model": ""}, "needs GRADER_SPEECH_MODEL; set it"),
        ({"api_key": ""}, "any text will do"),
        ({"api_key": "a b"}, "holds a space"),
        ({"base_url": "api.openai.com/v1"}, "must be an http or https address"),
        ({"base_url": "http://[half"}, "must be an http or https address"),
        ({"engine": ""}, "set GRADER_SPEECH_ENGINE to openai"),
        ({"engine": "siri"}, "'siri'; it can be: openai, faster-whisper"),
    ],
)
def test_what_is_missing_is_said_at_the_start(
    server: OpenAIServer, changes: dict[str, Any], what: str
) -> None:
    settings = settings_for(server).model_copy(
        update={**changes, **({"api_key": _secret(changes)} if "api_key" in changes else {})}
    )

    with pytest.raises(TranscriberNotConfigured, match=what):
        build_transcriber(settings)


def _secret(changes: dict[str, Any]) -> Any:
    from pydantic import SecretStr

    return SecretStr(changes["api_key"])
