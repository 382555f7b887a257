"""Spoken answers in the browser: live captions, and a recording from a microphone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from grader.speech import SpeechSettings
from tests.api.interviews.play import talking_grader
from tests.grader.speech.factories import tone, wav
from tests.support.openai_server import OpenAIServer, raw
from tests.support.serving import Served, serving
from tests.web.browsing import SCRIPTED, Tabs, check_accessible, chromium, tabs_of
from tests.web.conftest import web_settings
from tests.web.inviting import begun, invited, let_candidates_speak, record

_NONE = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition;"
_HEARD = {
    "task": "transcribe",
    "language": "english",
    "duration": 2.0,
    "text": "It has alfa.",
    "words": [
        {"word": "It", "start": 0, "end": 0.2},
        {"word": "has", "start": 0.3, "end": 0.6},
        {"word": "alfa", "start": 0.7, "end": 1.2},
    ],
}


def _last_grade(url: str) -> Any:
    grade_id = httpx.get(f"{url}/v1/grades?limit=1").json()["items"][0]["id"]
    return httpx.get(f"{url}/v1/grades/{grade_id}").json()


def test_captions_are_corrected_and_both_versions_sent(tabs: Tabs) -> None:
    page = tabs.open("/#question/queues", scripts=[SCRIPTED])
    page.get_by_role("button", name="Speak").click()
    page.evaluate("recogniser.say('It has', false)")
    expect(page.locator(".interim")).to_have_text("It has")
    page.evaluate("recogniser.say('It has alfa', true)")
    page.evaluate("recogniser.say('and beta', false)")
    expect(page.get_by_role("button", name="Grade")).to_be_disabled()
    check_accessible(page)
    page.get_by_role("button", name="Stop").click()
    answer = page.get_by_role("textbox", name="Your answer")
    expect(answer).to_have_value("It has alfa and beta")
    answer.fill("It has alpha and beta")
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_contain_text("85.7")
    spoken = _last_grade(tabs.url)["spoken"]
    assert spoken["text"] == "It has alpha and beta"
    assert spoken["recognised_text"].split() == ["It", "has", "alfa", "and", "beta"]
    expect(page.get_by_role("region", name="Delivery")).to_contain_text("no part of the score")


def _begin_interview(page: Page) -> None:
    page.get_by_role("button", name="Begin the interview").click()
    expect(page.get_by_role("heading", name="What about queues?")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_an_interview_turn_is_spoken_corrected_and_reported(tabs: Tabs, width: int) -> None:
    page = tabs.open("/interview?script=talk", scripts=[SCRIPTED], width=width)
    _begin_interview(page)
    page.get_by_role("button", name="Speak").click()
    page.evaluate("recogniser.say('It has alfa um and beta', true)")
    check_accessible(page)
    page.get_by_role("button", name="Stop").click()
    answer = page.get_by_label("Your answer")
    expect(answer).to_have_value("It has alfa um and beta")
    # What was said survives a reload as what was said.
    page.reload()
    expect(answer).to_have_value("It has alfa um and beta")
    answer.fill("It has alpha and beta")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="And bursts?")).to_be_visible()
    said = page.locator("#so-far")
    expect(said).to_contain_text("It has alpha and beta")
    said.get_by_text("As it was heard").click()
    expect(said).to_contain_text("It has alfa um and beta")
    check_accessible(page)

    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    page.get_by_role("link", name="Read the report").click()
    delivery = page.get_by_role("region", name="Delivery")
    expect(delivery).to_contain_text("no part of the score")
    expect(delivery).to_contain_text("1 filler")
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Without delivery").click()
    expect(page.get_by_role("link", name="With delivery", exact=True)).to_be_visible()
    expect(delivery).to_have_count(0)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("not-allowed", "The microphone may not be used"),
        ("audio-capture", "No microphone was found"),
        ("network", "Press Record instead"),
    ],
)
def test_a_recogniser_that_fails_says_what_to_do(tabs: Tabs, error: str, said: str) -> None:
    page = tabs.open("/#question/queues", scripts=[SCRIPTED])
    page.get_by_role("button", name="Speak").click()
    page.evaluate("recogniser.say('It has', true)")
    page.evaluate("error => recogniser.fail(error)", error)
    expect(page.locator(".heard")).to_contain_text(said)
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("It has")


@pytest.fixture(scope="module")
def microphone(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose microphone plays a file."""
    file = tmp_path_factory.mktemp("sound") / "answer.wav"
    file.write_bytes(wav(tone(2)))
    started = chromium(
        playwright,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}",
    )
    yield started
    started.close()


@pytest.fixture
def hearing(tmp_path: Path) -> Iterator[tuple[Served, OpenAIServer]]:
    """The service with a transcription endpoint on loopback."""
    with OpenAIServer(otherwise=raw(json.dumps(_HEARD).encode())) as engine:
        speech = SpeechSettings(
            engine="openai", base_url=engine.base_url, api_key="none", model="whisper-1"
        )
        settings = web_settings(tmp_path, speech=speech)
        with serving(settings, talking_grader(settings)) as served:
            yield served, engine


def _record(page: Page) -> None:
    page.get_by_role("button", name="Record").click()
    # Recorders give nothing before their first slice is full.
    expect(page.locator(".speaking .elapsed")).to_have_text("0:02")
    page.get_by_role("button", name="Stop").click()


def test_a_recording_is_written_down_corrected_and_graded(
    microphone: Browser, hearing: tuple[Served, OpenAIServer]
) -> None:
    served, engine = hearing
    with tabs_of(microphone, served.url) as tabs:
        page = tabs.open("/#question/queues", scripts=[_NONE])
        _record(page)
        answer = page.get_by_role("textbox", name="Your answer")
        expect(answer).to_have_value("It has alfa.")
        expect(page.get_by_label("Your recording")).to_be_visible()
        assert engine.requests[-1].path == "/v1/audio/transcriptions"
        check_accessible(page)
        answer.fill("It has alpha.")
        page.get_by_role("button", name="Grade").click()
        expect(page.locator("#result-title")).to_contain_text("57.1")
        spoken = _last_grade(served.url)["spoken"]
        assert (spoken["text"], spoken["recognised_text"]) == ("It has alpha.", "It has alfa.")


def test_a_recorded_interview_turn_is_written_down_and_graded(
    microphone: Browser, hearing: tuple[Served, OpenAIServer]
) -> None:
    served, _ = hearing
    with tabs_of(microphone, served.url) as tabs:
        page = tabs.open("/interview?script=talk", scripts=[_NONE])
        _begin_interview(page)
        _record(page)
        answer = page.get_by_label("Your answer")
        expect(answer).to_have_value("It has alfa.")
        answer.fill("It has alpha.")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.locator("#so-far")).to_contain_text("It has alpha.")
        spoken = _last_grade(served.url)["spoken"]
        assert (spoken["text"], spoken["recognised_text"]) == ("It has alpha.", "It has alfa.")


def test_an_invited_candidate_records_a_turn_and_corrects_it(
    microphone: Browser, hearing: tuple[Served, OpenAIServer]
) -> None:
    served, engine = hearing
    let_candidates_speak(served)
    path, invite_id = invited(served, rubric_id=None, script="talk", spoken=True)
    with tabs_of(microphone, served.url) as tabs:
        page = begun(tabs, path, scripts=[_NONE])
        _record(page)
        answer = page.get_by_label("Your answer")
        expect(answer).to_have_value("It has alfa.")
        assert engine.requests[-1].path == "/v1/audio/transcriptions"
        answer.fill("It has alpha.")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.locator("#so-far")).to_contain_text("It has alpha.")
        check_accessible(page)
        interview_id = record(served, invite_id)["interview_id"]
        interview = httpx.get(f"{served.url}/v1/interviews/{interview_id}").json()
        turn = interview["questions"][0]["turns"][0]
        assert turn["answer"] == "It has alpha."
        assert turn["spoken"]["recognised_text"] == "It has alfa."


def test_without_an_engine_the_candidate_is_told_to_type(microphone: Browser, site: Served) -> None:
    with tabs_of(microphone, site.url) as tabs:
        tabs.allow("501 (Not Implemented)")
        page = tabs.open("/#question/queues", scripts=[_NONE])
        _record(page)
        expect(page.get_by_text("This service turns no speech into words")).to_be_visible()
