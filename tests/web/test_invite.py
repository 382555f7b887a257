"""The candidate's page behind an invite, from the terms to the appeal."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.serving import Served
from tests.web.browsing import SCRIPTED, Tabs, check_accessible
from tests.web.inviting import begun, invited, let_candidates_speak, let_grades_be_seen, record

ANSWER = "It has alpha and beta, and that is all."


@pytest.mark.parametrize("width", [1280, 320])
def test_an_invite_is_answered_once(site: Served, tabs: Tabs, width: int) -> None:
    let_grades_be_seen(site)
    path, invite_id = invited(site, time_limit=600, show_grade=True)
    page = tabs.open(path, width=width)
    expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
    expect(page.get_by_text("10 minutes")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Show the question").click()
    expect(page.get_by_text("Tick the box to agree")).to_be_visible()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Show the question").click()
    expect(page.get_by_role("heading", name="What about queues?")).to_be_focused()

    page.get_by_label("Your answer").fill(ANSWER)
    expect(page.locator("#saved")).to_have_text("Saved")
    check_accessible(page)
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value(ANSWER)
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Your answer is handed in")).to_be_visible()
    expect(page.locator(".outcome")).to_contain_text("2 of 3 key points reached")
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_text("Ask for a person to look at it").click()
    page.get_by_label("What was judged wrongly?").fill("I meant gamma too.")
    page.get_by_role("button", name="Ask for a person").click()
    expect(page.get_by_text("A person will look at your answer")).to_be_visible()

    kept = record(site, invite_id)
    assert kept["status"] == "submitted"
    grade = httpx.get(f"{site.url}/v1/grades/{kept['grade_id']}").json()
    assert grade["record"]["candidate_id"] == "ada"
    (appeal,) = httpx.get(f"{site.url}/v1/appeals?grade_id={kept['grade_id']}").json()["items"]
    assert appeal["statement"] == "I meant gamma too."


def test_no_grade_is_shown_unless_it_may_be(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site)
    page = tabs.open(path)
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Show the question").click()
    page.get_by_label("Your answer").fill(ANSWER)
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Whoever invited you sees your answer")).to_be_visible()
    expect(page.get_by_text("Ask for a person to look at it")).to_be_visible()
    assert page.locator(".score").count() == 0


def test_a_lost_connection_loses_nothing(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site)
    page = tabs.open(path)
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Show the question").click()
    page.get_by_label("Your answer").fill("Begun")
    expect(page.locator("#saved")).to_have_text("Saved")
    page.context.set_offline(offline=True)
    page.get_by_label("Your answer").fill("Begun, and gone on with")
    expect(page.locator("#saved")).to_contain_text("no connection")
    page.context.set_offline(offline=False)
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Begun, and gone on with")
    expect(page.locator("#saved")).to_have_text("Saved")
    tabs.allow("ERR_INTERNET_DISCONNECTED")


def test_two_tabs_overwrite_nothing(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site)
    first = tabs.open(path)
    first.get_by_label("I agree").check()
    first.get_by_role("button", name="Show the question").click()
    expect(first.get_by_label("Your answer")).to_be_visible()
    second = tabs.open(path)
    expect(second.get_by_label("Your answer")).to_be_visible()
    first.get_by_label("Your answer").fill("From the first")
    expect(first.locator("#saved")).to_have_text("Saved")
    second.get_by_label("Your answer").fill("From the second")
    expect(second.get_by_text("The text was changed in another tab", exact=True)).to_be_visible()
    expect(second.locator(".passage")).to_have_text("From the first")
    second.get_by_role("button", name="Keep what is in the field").click()
    expect(second.locator("#saved")).to_have_text("Saved")
    tabs.allow("409")


def test_the_clock_hands_in_what_is_written(site: Served, tabs: Tabs) -> None:
    path, invite_id = invited(site, time_limit=30)
    page = tabs.open(path)
    page.clock.install()
    page.reload()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Show the question").click()
    page.get_by_label("Your answer").fill(ANSWER)
    expect(page.locator("#spoken")).to_have_text("One minute is left.")
    page.clock.fast_forward(31_000)
    expect(page.get_by_role("heading", name="Your answer is handed in")).to_be_visible()
    assert record(site, invite_id)["status"] == "submitted"


@pytest.mark.parametrize(
    ("state", "told"),
    [("forged", "This link is not valid"), ("revoked", "This invitation was withdrawn")],
)
def test_a_link_that_opens_nothing_says_so(site: Served, tabs: Tabs, state: str, told: str) -> None:
    path, invite_id = invited(site)
    if state == "revoked":
        assert httpx.post(f"{site.url}/v1/invites/{invite_id}/revoke").status_code == 200
    page = tabs.open(path[:-4] if state == "forged" else path)
    expect(page.get_by_role("heading", name=told)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    check_accessible(page)
    tabs.allow("401", "410")


@pytest.mark.parametrize("width", [1280, 320])
def test_an_invited_candidate_goes_through_an_interview(
    site: Served, tabs: Tabs, width: int
) -> None:
    let_grades_be_seen(site)
    let_candidates_speak(site)
    path, invite_id = invited(site, rubric_id=None, script="talk", spoken=True, show_grade=True)
    page = begun(tabs, path, width=width, scripts=[SCRIPTED])
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    check_accessible(page)
    answer = page.get_by_label("Your answer")
    answer.fill("It has beta")
    expect(page.locator(".saved")).to_have_text("Saved")
    # As on another device, where this browser's own memory does not help.
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(answer).to_have_value("It has beta")
    page.get_by_role("button", name="Speak").click()
    page.evaluate("recogniser.say('and alfa and gamma', true)")
    page.get_by_role("button", name="Stop").click()
    answer.fill("It has beta and alpha and gamma")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="What about caches?")).to_be_focused()
    page.get_by_role("button", name="Pass", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Pass").click()
    expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    expect(page.locator(".outcome, .report").first).to_contain_text("50")
    expect(page.get_by_role("region", name="2. What about caches?")).to_be_visible()
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_text("Ask for a person to look at it").click()
    page.get_by_label("What was judged wrongly?").fill("I meant more than that.")
    check_accessible(page)
    page.get_by_role("button", name="Ask for a person").click()
    expect(page.get_by_text("A person will look at your answer")).to_be_visible()
    assert record(site, invite_id)["status"] == "submitted"


def test_one_question_is_answered_by_speaking(site: Served, tabs: Tabs) -> None:
    let_candidates_speak(site)
    path, invite_id = invited(site, spoken=True)
    page = tabs.open(path, scripts=[SCRIPTED])
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Show the question").click()
    page.get_by_role("button", name="Speak").click()
    page.evaluate("recogniser.say('It has alfa', true)")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#saved")).to_have_text("Saved")
    page.reload()
    answer = page.get_by_label("Your answer")
    expect(answer).to_have_value("It has alfa")
    check_accessible(page)
    answer.fill("It has alpha")
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="Your answer is handed in")).to_be_visible()
    grade_id = record(site, invite_id)["grade_id"]
    kept = httpx.get(f"{site.url}/v1/grades/{grade_id}/answer").json()
    assert kept["answer"] == "It has alpha"
    assert kept["spoken"]["recognised"]["text"] == "It has alfa"


def test_no_grade_is_shown_and_no_speech_offered_unless_allowed(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site, rubric_id=None, script="talk")
    page = begun(tabs, path, scripts=[SCRIPTED])
    expect(page.get_by_role("button", name="Speak")).to_be_hidden()
    for _ in range(2):
        page.get_by_label("Your answer").fill("It has alpha, beta and gamma.")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_label("Your answer")).to_have_value("")
    expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()
    expect(page.get_by_text("Whoever invited you sees your answers")).to_be_visible()
    expect(page.get_by_role("heading", name="How it went")).to_have_count(0)


def test_an_interview_that_is_withdrawn_meanwhile_is_said_so(site: Served, tabs: Tabs) -> None:
    path, invite_id = invited(site, rubric_id=None, script="talk")
    tabs.allow("410 (Gone)")
    page = begun(tabs, path)
    assert httpx.post(f"{site.url}/v1/invites/{invite_id}/revoke").status_code == 200
    expect(page.get_by_text("This invitation was withdrawn")).to_be_visible()


def test_an_invited_candidate_loses_nothing_with_the_connection(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site, rubric_id=None, script="talk")
    page = begun(tabs, path)
    page.context.set_offline(offline=True)
    page.get_by_label("Your answer").fill("It has alpha, beta and gamma.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("The service did not answer")).to_be_visible()
    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="What about caches?")).to_be_visible()
    tabs.allow("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")


def test_the_second_tab_of_an_invited_candidate_loses_nothing(site: Served, tabs: Tabs) -> None:
    path, _ = invited(site, rubric_id=None, script="talk")
    page = begun(tabs, path)
    other = tabs.beside(page.context, path)
    expect(other.get_by_role("heading", name="What about queues?")).to_be_visible()
    other.get_by_label("Your answer").fill("Typed in the other tab.")
    page.get_by_label("Your answer").fill("It has alpha, beta and gamma.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="What about caches?")).to_be_visible()
    expect(other.get_by_role("heading", name="What about caches?")).to_be_visible()
    expect(other.get_by_role("blockquote")).to_have_text("Typed in the other tab.")
    tabs.allow("409 (Conflict)")
