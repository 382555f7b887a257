"""A whole interview in the browser, and what may go wrong on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import Tabs, check_accessible

_ALL = "It has alpha, beta and gamma."
_QUEUES = "What about queues?"
_CACHES = "What about caches?"


@pytest.fixture
def page(tabs: Tabs) -> Page:
    """An interview whose first question is asked."""
    page = tabs.open("/interview?script=talk")
    page.get_by_role("button", name="Begin the interview").click()
    expect(page.get_by_role("heading", name=_QUEUES)).to_be_visible()
    return page


def _say(page: Page, answer: str) -> None:
    page.get_by_label("Your answer").fill(answer)
    page.get_by_role("button", name="Send the answer").click()


def test_a_typed_interview_leads_to_its_report(page: Page) -> None:
    expect(page.get_by_text("Welcome.")).to_be_visible()
    assert re.fullmatch(r"(9:\d\d|10:00)", page.locator("#time-left").inner_text())
    _say(page, "It has beta and gamma.")
    follow_up = page.get_by_role("heading", name="What else?")
    expect(follow_up).to_be_focused()
    expect(page.locator("#so-far")).to_contain_text("It has beta and gamma.")
    _say(page, "Right, alpha.")
    expect(page.get_by_role("heading", name=_CACHES)).to_be_focused()
    expect(page.get_by_text("Earlier in this interview: 1 question")).to_be_visible()
    page.get_by_role("button", name="Pass", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Pass").click()
    expect(page.get_by_role("heading", name="The interview is over")).to_be_focused()
    expect(page.get_by_text("Goodbye.")).to_be_visible()

    page.get_by_role("link", name="Read the report").click()
    expect(page.get_by_role("heading", name="A talk")).to_be_visible()
    expect(page.locator(".scores .score")).to_have_text("50")
    topics = page.get_by_role("table", name="By topic")
    expect(topics.get_by_role("row", name=re.compile("Queues"))).to_contain_text("100")
    expect(topics.get_by_role("row", name=re.compile("Caches"))).to_contain_text("0")
    caches = page.get_by_role("region", name="2. What about caches?")
    expect(caches).to_contain_text("Alpha holds the workers apart.")
    page.get_by_role("link", name="As the candidate sees it").click()
    expect(caches).to_contain_text("3 key points not reached")
    expect(caches).not_to_contain_text("Alpha holds the workers apart.")


def test_a_paused_interview_waits_and_keeps_what_was_typed(page: Page) -> None:
    page.get_by_label("Your answer").fill("So far")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_hidden()
    check_accessible(page)
    page.reload()
    page.locator("#resume").click()
    expect(page.get_by_label("Your answer")).to_have_value("So far")


def test_the_second_tab_that_answers_a_turn_loses_nothing(tabs: Tabs, page: Page) -> None:
    other = tabs.beside(page.context, page.url.removeprefix(tabs.url))
    expect(other.get_by_role("heading", name=_QUEUES)).to_be_visible()
    other.get_by_label("Your answer").fill("Typed in the other tab.")
    _say(page, _ALL)
    expect(page.get_by_role("heading", name=_CACHES)).to_be_visible()
    expect(other.get_by_role("heading", name=_CACHES)).to_be_visible()
    expect(other.get_by_text("That turn was answered elsewhere")).to_be_visible()
    expect(other.get_by_role("blockquote")).to_have_text("Typed in the other tab.")
    other.get_by_role("button", name="Put it into this answer").click()
    expect(other.get_by_label("Your answer")).to_have_value("Typed in the other tab.")


def test_a_turn_answered_behind_a_tabs_back_is_a_conflict_in_words(tabs: Tabs, page: Page) -> None:
    # Without events the tab learns of the other answer only from the refusal of its own.
    other = tabs.open("/")
    other.context.route("**/events?*", lambda route: route.abort())
    other.goto(page.url)
    expect(other.get_by_role("heading", name=_QUEUES)).to_be_visible()
    _say(page, _ALL)
    expect(page.get_by_role("heading", name=_CACHES)).to_be_visible()
    _say(other, "Too late.")
    expect(other.get_by_role("heading", name=_CACHES)).to_be_visible()
    expect(other.get_by_role("blockquote")).to_have_text("Too late.")
    tabs.allow("409 (Conflict)", "net::ERR_FAILED")


def test_a_lost_connection_costs_nothing(tabs: Tabs, page: Page) -> None:
    page.context.set_offline(offline=True)
    _say(page, _ALL)
    expect(page.get_by_text("The service did not answer")).to_be_visible()
    page.context.set_offline(offline=False)
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value(_ALL)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name=_CACHES)).to_be_visible()
    tabs.allow("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")


def test_an_answer_whose_reply_was_lost_is_taken_once(tabs: Tabs, page: Page) -> None:
    def lose_reply(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.context.route("**/events?*", lambda route: route.abort())
    page.reload()
    page.context.route("**/answers", lose_reply, times=1)
    _say(page, "It has beta.")
    again = page.get_by_role("button", name="Send it again")
    expect(again).to_be_visible()
    again.click()
    expect(page.get_by_role("heading", name="What else?")).to_be_visible()
    expect(page.locator("#so-far .answer-said")).to_have_count(1)
    tabs.allow("net::ERR_FAILED")


def test_an_interview_of_ones_own_is_begun_and_ended(tabs: Tabs) -> None:
    page = tabs.open("/interview")
    page.get_by_label("One of your own").check()
    page.get_by_label("Caches").check()
    page.get_by_label("Minutes").fill("20")
    check_accessible(page)
    page.get_by_role("button", name="Begin the interview").click()
    expect(page.get_by_role("heading", name=_CACHES)).to_be_visible()
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_text("The interview was ended.")).to_be_visible()
    page.get_by_role("link", name="Another interview").click()
    expect(page.get_by_text("finished: read the report")).to_be_visible()


def test_an_interview_that_is_not_there_is_said_so(tabs: Tabs) -> None:
    page = tabs.open("/interview/report?id=int_none")
    expect(page.get_by_role("heading", name="There is no such interview")).to_be_visible()
    check_accessible(page)
    tabs.allow("404 (Not Found)")


@pytest.mark.parametrize("width", [1280, 320])
def test_interview_and_report_are_accessible_and_fit(tabs: Tabs, width: int) -> None:
    page = tabs.open("/interview", width=width)
    begin = page.get_by_role("button", name="Begin the interview")
    expect(begin).to_be_enabled()
    check_accessible(page)
    begin.click()
    expect(page.get_by_role("heading", name=_QUEUES)).to_be_visible()
    check_accessible(page)
    _say(page, _ALL)
    expect(page.get_by_role("heading", name=_CACHES)).to_be_visible()
    page.locator(".earlier summary").click()
    check_accessible(page)
    _say(page, _ALL)
    expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    check_accessible(page)
    page.get_by_role("link", name="Read the report").click()
    expect(page.locator(".scores .score")).to_have_text("100")
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
