"""`grader transcribe`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.grader.speech.factories import deepgram, tone, wav
from tests.support.openai_server import OpenAIServer, raw

ROOT = Path(__file__).parents[3]
WORDS = "Um the the queue holds bursts back, so nothing is lost."


def run(*arguments: str | Path, data: bytes = b"", **settings: str | Path) -> tuple[int, str, str]:
    environment = {name: value for name, value in os.environ.items() if "GRADER_" not in name} | {
        "GRADER_RUBRICS_DIR": str(ROOT / "rubrics"),
        "GRADER_CORPUS_DIR": str(ROOT / "corpus"),
        "NO_COLOR": "1",
        "COLUMNS": "100",
        **{name: str(value) for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "grader", "transcribe", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, input=data)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    """Ten words with times; the sixth and the seventh are unsure."""
    words = [
        {
            "word": word,
            "start": i * 0.5 + (2.4 if i > 6 else 0),
            "end": i * 0.5 + 0.4 + (2.4 if i > 6 else 0),
            "confidence": 0.3 if i in (5, 6) else 0.9,
        }
        for i, word in enumerate(WORDS.split())
    ]
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(deepgram(words)), encoding="utf-8")
    return path


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    reply = {
        "text": "It is libuv.",
        "language": "english",
        "words": [
            {"word": "It", "start": 0, "end": 0.3},
            {"word": "is", "start": 0.3, "end": 0.6},
            {"word": "libuv", "start": 1.2, "end": 1.9},
        ],
    }
    with OpenAIServer(otherwise=raw(json.dumps(reply).encode())) as running:
        yield running


def speech(server: OpenAIServer) -> dict[str, str]:
    return {
        "GRADER_SPEECH_ENGINE": "openai",
        "GRADER_SPEECH_BASE_URL": server.base_url,
        "GRADER_SPEECH_API_KEY": "none",
        "GRADER_SPEECH_MODEL": "whisper-1",
    }


def test_a_transcript_is_shown_with_times_doubts_and_delivery(transcript: Path) -> None:
    code, shown, error = run(transcript)

    assert (code, error) == (0, "")
    assert "0:00  Um the the queue holds ⟨bursts back,⟩ so nothing is lost." in shown
    assert "never part of a score" in shown
    assert "10 words in 0:07" in shown
    assert "1, 2.5 s in all" in shown
    assert "(um 1)" in shown


def test_json_has_it_all(transcript: Path) -> None:
    code, shown, _ = run(transcript, "--json", "--filler", "so")
    document = json.loads(shown)

    assert code == 0
    assert document["transcript"]["text"] == WORDS
    assert document["cannot_grade"] is None
    assert document["doubtful"][0]["words"] == 2
    assert document["delivery"]["fillers"]["by_word"] == {"um": 1, "so": 1}


def test_audio_is_sent_to_the_engine_with_the_rubrics_terms(server: OpenAIServer) -> None:
    code, shown, error = run(
        "-", "--rubric", "node-event-loop", data=wav(tone(2)), **speech(server)
    )

    assert (code, error) == (0, "")
    assert "It is libuv." in shown
    assert "openai, english, 0:02" in shown
    assert b"libuv" in server.requests[0].raw


def test_without_an_engine_it_says_what_to_set() -> None:
    code, _, error = run("-", data=wav(tone(2)))

    assert code == 2
    assert "GRADER_SPEECH_ENGINE" in error


def test_silence_is_said_before_an_engine_is_needed() -> None:
    code, _, error = run("-", data=wav(tone(2, level=0)))

    assert code == 2
    assert "cannot grade: silence" in error


def test_a_transcript_that_nobody_said_exits_with_one(tmp_path: Path) -> None:
    path = tmp_path / "answer.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nThanks for watching!\n", encoding="utf-8")

    code, shown, _ = run(path)

    assert code == 1
    assert "Cannot be graded" in shown
    assert "Delivery" not in shown


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"A queue holds bursts back.", "neither WebVTT, SubRip nor JSON"),
        (b"1\n00:00:03,000 --> 00:00:01,000\nx\n", "line 2: the caption ends at 1 s"),
        (b"PK\x03\x04" + b"\0" * 40, "not audio that can be read: this is application/zip"),
        (b"", "the audio is empty"),
    ],
)
def test_bad_input_exits_with_two_and_one_line(data: bytes, what: str) -> None:
    code, shown, error = run("-", data=data)

    assert (code, shown) == (2, "")
    assert what in error


def test_a_speaker_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "answer.vtt"
    path.write_text(
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ann>Why?\n\n00:03.000 --> 00:05.000\n<v Bob>It "
        "holds bursts back.\n",
        encoding="utf-8",
    )

    code, _, error = run(path)
    named, shown, _ = run(path, "--speaker", "Bob")

    assert code == 2
    assert "name the candidate: 'Ann' (1 word), 'Bob' (4 words)" in error
    assert named == 0
    assert "Why?" not in shown


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    code, _, error = run(tmp_path / "none.wav")

    assert code == 2
    assert "cannot be read: No such file" in error
