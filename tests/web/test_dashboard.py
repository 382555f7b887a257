"""The dashboard: figures and plots over a time, and what waits and fails."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.interviews.play import talking_grader
from tests.support.serving import Served, serving
from tests.web.browsing import Tabs, check_accessible, tabs_of
from tests.web.conftest import web_settings


def grade(site: Served, answer: str, rubric_id: str = "queues") -> str:
    """Have an answer graded; return the grade's id."""
    body = {"rubric_id": rubric_id, "answer": answer}
    made = httpx.post(f"{site.url}/v1/grades", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def figure(page: Page, name: str) -> str:
    """Read one of the figures at the top."""
    return (
        page.locator(".figures div", has=page.get_by_text(name, exact=True))
        .locator("dd")
        .inner_text()
    )


@pytest.mark.parametrize("width", [1280, 320])
def test_figures_and_plots(browser: Browser, tmp_path: Path, width: int) -> None:
    settings = web_settings(tmp_path)
    with serving(settings, talking_grader(settings)) as site, tabs_of(browser, site.url) as tabs:
        page = tabs.open("/dashboard", width=width)
        expect(page.get_by_role("heading", name="No grades in this time")).to_be_visible()
        grade(site, "It has alpha, beta and gamma.")
        grade(site, "Nothing of that.")
        grade(site, "It has alpha, unsure as I am.", "caches")
        page.reload()
        expect(page.get_by_role("table", name="Grades by band")).to_contain_text("Exceeds the bar")
        assert figure(page, "Grades") == "3"
        expect(page.locator(".chart .plot svg")).to_have_count(3)
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

        page.get_by_label("Rubric").select_option("caches")
        expect(page.locator("#when")).to_contain_text("1 grade")
        page.get_by_label("Rubric").select_option("")
        page.get_by_label("Time").select_option("7")
        expect(page.locator("#when")).to_contain_text("3 grades")


def test_a_failure_can_be_tried_again(tabs: Tabs) -> None:
    page = tabs.open("/dashboard")
    expect(page.get_by_role("heading", name="Webhooks")).to_be_visible()
    page.context.set_offline(offline=True)
    page.get_by_label("Time").select_option("7")
    expect(page.get_by_text("The service did not answer")).to_be_visible()
    page.context.set_offline(offline=False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Webhooks")).to_be_visible()
    tabs.allow("ERR_INTERNET_DISCONNECTED")
