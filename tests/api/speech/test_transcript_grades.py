"""Transcripts sent to `POST /v1/grades`, as JSON, in forms and in batches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.settings import Settings
from grader.speech import SpeechSettings
from tests.api.batches.support import line, results, sent, until
from tests.api.speech.support import SPOKEN, whisper, words
from tests.api.support import FIRST, Caller, Service, scripted_grader
from tests.grader.speech.factories import deepgram

VTT = """WEBVTT

00:00.000 --> 00:02.000
<v Ann>What is a queue for?

00:03.000 --> 00:08.000
<v Bob>It decouples the two, and nothing gets lost on the way.
"""
SRT = "1\n00:00:01,000 --> 00:00:05,000\nIt decouples the two, and nothing gets lost.\n"
GERMAN = (
    "Eine Warteschlange entkoppelt den Erzeuger vom Verbraucher und puffert Lastspitzen damit auf "
    "dem Weg nichts verloren geht"
)
DECOUPLES = ("it", "decouples", "the", "producer", "from", "the", "consumer")
AWS = {
    "status": "COMPLETED",
    "results": {
        "items": [
            {
                "type": "pronunciation",
                "start_time": str(number),
                "end_time": str(number + 0.5),
                "alternatives": [{"content": word, "confidence": "0.9"}],
            }
            for number, word in enumerate(DECOUPLES)
        ]
    },
}
ASSEMBLY = {
    "status": "completed",
    "words": [
        {"text": word, "start": number * 500, "end": number * 500 + 400, "confidence": 0.9}
        for number, word in enumerate(DECOUPLES)
    ],
}


@pytest.fixture
def acme(service: Service) -> Caller:
    """A caller of a service over each database."""
    return service.caller("acme")


def spoken(caller: Caller, transcript: Any, **more: Any) -> Any:
    body = {"rubric_id": FIRST.id, "transcript": transcript} | more
    return caller("POST", "/v1/grades", json=body, headers=body.pop("headers", {}))


@pytest.mark.parametrize(
    ("transcript", "source"),
    [
        (VTT.replace("<v Ann>", "<v Bob>"), "webvtt"),
        (SRT, "srt"),
        (deepgram(words(SPOKEN)), "deepgram"),
        (json.dumps(whisper(SPOKEN)), "whisper"),
        (AWS, "aws"),
        (ASSEMBLY, "assemblyai"),
    ],
)
def test_evidence_says_when_it_was_said(caller: Caller, transcript: Any, source: str) -> None:
    response = spoken(caller, transcript)
    assert response.status_code == 201, response.text
    grade = response.json()
    assert grade["spoken"]["source"] == source
    (found,) = [point for point in grade["points"] if point["id"] == "decouples"]
    (span,) = found["evidence"]
    text = grade["spoken"]["text"]
    assert text[span["start"] : span["end"]] == span["quote"]
    assert 0 <= span["start_ms"] < span["end_ms"]
    assert grade["spoken"]["delivery"]["speech_rate"] > 0


def test_a_grade_of_a_typed_answer_is_as_it_was(caller: Caller) -> None:
    grade = caller.grade("It decouples.").json()
    assert "spoken" not in grade
    assert set(grade["points"][0]["evidence"][0]) == {"start", "end", "quote"}


def test_the_grade_is_returned_again_with_the_whole_transcript(acme: Caller) -> None:
    grade = spoken(acme, whisper(SPOKEN)).json()
    again = acme("GET", f"/v1/grades/{grade['id']}").json()
    assert again["spoken"] == grade["spoken"]
    assert again["points"] == grade["points"]
    answer = acme("GET", f"/v1/grades/{grade['id']}/answer").json()
    assert answer["answer"] == SPOKEN
    kept = answer["spoken"]["transcript"]
    assert [word["start_ms"] for word in kept["words"]][:3] == [0, 500, 1000]
    assert {word["confidence"] for word in kept["words"]} == {0.9}
    typed = acme.grade().json()["id"]
    assert acme("GET", f"/v1/grades/{typed}/answer").json()["spoken"] is None


def test_what_is_returned_can_be_sent_again(caller: Caller) -> None:
    first = spoken(caller, whisper(SPOKEN)).json()
    kept = caller("GET", f"/v1/grades/{first['id']}/answer").json()["spoken"]["transcript"]
    second = spoken(caller, kept).json()
    assert second["points"] == first["points"]
    assert second["spoken"] == first["spoken"]


def test_a_point_that_rests_on_unsure_words_is_ungraded_never_missing(caller: Caller) -> None:
    grade = spoken(caller, whisper(SPOKEN, unsure=[0, 1])).json()
    (point,) = [point for point in grade["points"] if point["id"] == "decouples"]
    assert point["verdict"] == "ungraded"
    assert "little confidence (0:00)" in point["why"]
    assert grade["score"] is None
    assert grade["needs_review"]
    assert grade["spoken"]["doubtful"][0]["start_ms"] == 0


def test_both_versions_of_a_corrected_transcript_are_kept(acme: Caller) -> None:
    said = "It dee couples the two and nothing gets lost on the way to the consumer"
    corrected = said.replace("dee couples", "decouples")
    grade = spoken(acme, whisper(said), corrected_text=corrected).json()
    assert grade["points"][0]["verdict"] == "covered"
    assert grade["spoken"]["text"] == corrected
    assert grade["spoken"]["recognised_text"] == said
    assert "transcript_corrected" in grade["flags"]
    kept = acme("GET", f"/v1/grades/{grade['id']}/answer").json()
    assert kept["answer"] == kept["spoken"]["transcript"]["text"] == corrected
    assert kept["spoken"]["recognised"]["text"] == said
    assert 0 < kept["spoken"]["changed"] < 0.3
    assert not any("changed" in reason for reason in grade["review_reasons"])


def test_a_transcript_that_was_rewritten_is_shown_to_a_person(caller: Caller) -> None:
    rewritten = "It decouples producers from consumers, buffers bursts, and retries what failed."
    grade = spoken(
        caller, whisper("I do not really know about it"), corrected_text=rewritten
    ).json()
    assert grade["needs_review"]
    assert any("was changed before" in reason for reason in grade["review_reasons"])


def test_a_useless_transcript_may_be_corrected_into_an_answer(caller: Caller) -> None:
    loop = "and then the " * 60
    grade = spoken(caller, whisper(loop.strip()), corrected_text="It decouples the two.").json()
    assert grade["points"][0]["verdict"] == "covered"
    assert grade["spoken"]["delivery"] is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("thank you for watching", "nobody speaks"),
        ("and then the " * 60, "repeats itself"),
        ("...", "no speech"),
        (GERMAN, "not in English"),
    ],
)
def test_what_nobody_said_is_refused_and_never_a_grade(caller: Caller, text: str, why: str) -> None:
    response = spoken(caller, whisper(text.strip()))
    problem = response.json()
    assert response.status_code == 422
    assert problem["code"] == "cannot_grade"
    assert why in problem["detail"]
    assert why not in caller("GET", "/v1/grades").text


@pytest.mark.parametrize(
    ("transcript", "code", "words"),
    [
        ("no times here", "transcript_invalid", "send plain text as the answer"),
        ("", "transcript_invalid", "empty"),
        ({}, "transcript_invalid", "no known shape"),
        ({"results": {"channels": []}}, "transcript_invalid", "results.channels"),
        (
            whisper("it ends early", words=[{"word": "it", "start": 2.0, "end": 1.0}]),
            "transcript_invalid",
            "words[0]: it ends at 1 s, before it begins at 2 s",
        ),
        (
            whisper("it", words=[{"word": "it", "start": -2.0, "end": 1.0}]),
            "transcript_invalid",
            "words[0]: the time -2 s is negative",
        ),
        ("WEBVTT\n\n-00:01.000 --> 00:02.000\nIt decouples.\n", "transcript_invalid", "line 3"),
        (VTT, "speaker_unclear", "name the candidate: 'Ann' (5 words), 'Bob' (11 words)"),
        (
            whisper("it decouples", language="\ud800"),
            "transcript_invalid",
            "of a speaker or a language",
        ),
        (
            {"text": "it", "source": "x", "words": [{"start": 0, "end": 9, "start_ms": 1}]},
            "transcript_invalid",
            "words[0].end_ms",
        ),
        (whisper("decouples\ud800 it all for good"), "answer_invalid", "surrogate"),
        (whisper("decouples " * 2_500 + "it all"), "cannot_grade", "repeats"),
    ],
)
def test_a_transcript_that_cannot_be_used_is_a_clear_problem(
    caller: Caller, transcript: Any, code: str, words: str
) -> None:
    body = json.dumps({"rubric_id": FIRST.id, "transcript": transcript})
    response = caller(
        "POST", "/v1/grades", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422, response.text
    assert response.json()["code"] == code
    assert words in response.json()["detail"]


def test_overlapping_words_are_kept_with_a_note(caller: Caller) -> None:
    clash = words("It decouples the two of them for good")
    clash[2]["start"] = clash[1]["start"]
    grade = spoken(caller, {"text": "It decouples the two of them for good", "words": clash}).json()
    assert "words overlap 1 time, first at 0.5 s" in grade["spoken"]["notes"][0]


def test_the_candidate_among_several_speakers_is_named(caller: Caller) -> None:
    grade = spoken(caller, VTT, speaker="bob").json()
    assert grade["spoken"]["text"] == "It decouples the two, and nothing gets lost on the way."
    nobody = spoken(caller, VTT, speaker="Eve").json()
    assert nobody["speakers"] == {"Ann": 5, "Bob": 11}


def test_delivery_can_be_left_out_by_a_request_or_by_a_setting(
    acme: Caller, service: Service
) -> None:
    with_it, without = (
        spoken(acme, whisper(SPOKEN), delivery=wanted).json() for wanted in (True, False)
    )
    assert without["spoken"]["delivery"] is None
    assert without["score"] == with_it["score"]
    silent = service.settings.model_copy(update={"speech": SpeechSettings(delivery=False)})
    with Service.running(silent, scripted_grader(silent)) as other:
        grade = spoken(other.caller("acme"), whisper(SPOKEN), delivery=True).json()
    assert grade["spoken"]["delivery"] is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"transcript": SRT, "answer": "both"}, "exactly one of answer and transcript"),
        ({}, "exactly one of answer and transcript"),
        ({"answer": "words", "speaker": "Bob"}, "speaker goes with transcript"),
        ({"answer": "words", "corrected_text": "x"}, "corrected_text goes with transcript"),
        ({"transcript": 7}, "transcript"),
        ({"transcript": [1]}, "transcript"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(
    caller: Caller, body: dict[str, Any], words: str
) -> None:
    response = caller("POST", "/v1/grades", json={"rubric_id": FIRST.id} | body)
    assert response.status_code == 422
    assert response.json()["code"] == "request_invalid"
    assert words in response.json()["detail"]


def test_a_promised_grade_of_a_transcript_is_the_same_grade(acme: Caller) -> None:
    now = spoken(acme, whisper(SPOKEN, unsure=[3])).json()
    promised = spoken(acme, whisper(SPOKEN, unsure=[3]), headers={"Prefer": "respond-async"})
    assert promised.status_code == 202
    grade: dict[str, Any] = {}
    while grade.get("record", {"status": "pending"})["status"] == "pending":
        grade = acme("GET", promised.headers["Location"]).json()
    assert grade["spoken"] == now["spoken"]
    assert grade["points"] == now["points"]


def test_a_regrade_keeps_the_times(acme: Caller) -> None:
    grade = spoken(acme, whisper(SPOKEN)).json()
    path = f"/v1/grades/{grade['id']}/regrade"
    again = acme("POST", path, json={"rubric_version": FIRST.version}).json()
    assert again["points"][0]["evidence"] == grade["points"][0]["evidence"]
    assert again["spoken"] == grade["spoken"]


def test_a_form_carries_a_transcript_file_and_every_field(acme: Caller) -> None:
    fields = {
        "rubric_id": FIRST.id,
        "speaker": "Bob",
        "metadata": '{"room": "7"}',
        "asked": ["one", "two"],
        "allow_partial": "true",
        "candidate_id": "ada",
        "custom_id": "a1",
    }
    files = {"transcript": ("answer.vtt", VTT.encode(), "text/vtt")}
    key = {"Idempotency-Key": "one"}
    first = acme("POST", "/v1/grades", data=fields, files=files, headers=key)
    assert first.status_code == 201, first.text
    again = acme("POST", "/v1/grades", data=fields, files=files, headers=key)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = {"transcript": ("answer.vtt", VTT.replace("way", "road").encode(), "text/vtt")}
    reused = acme("POST", "/v1/grades", data=fields, files=other, headers=key)
    assert reused.json()["code"] == "idempotency_key_reused"
    kept = acme("GET", f"/v1/grades/{first.json()['id']}").json()["record"]
    assert (kept["candidate_id"], kept["custom_id"]) == ("ada", "a1")
    assert kept["metadata"] == {"room": "7"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rubric_id": FIRST.id, "metadata": "{"}, "metadata: Invalid JSON"),
        ({"rubric_id": FIRST.id, "language": "en"}, "language goes with audio"),
        ({"rubric_id": [FIRST.id, FIRST.id]}, "rubric_id"),
        ({"rubric_id": FIRST.id, "nothing": "x"}, "nothing"),
        ({}, "exactly one of rubric_id"),
    ],
)
def test_fields_of_a_form_are_checked(caller: Caller, fields: dict[str, Any], words: str) -> None:
    files = {"transcript": ("answer.srt", SRT.encode(), "text/plain")}
    response = caller("POST", "/v1/grades", data=fields, files=files)
    assert response.status_code == 422
    assert words in response.json()["detail"]


def test_lines_of_a_batch_may_be_transcripts(acme: Caller) -> None:
    alone = spoken(acme, whisper(SPOKEN, unsure=[0, 1])).json()

    def heard(number: int, transcript: Any, **more: Any) -> dict[str, Any]:
        return {"custom_id": f"a{number}", "rubric_id": FIRST.id, "transcript": transcript} | more

    batch_id = sent(
        acme,
        [
            heard(0, whisper(SPOKEN, unsure=[0, 1])),
            line(1),
            heard(2, VTT, speaker="Bob", delivery=False),
            heard(3, VTT),
            heard(4, whisper("thank you for watching")),
            heard(5, SRT, answer="both"),
            {"custom_id": "a6", "rubric_id": FIRST.id},
        ],
    )
    until(acme, batch_id)
    graded = {one["custom_id"]: one["grade"] for one in results(acme, batch_id, "output")}
    assert set(graded) == {"a0", "a1", "a2"}
    assert graded["a0"]["points"] == alone["points"]
    assert graded["a0"]["spoken"] == alone["spoken"]
    assert "spoken" not in graded["a1"]
    assert graded["a2"]["spoken"]["delivery"] is None
    errors = {one["custom_id"]: one["error"] for one in results(acme, batch_id, "errors")}
    assert errors["a3"]["code"] == "speaker_unclear"
    assert errors["a3"]["speakers"] == {"Ann": 5, "Bob": 11}
    assert errors["a4"]["code"] == "cannot_grade"
    assert "exactly one of answer and transcript" in errors["a5"]["message"]
    assert "exactly one of answer and transcript" in errors["a6"]["message"]


def test_a_deletion_takes_the_transcript_along(acme: Caller) -> None:
    spoken(acme, whisper("Orchids decouples"), candidate_id="ada", corrected_text="It decouples.")
    receipt = acme("DELETE", "/v1/candidates/ada").json()
    assert receipt["removed"]["transcripts"] == 1
    assert receipt["remaining"]["transcripts"] == 0
    assert receipt["complete"]


def test_a_transcript_longer_than_an_answer_may_be_says_so(service_settings: Settings) -> None:
    short = service_settings.model_copy(update={"max_answer_characters": 50})
    with Service.running(short, scripted_grader(short)) as service:
        response = spoken(service.caller("acme"), whisper(SPOKEN))
    assert response.json()["code"] == "answer_invalid"
    assert "the limit is 50" in response.json()["detail"]
