"""Interviews by the client, and what is spoken, against a real service with a speech engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import SecretStr

from grader.client import (
    NO_RETRIES,
    AsyncGraderClient,
    Conflict,
    ConnectionFailed,
    GraderClient,
    Invalid,
    NotFound,
)
from grader.interviewing import Event
from grader.settings import Settings
from grader.speech import SpeechSettings
from tests.api.interviews.play import ALL, SCRIPT, talking_grader
from tests.api.speech.support import RECORDING, heard
from tests.grader.client.conftest import QUICK
from tests.support.openai_server import OpenAIServer
from tests.support.serving import Served, serving

CAPTIONS = f"WEBVTT\n\n00:00.000 --> 00:04.000\n{ALL}\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service over two rubrics and a script, with an engine that hears the same in everything."""
    folder = tmp_path_factory.mktemp("interviews")
    scripts = folder / "rubrics" / "interviews"
    scripts.mkdir(parents=True)
    (scripts / "talk.yaml").write_text(yaml.safe_dump(SCRIPT), encoding="utf-8")
    with OpenAIServer(otherwise=heard(ALL)) as engine:
        settings = Settings(
            data_dir=folder,
            rubrics_dir=folder / "rubrics",
            speech=SpeechSettings(
                engine="openai",
                retries=0,
                base_url=engine.base_url,
                api_key=SecretStr("sk-test"),
                model="whisper-1",
            ),
        )
        with serving(settings, talking_grader(settings)) as running:
            yield running


def types(events: Iterator[Event]) -> list[str]:
    return [event.type for event in events]


def test_an_interview_from_the_first_question_to_the_report(client: GraderClient) -> None:
    assert [(s.id, s.questions) for s in client.interviews.scripts()] == [("talk", 2)]
    begun = client.interviews.create(script="talk", candidate_id="ada", metadata={"team": "a"})
    assert begun.ask is not None
    assert (begun.ask.turn, begun.ask.transition, begun.opening) == (1, "Let us begin.", "Welcome.")

    paused = client.interviews.pause(begun.id)
    assert paused.status == "paused"
    with pytest.raises(Conflict):
        client.interviews.answer(begun.id, ALL, turn=1)
    client.interviews.resume(begun.id)
    second = client.interviews.answer(begun.id, ALL, turn=1)
    assert not client.interviews.wait(begun.id, timeout=30).grading
    assert second.questions[0].prompted == 100
    assert second.ask is not None
    over = client.interviews.answer(begun.id, turn=second.ask.turn, skip=True)
    assert (over.status, over.closing, over.ask) == ("finished", "Goodbye.", None)

    assert [one.id for one in client.interviews.list(candidate_id="ada", limit=1)] == [begun.id]
    hidden = client.interviews.get(begun.id, candidate_view=True)
    assert [question.prompted for question in hidden.questions] == [None, None]
    report = client.interviews.report(begun.id)
    assert [question.prompted for question in report.questions] == [100, 0]
    assert not report.for_candidate
    assert client.interviews.report(begun.id, candidate_view=True).for_candidate
    with pytest.raises(NotFound):
        client.interviews.report("int_nope")


def test_an_interview_is_ended_early(client: GraderClient) -> None:
    begun = client.interviews.create(topics=["caches"], minutes=20)
    assert client.interviews.end(begun.id).finished == "ended"
    with pytest.raises(Conflict):
        client.interviews.end(begun.id)
    with pytest.raises(Invalid):
        client.interviews.create(script="talk", minutes=5)


def test_what_happens_is_told_once_and_until_the_end(client: GraderClient) -> None:
    begun = client.interviews.create(script="talk")
    watching = client.interviews.events(begun.id)
    assert next(watching).type == "started"
    second = client.interviews.answer(begun.id, ALL, turn=1)
    assert second.ask is not None
    client.interviews.answer(begun.id, turn=second.ask.turn, skip=True)

    following = list(watching)
    assert [event.number for event in following] == list(range(2, 2 + len(following)))
    assert following[-1].type == "finished"
    assert "graded" in types(iter(following))
    # Nothing is left to be told, which takes one request to learn.
    assert list(client.interviews.events(begun.id, after=following[-1].number)) == []
    seen_by_candidate = types(client.interviews.events(begun.id, candidate_view=True))
    assert "graded" not in seen_by_candidate
    assert seen_by_candidate[-1] == "finished"


class Breaks(httpx.HTTPTransport):
    """Breaks every stream of events off after one event; before any, if `silent`."""

    def __init__(self, *, silent: bool = False) -> None:
        super().__init__()
        self.silent = silent
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if not request.url.path.endswith("/events") or response.status_code != 200:
            return response
        self.asked.append(request.headers["Last-Event-ID"])
        return httpx.Response(200, headers=response.headers, stream=_Broken(response, self.silent))


class _Broken(httpx.SyncByteStream):
    def __init__(self, response: httpx.Response, silent: bool) -> None:
        self.response = response
        self.silent = silent

    def __iter__(self) -> Iterator[bytes]:
        seen = b""
        if not self.silent:
            for chunk in self.response.iter_raw():
                seen += chunk.replace(b"\r\n", b"\n")
                if b"\n\n" in seen:
                    break
            yield seen[: seen.index(b"\n\n") + 2]
        raise httpx.ReadError("the connection broke")

    def close(self) -> None:
        self.response.close()


def finished(client: GraderClient) -> str:
    begun = client.interviews.create(script="talk")
    client.interviews.end(begun.id)
    return begun.id


def test_a_stream_that_breaks_off_is_taken_up_where_it_did(
    client: GraderClient, served: Served, api_key: str
) -> None:
    interview_id = finished(client)
    whole = list(client.interviews.events(interview_id))
    transport = Breaks()
    with GraderClient(served.url, api_key, retries=QUICK, transport=transport) as unlucky:
        assert list(unlucky.interviews.events(interview_id)) == whole
    assert transport.asked == [str(number) for number in range(len(whole))]


def test_a_stream_that_never_brings_anything_is_given_up(
    client: GraderClient, served: Served, api_key: str
) -> None:
    transport = Breaks(silent=True)
    interview_id = finished(client)
    with (
        GraderClient(served.url, api_key, retries=QUICK, transport=transport) as unlucky,
        pytest.raises(ConnectionFailed, match="the connection broke"),
    ):
        list(unlucky.interviews.events(interview_id))
    assert len(transport.asked) == QUICK.attempts
    with GraderClient(served.url, api_key, retries=NO_RETRIES) as strict:
        assert types(strict.interviews.events(interview_id))[-1] == "finished"


def test_async_code_watches_while_it_answers(served: Served, api_key: str) -> None:
    async def hold() -> list[str]:
        async with AsyncGraderClient(served.url, api_key, retries=QUICK) as client:
            begun = await client.interviews.create(script="talk")

            async def watch() -> list[str]:
                return [event.type async for event in client.interviews.events(begun.id)]

            watching = asyncio.create_task(watch())
            second = await client.interviews.answer(begun.id, ALL, turn=1)
            assert second.ask is not None
            await client.interviews.answer(begun.id, turn=second.ask.turn, skip=True)
            return await asyncio.wait_for(watching, timeout=30)

    told = asyncio.run(hold())
    assert (told[0], told[-1]) == ("started", "finished")


def test_answers_may_be_spoken(client: GraderClient, tmp_path: Path) -> None:
    file = tmp_path / "answer.wav"
    file.write_bytes(RECORDING)
    begun = client.interviews.create(script="talk")
    second = client.interviews.answer_recording(begun.id, file, turn=1, language="en")
    spoken = second.questions[0].turns[0].spoken
    assert spoken is not None
    assert spoken.engine == "openai: whisper-1"
    assert second.ask is not None
    over = client.interviews.answer(begun.id, transcript=CAPTIONS, turn=second.ask.turn)
    assert over.questions[1].turns[0].answer == ALL
    assert over.finished == "complete"
    assert client.interviews.report(begun.id).delivery is not None
    assert client.interviews.report(begun.id, delivery=False).delivery is None
    with pytest.raises(OSError, match="nowhere"):
        client.interviews.answer_recording(begun.id, tmp_path / "nowhere.wav", turn=3)


def test_recordings_are_written_down_and_graded(client: GraderClient) -> None:
    found = client.transcriptions.create(RECORDING, rubric_id="queues", language="en")
    assert (found.transcript.text, found.engine) == (ALL, "openai: whisper-1")
    options = {"candidate_id": "ada", "metadata": {"team": "ä"}, "asked": ["pump-alpha", "x"]}
    grade = client.grades.create_from_recording(RECORDING, rubric_id="queues", **options)  # type: ignore[arg-type]
    assert grade.score == 100
    (stored,) = client.grades.list()
    assert (stored.record.candidate_id, stored.record.metadata) == ("ada", {"team": "ä"})
    heard_back = client.grades.answer(grade.id)
    assert heard_back.answer == ALL
    assert heard_back.spoken is not None
    assert heard_back.spoken.transcript.text == ALL

    promised = client.grades.submit_recording(RECORDING, rubric_id="queues")
    assert client.grades.wait(promised.id, timeout=30).score == 100
    whole = client.grades.create_from_recording(
        RECORDING, rubric=client.rubrics.get("queues").model_copy(update={"id": "mine"})
    )
    assert whole.rubric.id == "mine"
    with pytest.raises(Invalid, match="audio"):
        client.transcriptions.create(b"no recording at all")


def test_one_key_grades_a_recording_once(client: GraderClient) -> None:
    first, again = (
        client.grades.create_from_recording(RECORDING, rubric_id="queues", idempotency_key="one")
        for _ in range(2)
    )
    assert again == first
    assert len(list(client.grades.list())) == 1


def test_candidates_are_invited_to_an_interview(client: GraderClient) -> None:
    invite = client.invites.create(None, "ada", script="talk")
    assert client.invites.get(invite.id).script == "talk"
