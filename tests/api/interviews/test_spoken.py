"""Turns of an interview that are spoken: transcripts in JSON and in forms, and recordings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import IdempotencyRow
from grader.judges import JudgeTask
from grader.settings import Settings
from grader.speech import SpeechSettings
from grader.types import Evidence, Judgement, PointFinding
from tests.api.interviews.play import begin, now, say, talking_grader
from tests.api.reviews.play import problem
from tests.api.speech.support import RECORDING, heard, whisper
from tests.api.support import Caller, ScriptedJudge, Service, in_records
from tests.support.openai_server import OpenAIServer

VTT = "WEBVTT\n\n00:00.000 --> 00:04.000\nIt has alpha and beta of course.\n"
HEARD = "It has alfa and beta of course"
RIGHT = "It has alpha and beta of course"


class QuotingJudge(ScriptedJudge):
    """Quotes the id of a point where it stands in the answer."""

    async def judge(self, task: JudgeTask) -> Judgement:
        made, text = await super().judge(task), task.answer.text
        points = tuple(quoting(found, text) if found.evidence else found for found in made.points)
        return made.model_copy(update={"points": points})


def quoting(found: PointFinding, text: str) -> PointFinding:
    start = text.index(found.point_id)
    end = start + len(found.point_id)
    quote = Evidence(start=start, end=end, quote=text[start:end])
    return found.model_copy(update={"evidence": (quote,)})


@pytest.fixture
def service(service_settings: Settings) -> Iterator[Service]:
    grader = talking_grader(service_settings, QuotingJudge())
    with Service.running(service_settings, grader) as running:
        yield running


def speak(caller: Caller, interview: Any, transcript: Any, **more: Any) -> Any:
    headers = more.pop("headers", {})
    body = {"turn": interview["ask"]["turn"], "transcript": transcript} | more
    return caller("POST", f"/v1/interviews/{interview['id']}/answers", json=body, headers=headers)


def send(caller: Caller, interview: Any, **more: Any) -> Any:
    headers, files = more.pop("headers", {}), more.pop("files", None)
    files = files or {"audio": ("answer.webm", RECORDING, "audio/webm")}
    fields = {"turn": interview["ask"]["turn"]} | more
    path = f"/v1/interviews/{interview['id']}/answers"
    return caller("POST", path, data=fields, files=files, headers=headers)


def grades(caller: Caller) -> list[Any]:
    """The grades that there are, newest first."""
    listed = caller("GET", "/v1/grades").json()["items"]
    return [caller("GET", f"/v1/grades/{each['id']}").json() for each in listed]


def report(caller: Caller, interview: Any, query: str = "") -> Any:
    return caller("GET", f"/v1/interviews/{interview['id']}/report{query}").json()


def point(grade: Any, name: str) -> Any:
    return next(each for each in grade["points"] if each["id"] == name)


@pytest.mark.parametrize("transcript", [VTT, whisper(RIGHT), json.dumps(whisper(RIGHT))])
def test_a_turn_is_answered_with_a_transcript(acme: Caller, transcript: Any) -> None:
    interview = begin(acme)
    answered = speak(acme, interview, transcript)
    assert answered.status_code == 200, answered.text
    assert answered.json()["ask"]["turn"] == 2
    (grade,) = grades(acme)
    (quote,) = point(grade, "alpha")["evidence"]
    assert quote["end_ms"] > quote["start_ms"] > 0
    kept = acme("GET", f"/v1/grades/{grade['id']}/answer").json()
    assert kept["spoken"]["transcript"]["text"] == kept["answer"]


def test_both_versions_of_what_was_said_are_kept(acme: Caller) -> None:
    interview = begin(acme)
    answered = speak(acme, interview, whisper(HEARD), corrected_text=RIGHT)
    (turn, _) = answered.json()["questions"][0]["turns"]
    assert turn["answer"] == RIGHT
    assert turn["spoken"]["recognised_text"] == HEARD
    (grade,) = grades(acme)
    assert grade["spoken"]["recognised_text"] == HEARD
    assert "transcript_corrected" in grade["flags"]


def test_typed_and_spoken_turns_of_a_question_are_graded_together(acme: Caller) -> None:
    interview = say(acme, begin(acme), "Typed: beta.").json()
    speak(acme, interview, whisper("right it has alpha too"))
    grade = grades(acme)[0]
    (alpha,), (beta,) = point(grade, "alpha")["evidence"], point(grade, "beta")["evidence"]
    assert alpha["start_ms"] == 1500
    assert beta.get("start_ms") is None
    told = report(acme, interview)
    quotes = {each["point"]: each["quotes"][0] for each in told["questions"][0]["strengths"]}
    assert (quotes["alpha"]["turn"], quotes["alpha"]["start_ms"]) == (2, 1500)
    assert quotes["beta"]["start_ms"] is None


def test_what_was_heard_badly_is_not_held_against_the_candidate(acme: Caller) -> None:
    interview = begin(acme)
    speak(acme, interview, whisper("it has alpha and some more words", unsure=[2]))
    (grade,) = grades(acme)
    assert point(grade, "alpha")["verdict"] == "ungraded"
    assert "little confidence" in point(grade, "alpha")["why"]
    assert grade["score"] is None
    assert report(acme, interview)["prompted"] is None


def test_delivery_is_told_apart_and_only_where_it_is_wanted(acme: Caller) -> None:
    interview = speak(acme, begin(acme), whisper("um it has alpha and beta")).json()
    speak(acme, interview, whisper("and then it has gamma"))
    told, plain = report(acme, interview), report(acme, interview, "?delivery=false")
    assert told["delivery"]["fillers"]["count"] == 1
    assert told["delivery"]["words"] == 10
    assert told["delivery"]["windows"]
    assert plain["delivery"] is None
    assert plain["questions"][0]["prompted"] == told["questions"][0]["prompted"]
    silent = speak(acme, begin(acme), whisper(RIGHT), delivery=False).json()
    assert silent["questions"][0]["turns"][0]["spoken"]["delivery"] is None
    assert report(acme, silent)["delivery"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"transcript": VTT, "answer": "and typed"}, "request_invalid"),
        ({"answer": "typed", "corrected_text": "Hm."}, "request_invalid"),
        ({"skip": True, "speaker": "Ann"}, "request_invalid"),
        ({"transcript": "no transcript at all"}, "transcript_invalid"),
        ({"transcript": VTT.replace("00:04", "00:-4")}, "transcript_invalid"),
        ({"transcript": whisper(RIGHT, unsure=range(7))}, "cannot_grade"),
        ({"transcript": whisper("Thank you for watching!")}, "cannot_grade"),
    ],
)
def test_a_turn_stays_open_when_what_was_said_cannot_be_used(
    acme: Caller, body: Any, code: str
) -> None:
    interview = begin(acme)
    path = f"/v1/interviews/{interview['id']}/answers"
    problem(acme("POST", path, json={"turn": 1} | body), 422, code)
    assert now(acme, interview)["ask"]["turn"] == 1


def test_of_two_that_speak_to_one_turn_the_second_is_told(acme: Caller) -> None:
    interview = begin(acme)
    assert speak(acme, interview, VTT).status_code == 200
    told = problem(speak(acme, interview, whisper(RIGHT)), 409, "interview_conflict")
    assert told == "turn 1 is answered already; the interview is at turn 2"
    sent = send(acme, interview, files={"transcript": ("answer.vtt", VTT.encode(), "text/vtt")})
    problem(sent, 409, "interview_conflict")


def test_the_same_spoken_answer_again_is_taken_once(service: Service, acme: Caller) -> None:
    interview = begin(acme)
    headers = {"Idempotency-Key": "spoken-1"}
    first = speak(acme, interview, VTT, headers=headers)
    assert speak(acme, interview, VTT, headers=headers).json() == first.json()

    async def forget(session: AsyncSession) -> None:
        # As after a process that died when the answer was kept and the response was not.
        await session.execute(delete(IdempotencyRow))

    in_records(service.settings, forget)
    again = speak(acme, interview, VTT, headers=headers)
    assert again.status_code == 200, again.text
    assert len(grades(acme)) == 1


@pytest.fixture
def engine() -> Iterator[OpenAIServer]:
    with OpenAIServer(otherwise=heard(RIGHT)) as running:
        yield running


@pytest.fixture
def listening(service_settings: Settings, engine: OpenAIServer) -> Iterator[Caller]:
    """A caller of a service with a speech engine."""
    speech = SpeechSettings(
        engine="openai",
        base_url=engine.base_url,
        api_key=SecretStr("sk-test"),
        model="whisper-1",
        retries=0,
        max_bytes=1_500_000,
    )
    settings = service_settings.model_copy(update={"speech": speech})
    with Service.running(settings, talking_grader(settings)) as service:
        yield service.caller("acme")


def test_a_turn_is_answered_with_a_recording(listening: Caller, engine: OpenAIServer) -> None:
    interview = begin(listening)
    headers = {"Idempotency-Key": "recorded-1"}
    answered = send(listening, interview, headers=headers)
    assert answered.status_code == 200, answered.text
    turn = answered.json()["questions"][0]["turns"][0]
    assert turn["answer"] == RIGHT
    assert turn["spoken"]["engine"] == "openai: whisper-1"
    assert send(listening, interview, headers=headers).json() == answered.json()
    problem(send(listening, interview), 409, "interview_conflict")
    # What comes too late is not even transcribed.
    assert len(engine.requests) == 1


def test_a_recording_that_cannot_be_used_leaves_the_turn_open(
    listening: Caller, engine: OpenAIServer
) -> None:
    interview = begin(listening)
    large = {"audio": ("answer.wav", b"RIFF" + bytes(3_000_000), "audio/wav")}
    problem(send(listening, interview, files=large), 413, "body_too_large")
    text = {"audio": ("answer.wav", b"no sound at all", "audio/wav")}
    problem(send(listening, interview, files=text), 422, "audio_invalid")
    problem(send(listening, interview, skip="true"), 422, "request_invalid")
    assert now(listening, interview)["ask"]["turn"] == 1
    assert not engine.requests


def test_without_an_engine_a_recording_is_refused_with_what_to_set(acme: Caller) -> None:
    interview = begin(acme)
    told = problem(send(acme, interview), 501, "transcriber_not_configured")
    assert "GRADER_SPEECH" in told
