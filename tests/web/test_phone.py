"""Every page on a narrow phone: nothing scrolls sideways, and what is pressed is big enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.serving import Served
from tests.web.browsing import Tabs
from tests.web.inviting import invited
from tests.web.test_dashboard import grade

_WIDTH = 360
_TARGET = 44

# A word that cannot be broken where words end, as an address or a hash is.
_LONG = "https://example.org/" + "a1b2c3d4" * 12
_ANSWER = f"It has alpha, unsure as I am. {_LONG}"

# What sticks out beyond the window, except in a part that scrolls by itself.
_STICKING_OUT = """() => {
  const own = (element) => {
    for (let each = element.parentElement; each && each !== document.body; each = each.parentElement)
      if (getComputedStyle(each).overflowX !== 'visible') return true;
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1 && !own(element))
    .map((element) => `${element.tagName.toLowerCase()}#${element.id}.${element.className}`);
}"""

# Buttons, fields and boxes that are too low for a finger; a label around a field counts as it.
_TOO_SMALL = """(least) => [...document.querySelectorAll('button, .button, input, select, textarea, nav a')]
  .filter((element) => element.checkVisibility() && !element.closest('.for-reader, svg'))
  .map((element) => [element, (element.closest('label, .choice') ?? element).getBoundingClientRect()])
  .filter(([, box]) => box.height < least - 0.5)
  .map(([element, box]) => `${element.tagName.toLowerCase()} ${element.id} “${element.textContent.trim()}” ${Math.round(box.height)}`)"""


def _check(page: Page) -> None:
    assert page.evaluate(_STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= _WIDTH
    assert page.evaluate(_TOO_SMALL, _TARGET) == []


def _practice(page: Page, site: Served) -> None:  # noqa: ARG001
    page.get_by_role("link", name="What about queues?").click()
    page.get_by_role("textbox", name="Your answer").fill(_ANSWER)
    _check(page)
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_be_focused()
    _check(page)


def _interview(page: Page, site: Served) -> None:  # noqa: ARG001
    _check(page)
    page.get_by_role("button", name="Begin the interview").click()
    page.get_by_label("Your answer").fill(_ANSWER)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="What about caches?")).to_be_visible()
    _check(page)
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    page.get_by_role("link", name="Read the report").click()
    expect(page.get_by_role("heading", name="A talk")).to_be_visible()


def _invitation(page: Page, site: Served) -> None:
    path, _ = invited(site, time_limit=600, consent_text=f"Terms: {_LONG}")
    page.goto(f"{site.url}{path}")
    page.get_by_label("I agree").check()
    _check(page)
    page.get_by_role("button", name="Show the question").click()
    page.get_by_label("Your answer").fill(_ANSWER)
    expect(page.locator("#saved")).to_have_text("Saved")


def _review(page: Page, site: Served) -> None:
    grade(site, _ANSWER)
    page.reload()
    page.get_by_label("Your name").fill("Ada")
    _check(page)
    page.locator(".waiting button").first.click()
    expect(page.locator("#task-title")).to_be_focused()
    _check(page)
    page.get_by_role("button", name="Keys").click()


def _rubrics(page: Page, site: Served) -> None:  # noqa: ARG001
    page.get_by_role("link", name="What about queues?").click()
    _check(page)
    page.get_by_role("link", name="Make your own version").click()
    editor = page.get_by_label("Rubric, as YAML")
    expect(page.locator("#yaml-status")).to_contain_text("Ready to publish")
    page.get_by_label("A sample answer").fill(_ANSWER)
    expect(page.locator(".side .verdict")).to_be_visible()
    _check(page)
    editor.fill(f"id: {_LONG}")
    expect(page.locator("#yaml-status")).to_contain_text("Not a rubric yet")


def _dashboard(page: Page, site: Served) -> None:
    grade(site, _ANSWER)
    page.reload()
    expect(page.locator(".chart .plot svg").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "through"),
    [
        ("/", _practice),
        ("/interview?script=talk", _interview),
        ("/invite", _invitation),
        ("/review", _review),
        ("/rubrics", _rubrics),
        ("/dashboard", _dashboard),
    ],
)
def test_a_page_fits_a_narrow_phone(
    site: Served, tabs: Tabs, path: str, through: Callable[[Page, Served], None]
) -> None:
    tabs.allow("401")  # an invitation without its link
    page = tabs.open(path, width=_WIDTH, has_touch=True)
    _check(page)
    through(page, site)
    _check(page)
