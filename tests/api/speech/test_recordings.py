"""Recordings sent to `POST /v1/transcriptions` and `POST /v1/grades`."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.settings import Settings
from tests.api.speech.support import RECORDING, SPOKEN, heard, record, speaking, transcribed
from tests.api.support import ANSWER, FIRST, Caller, Service
from tests.grader.speech.factories import encoded, tone, wav
from tests.support.openai_server import OpenAIServer, drops, raw, status


def test_a_recording_is_written_down(caller: Caller, server: OpenAIServer) -> None:
    server.script(heard(SPOKEN, unsure=[3]))
    response = transcribed(caller, rubric_id=FIRST.id, language="en")
    assert response.status_code == 200, response.text
    found = response.json()
    assert found["transcript"]["text"] == SPOKEN
    assert found["transcript"]["words"][1] == {
        "start": 9,
        "end": 18,
        "start_ms": 500,
        "end_ms": 900,
        "confidence": 0.9,
        "speaker": None,
        "interpolated": False,
        "turn": 0,
    }
    assert found["engine"] == "openai: whisper-1"
    assert [doubt["start_ms"] for doubt in found["doubtful"]] == [1500]
    assert found["delivery"]["speech_rate"] > 0
    assert found["cannot_grade"] is None
    (request,) = server.requests
    assert b'name="language"\r\n\r\nen\r\n' in request.raw
    assert caller("GET", "/v1/grades").json()["items"] == []


def test_misheard_terms_are_suggested_and_nothing_is_changed(
    caller: Caller, server: OpenAIServer
) -> None:
    rubric = {
        "id": "cluster",
        "version": "1.0.0",
        "question": "What runs the pods?",
        "points": [{"id": "what", "claim": "Kubernetes runs the pods.", "weight": 1}],
        "vocabulary": ["Kubernetes"],
    }
    assert caller("POST", "/v1/rubrics", json=rubric).status_code == 201
    assert caller("POST", "/v1/rubrics/cluster/versions/1.0.0/publish").status_code == 200
    server.script(heard("I think that Cooper Netties runs the pods."))
    found = transcribed(caller, rubric_id="cluster").json()
    (repair,) = found["repairs"]
    assert (repair["heard"], repair["term"]) == ("Cooper Netties", "Kubernetes")
    assert found["transcript"]["text"] == "I think that Cooper Netties runs the pods."
    (request,) = server.requests
    assert b"Glossary: Kubernetes." in request.raw


def test_a_transcription_can_be_graded_as_it_is_or_corrected(
    caller: Caller, server: OpenAIServer
) -> None:
    server.script(heard("It dee couples the two and nothing gets lost"))
    transcript = transcribed(caller).json()["transcript"]
    corrected = "It decouples the two and nothing gets lost"
    body = {"rubric_id": FIRST.id, "transcript": transcript, "corrected_text": corrected}
    grade = caller("POST", "/v1/grades", json=body).json()
    assert grade["points"][0]["verdict"] == "covered"
    assert grade["points"][0]["evidence"][0]["start_ms"] == 0
    assert grade["spoken"]["recognised_text"] == transcript["text"]


def test_a_recording_is_graded(service_settings: Settings) -> None:
    with (
        OpenAIServer(otherwise=heard(SPOKEN)) as server,
        speaking(service_settings, server) as (_, acme),
    ):
        key = {"Idempotency-Key": "one"}
        response = record(acme, candidate_id="ada", headers=key)
        assert response.status_code == 201, response.text
        grade = response.json()
        assert grade["spoken"]["text"] == SPOKEN
        assert grade["spoken"]["engine"] == "openai: whisper-1"
        assert grade["points"][0]["evidence"][0]["end_ms"] == 400
        again = record(acme, candidate_id="ada", headers=key)
        assert again.content == response.content
        assert len(server.requests) == 1
        promised = record(acme, headers={"Prefer": "respond-async"})
        assert promised.status_code == 202
        answer = acme("GET", f"{promised.headers['Location']}/answer").json()
        assert answer["answer"] == SPOKEN
        assert answer["spoken"]["engine"] == "openai: whisper-1"


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp3", "libmp3lame"), ("mp4", "aac"), ("ogg", "libopus"), ("webm", "libopus")],
)
def test_every_kind_of_recording_is_read(caller: Caller, container: str, codec: str) -> None:
    response = transcribed(caller, encoded(container, codec, 1.5))
    assert response.status_code == 200, response.text


def test_without_an_engine_it_says_what_to_set(service: Service) -> None:
    acme = service.caller("acme")
    for response in (transcribed(acme), record(acme)):
        assert response.status_code == 501
        assert response.json()["code"] == "transcriber_not_configured"
        assert "GRADER_SPEECH_ENGINE" in response.json()["detail"]
    assert acme.grade().status_code == 201


def bomb() -> bytes:
    """Gigabytes of nothing in a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answer.wav", b"\0" * 50_000_000)
    return buffer.getvalue()


def three_hours() -> bytes:
    """A header that speaks of three hours, and as many bytes as it says, almost none of them sent."""
    return wav(tone(1), rate=8_000, declared_bytes=3 * 3600 * 16_000)


def long_and_small() -> bytes:
    """Ninety seconds of a quiet tone, which compress to less than a tenth of what may be sent."""
    return encoded("ogg", "libopus", 90.0)


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (lambda: b"", "audio_invalid", "empty"),
        (lambda: b"It decouples.\n", "audio_invalid", "this is text"),
        (bomb, "audio_invalid", "application/zip"),
        (lambda: RECORDING[:-20_000], "audio_invalid", "breaks off"),
        (lambda: encoded("mp4", "aac", 2.0)[:4_000], "audio_invalid", "m4a file is damaged"),
        (lambda: b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\0" * 400, "audio_invalid", "wav file"),
        (three_hours, "audio_invalid", "breaks off"),
        (long_and_small, "audio_invalid", "the limit is 1:00 minutes"),
        (lambda: wav(tone(1.5, level=0.0)), "cannot_grade", "silence"),
        (lambda: wav(tone(0.1)), "cannot_grade", "lasts 0.1 s"),
        (lambda: wav(tone(50)), "audio_invalid", "the limit is 1.5 MB"),
    ],
)
def test_what_is_no_usable_recording_is_a_clear_problem(
    caller: Caller, server: OpenAIServer, made: Callable[[], bytes], code: str, words: str
) -> None:
    data = made()
    for response in (transcribed(caller, data), record(caller, data)):
        assert response.status_code == 422, response.text
        assert response.json()["code"] == code
        assert words in response.json()["detail"]
    assert not server.requests


def test_a_recording_far_too_large_is_refused_before_it_is_read(caller: Caller) -> None:
    for response in (transcribed(caller, bytes(4_000_000)), record(caller, bytes(4_000_000))):
        assert response.status_code == 413
        assert response.json()["code"] == "body_too_large"


def test_json_may_be_no_larger_for_the_recordings_that_forms_may_hold(caller: Caller) -> None:
    body = {"rubric_id": FIRST.id, "answer": "x" * 1_200_000}
    assert caller("POST", "/v1/grades", json=body).status_code == 413


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (heard("thank you for watching"), "nobody speaks"),
        (heard("and then the " * 60), "repeats itself"),
        (raw(b'{"text": ""}'), "no speech was recognised"),
    ],
)
def test_what_an_engine_made_up_is_refused(
    caller: Caller, server: OpenAIServer, reply: Any, why: str
) -> None:
    server.script(reply)
    response = record(caller)
    assert response.status_code == 422
    assert response.json()["code"] == "cannot_grade"
    assert why in response.json()["detail"]


def test_another_language_is_written_down_and_not_graded(
    caller: Caller, server: OpenAIServer
) -> None:
    german = "Die Warteschlange entkoppelt den Erzeuger vom Verbraucher und nichts geht verloren"
    server.script(heard(german), heard(german))
    found = transcribed(caller, language="de").json()
    assert found["transcript"]["text"] == german
    assert "not in English" in found["cannot_grade"]
    assert record(caller, language="de").json()["code"] == "cannot_grade"


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (status(500, "Secret words that were said."), 503, "HTTP 500"),
        (status(401, "Secret words that were said."), 502, "GRADER_SPEECH_API_KEY"),
        (raw(b"<html>Secret words that were said."), 502, "no transcription"),
        (drops(), 503, "cannot be reached"),
    ],
)
def test_an_engine_that_fails_is_no_grade_and_tells_no_words(
    caller: Caller,
    server: OpenAIServer,
    caplog: pytest.LogCaptureFixture,
    reply: Any,
    expected: int,
    words: str,
) -> None:
    server.script(reply)
    response = record(caller)
    assert response.status_code == expected, response.text
    assert response.json()["code"] == "transcription_failed"
    assert words in response.json()["detail"]
    assert ("Retry-After" in response.headers) == (expected == 503)
    told = [each.getMessage() for each in caplog.records if each.name != "grader.verbatim"]
    assert "Secret" not in response.text + "".join(told)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"language": "english"}, "ISO 639-1"),
        ({"rubric_version": "1.0.0"}, "rubric_version goes with rubric_id"),
        ({"delivery": "perhaps"}, "delivery"),
        ({"speaker": "Bob"}, "speaker"),
    ],
)
def test_fields_are_checked_before_anything_is_transcribed(
    caller: Caller, server: OpenAIServer, fields: dict[str, Any], words: str
) -> None:
    response = transcribed(caller, **fields)
    assert response.status_code == 422
    assert words in response.json()["detail"]
    assert transcribed(caller, rubric_id="nothing").status_code == 404
    assert record(caller, rubric_id="nothing").status_code == 404
    assert not server.requests


def test_a_form_without_a_recording_or_with_too_much_is_refused(caller: Caller) -> None:
    audio = ("audio", ("a.wav", RECORDING, "audio/wav"))
    transcript = ("transcript", ("a.vtt", b"WEBVTT", "text/vtt"))
    fields = {"rubric_id": FIRST.id}
    both = caller("POST", "/v1/grades", data=fields, files=[audio, transcript])
    assert "exactly one of audio and transcript, not both" in both.json()["detail"]
    neither = caller("POST", "/v1/grades", data=fields, files=[("x", ("x", b"", "text/plain"))])
    assert neither.status_code == 422
    text = caller("POST", "/v1/transcriptions", files=[("audio", (None, "words"))])
    assert "audio: send it as a file" in text.json()["detail"]
    several = caller("POST", "/v1/grades", data=fields, files=[audio, audio, audio])
    assert several.status_code == 400
    answer = {"rubric_id": FIRST.id, "answer": ANSWER}
    typed = caller("POST", "/v1/grades", data=answer, files=[audio])
    assert "answer" in typed.json()["detail"]
    assert caller("POST", "/v1/transcriptions", json={}).status_code == 415


def test_a_key_is_asked_for_before_the_recording(caller: Caller, server: OpenAIServer) -> None:
    files = {"audio": ("a.wav", RECORDING, "audio/wav")}
    for path in ("/v1/transcriptions", "/v1/grades"):
        refused = caller.http.post(path, files=files, headers={"Authorization": "Bearer no"})
        assert refused.status_code == 401
    assert not server.requests


@pytest.mark.skipif(
    not shutil.which("espeak-ng") or not shutil.which("ffmpeg"),
    reason="espeak-ng and ffmpeg make the speech; install them to run this",
)
def test_synthesised_speech_is_read_and_sent_on(
    caller: Caller, server: OpenAIServer, tmp_path: Path
) -> None:
    spoken, sent = tmp_path / "spoken.wav", tmp_path / "sent.webm"
    subprocess.run(["espeak-ng", "-w", spoken, SPOKEN], check=True)
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", spoken, sent], check=True)
    server.script(heard(SPOKEN))
    response = transcribed(caller, sent.read_bytes())
    assert response.status_code == 200, response.text
    assert response.json()["transcript"]["duration_ms"] > 3_000
    (request,) = server.requests
    assert b"fLaC" in request.raw
    assert struct.pack(">I", 0x1A45DFA3) not in request.raw
