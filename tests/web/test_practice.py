"""The practice page: choosing, answering, following up, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.interviews.play import talking_grader
from tests.support.serving import serving
from tests.web.browsing import Tabs, aside, check_accessible, tabs_of
from tests.web.conftest import web_settings

_FIRST = "It has beta."


def _answered(page: Page, answer: str) -> None:
    page.get_by_role("textbox", name="Your answer").fill(answer)
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_be_focused()


def test_questions_are_chosen_by_topic_and_level(tabs: Tabs) -> None:
    page = tabs.open("/")
    questions = page.locator("#questions li")
    expect(questions).to_have_count(2)
    page.get_by_label("Topic").select_option("caches")
    expect(questions).to_have_count(1)
    expect(page.locator("#matches")).to_have_text("1 of 2 questions")
    page.get_by_label("Level").select_option("intern")
    expect(page.get_by_role("heading", name="No question matches")).to_be_visible()
    page.get_by_role("button", name="Show all questions").click()
    expect(questions).to_have_count(2)
    expect(page.get_by_role("link", name="A talk")).to_have_attribute(
        "href", "/interview?script=talk"
    )


def test_a_typed_answer_is_marked_and_its_follow_up_adds_to_it(tabs: Tabs) -> None:
    page = tabs.open("/")
    page.get_by_role("link", name="What about queues?").click()
    expect(page.get_by_role("heading", name="What about queues?")).to_be_focused()
    page.get_by_role("textbox", name="Your answer").fill(_FIRST)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result-title")).to_contain_text("28.6")
    expect(page.locator("#marked-text mark")).to_have_text("It")
    covered = page.locator("#point-2")
    expect(covered).to_contain_text("Covered")
    page.locator("#marked-text a.ref").click()
    expect(covered).to_be_focused()
    expect(page.locator("#point-1")).to_contain_text("Missing")

    page.get_by_role("button", name="Answer this next").click()
    expect(page.get_by_role("heading", name="Which one?")).to_be_visible()
    page.get_by_label("Your answer to the follow-up").fill("And alpha.")
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_contain_text("85.7")
    expect(page.locator("#marked-text")).to_contain_text("has beta.")
    expect(page.locator("#marked-text")).to_contain_text("And alpha.")
    expect(page.get_by_text("57.1 more than the attempt before.")).to_be_visible()
    expect(page.locator(".progress circle")).to_have_count(2)

    page.reload()
    expect(page.locator("#result-title")).to_contain_text("85.7")
    page.get_by_role("link", name="All questions").click()
    expect(page.get_by_text("best 85.7")).to_be_visible()
    expect(page.locator("#progress-plot circle")).to_have_count(2)


def test_a_draft_survives_a_reload(tabs: Tabs) -> None:
    page = tabs.open("/#question/queues")
    page.get_by_role("textbox", name="Your answer").fill("Half a thou")
    page.reload()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value("Half a thou")


def test_an_empty_answer_is_not_sent(tabs: Tabs) -> None:
    page = tabs.open("/#question/queues")
    page.get_by_role("button", name="Grade").click()
    expect(page.get_by_text("There is no answer yet")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your answer")).to_be_focused()


def test_an_answer_that_cannot_be_sent_is_kept(tabs: Tabs) -> None:
    page = tabs.open("/#question/queues")
    page.get_by_role("textbox", name="Your answer").fill(_FIRST)
    page.context.set_offline(offline=True)
    page.get_by_role("button", name="Grade").click()
    expect(page.get_by_text("The service did not answer")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your answer")).to_have_value(_FIRST)
    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_contain_text("28.6")
    tabs.allow("ERR_INTERNET_DISCONNECTED")


def test_the_theme_is_turned_over_and_remembered(tabs: Tabs) -> None:
    page = tabs.open("/", color_scheme="light")
    page.get_by_role("button", name="Use the dark theme").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Use the light theme").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("width", [1280, 320])
def test_practice_is_accessible_and_fits(tabs: Tabs, width: int) -> None:
    page = tabs.open("/", width=width)
    expect(page.locator("#questions li")).to_have_count(2)
    check_accessible(page)
    page.get_by_role("link", name="What about queues?").click()
    check_accessible(page)
    _answered(page, _FIRST)
    check_accessible(page)
    page.get_by_role("button", name="Answer this next").click()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_service_with_keys_asks_for_one(browser: Browser, tmp_path: Path) -> None:
    settings = web_settings(tmp_path)
    with (
        serving(settings, talking_grader(settings)) as served,
        tabs_of(browser, served.url) as tabs,
    ):
        key = aside(served.key)
        tabs.allow("401 (Unauthorized)")
        page = tabs.open("/#question/queues")
        dialog = page.get_by_role("dialog", name="API key")
        expect(dialog).to_contain_text("comes from whoever runs this service")
        expect(dialog).not_to_contain_text("Authorization")
        check_accessible(page)
        dialog.get_by_label("Key").fill("grk_wrong")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("The API key is not one of this service.")
        dialog.get_by_label("Key").fill(key)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What about queues?")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="What about queues?")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
