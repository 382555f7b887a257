"""The review page: taking a grade, changing a verdict by keyboard, second opinions, appeals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.interviews.play import talking_grader
from tests.support.serving import Served, serving
from tests.web.browsing import Tabs, check_accessible, tabs_of
from tests.web.conftest import web_settings
from tests.web.test_dashboard import grade

UNSURE = "It has alpha, unsure as I am. Nothing else."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    settings = web_settings(tmp_path)
    with serving(settings, talking_grader(settings)) as served:
        yield served


@pytest.fixture
def tabs(browser: Browser, site: Served) -> Iterator[Tabs]:
    with tabs_of(browser, site.url) as opened:
        yield opened


def outcome(site: Served, grade_id: str) -> Any:
    return httpx.get(f"{site.url}/v1/grades/{grade_id}/reviews").json()


def take_first(tabs: Tabs, reviewer: str = "Ada", **more: Any) -> Page:
    page = tabs.open("/review", **more)
    page.get_by_label("Your name").fill(reviewer)
    page.locator(".waiting button").first.click()
    expect(page.locator("#task-title")).to_be_focused()
    return page


def test_a_verdict_is_changed_by_keyboard_and_the_score_with_it(site: Served, tabs: Tabs) -> None:
    grade_id, other = grade(site, UNSURE), grade(site, f"{UNSURE} At all.")
    before = outcome(site, grade_id)["current"]["score"]
    page = take_first(tabs)
    expect(page.locator("#task-answer mark")).to_have_text("It")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".judgement.current .claim")).to_have_text("Beta smooths a burst.")
    page.keyboard.press("1")
    expect(page.locator(".judgement.current")).to_contain_text("changed")
    page.keyboard.press("k")
    expect(page.locator(".judgement.current .claim")).to_contain_text("Alpha")
    page.keyboard.press("s")
    expect(page.get_by_text("Give a reason")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("It does say that; just read it.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("became")
    # The next one is there already.
    expect(page.locator("#task-title")).to_be_focused()

    found = outcome(site, grade_id)
    assert found["current"]["score"] == pytest.approx(before + 28.57, abs=0.1)
    (review,) = found["reviews"]
    assert (review["reviewer"], review["points"]) == ("Ada", {"beta": "covered"})
    assert review["reason"] == "It does say that; just read it."
    assert outcome(site, other)["reviews"] == []

    page.get_by_role("button", name="Back to the queue").click()
    expect(page.locator(".waiting li")).to_have_count(1)
    expect(page.locator("#agreement-figures")).to_contain_text("66.7 %")


def test_keys_are_shown_and_do_nothing_while_one_types(site: Served, tabs: Tabs) -> None:
    grade(site, UNSURE)
    page = take_first(tabs)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("n s j 1 ?")
    expect(page.get_by_label("Reason")).to_have_value("n s j 1 ?")
    page.get_by_role("button", name="Pass over").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Reason")).to_have_value("n s j 1 ?")


def test_a_second_reader_sees_neither_verdicts_nor_review(site: Served, tabs: Tabs) -> None:
    grade_id = grade(site, UNSURE)
    page = take_first(tabs)
    page.get_by_label("Reason").fill("The first reason.")
    page.get_by_label("Ask for a blind second review").check()
    page.get_by_role("button", name="Save and take the next").click()
    expect(page.locator(".waiting")).to_contain_text("Blind second review")

    second = take_first(tabs, "Bob")
    expect(second.get_by_text("You are the second reader")).to_be_visible()
    expect(second.locator("#task-answer mark")).to_have_count(0)
    expect(second.get_by_text("The first reason.")).to_have_count(0)
    assert second.locator(".verdicts input:checked").count() == 0
    second.get_by_label("Reason").fill("I read it so.")
    second.keyboard.press("Control+Enter")
    expect(second.get_by_text("Not everything has a verdict")).to_be_visible()
    for key in ("1", "3", "3", "2", "2"):
        second.keyboard.press(key)
        second.keyboard.press("j")
    second.keyboard.press("s")
    expect(second.get_by_role("heading", name="Nothing waits for a person")).to_be_visible()
    assert outcome(site, grade_id)["wanted"] is None
    assert len(outcome(site, grade_id)["reviews"]) == 2


def test_an_appeal_is_decided(site: Served, tabs: Tabs) -> None:
    grade_id = grade(site, "It has alpha.")
    statement = {"statement": "I meant beta as well."}
    httpx.post(f"{site.url}/v1/grades/{grade_id}/appeals", json=statement)
    page = take_first(tabs)
    expect(page.get_by_text("I meant beta as well.")).to_be_visible()
    page.get_by_label("Decision").select_option("yes")
    page.keyboard.press("Escape")
    page.locator("#task-title").click()
    for key in ("j", "j", "2"):
        page.keyboard.press(key)
    page.get_by_label("What the candidate is told").fill("Partly so.")
    page.get_by_role("button", name="Save and take the next").click()
    expect(page.locator(".toast").first).to_contain_text("the grade is corrected")
    (appeal,) = httpx.get(f"{site.url}/v1/appeals").json()["items"]
    assert (appeal["status"], appeal["response"]) == ("resolved", "Partly so.")


def test_what_somebody_else_has_is_said(site: Served, tabs: Tabs) -> None:
    grade_id = grade(site, UNSURE)
    page = tabs.open("/review")
    expect(page.locator(".waiting li")).to_have_count(1)
    claim = f"{site.url}/v1/reviews/queue/{grade_id}/claim"
    assert httpx.put(claim, json={"reviewer": "Bob"}).status_code == 200
    page.locator(".waiting button").first.click()
    expect(page.get_by_text("Say who you are")).to_be_visible()
    page.get_by_label("Your name").fill("Ada")
    page.locator(".waiting button").first.click()
    expect(page.get_by_text("another reviewer has this grade")).to_be_visible()
    expect(page.locator(".waiting")).to_contain_text("Bob has it.")
    tabs.allow("409")


def test_a_link_opens_one_grade(site: Served, tabs: Tabs) -> None:
    grade(site, UNSURE)
    grade_id = grade(site, f"{UNSURE} At all.")
    page = tabs.open(f"/review?grade={grade_id}")
    expect(page.get_by_text("Say who you are")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(page.locator("#task-answer")).to_contain_text("At all.")
    # Who has said their name before is there at once, and the address stays with what is shown.
    page.reload()
    expect(page.locator("#task-title")).to_be_focused()
    expect(page.locator("#task-answer")).to_contain_text("At all.")
    page.get_by_role("button", name="Back to the queue").click()
    expect(page.locator(".waiting li")).to_have_count(2)
    assert page.url == f"{site.url}/review"


def test_a_link_to_a_grade_that_is_not_there_says_so(tabs: Tabs) -> None:
    page = tabs.open("/review?grade=grd_nope")
    # A name filled in before the page has read its address would open the grade at once.
    expect(page.get_by_text("Say who you are")).to_be_visible()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Open the grade").click()
    expect(page.locator("#queue-status")).to_contain_text("grd_nope")
    expect(page.get_by_role("heading", name="Nothing waits for a person")).to_be_visible()
    tabs.allow("404")


def test_the_dashboard_links_to_what_waits_longest(site: Served, tabs: Tabs) -> None:
    grade(site, UNSURE)
    page = tabs.open("/dashboard")
    page.get_by_role("link", name="Queues").click()
    expect(page.get_by_text("Say who you are")).to_be_visible()
    page.get_by_label("Your name").fill("Ada")
    page.keyboard.press("Enter")
    expect(page.locator("#task-title")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 320])
def test_review_is_accessible_and_fits(site: Served, tabs: Tabs, width: int) -> None:
    grade(site, UNSURE)
    page = tabs.open("/review", width=width)
    expect(page.locator(".waiting li")).to_have_count(1)
    check_accessible(page)
    page.get_by_label("Your name").fill("Ada")
    page.locator(".waiting button").first.click()
    expect(page.locator("#task-title")).to_be_focused()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
