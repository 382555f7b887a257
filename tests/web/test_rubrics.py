"""The rubrics page: reading, writing, checking, comparing, publishing, and grading by the result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.api.interviews.play import talking_grader
from tests.support.serving import Served, serving
from tests.web.browsing import Tabs, check_accessible, tabs_of
from tests.web.conftest import web_settings


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    settings = web_settings(tmp_path)
    with serving(settings, talking_grader(settings)) as served:
        yield served


@pytest.fixture
def tabs(browser: Browser, site: Served) -> Iterator[Tabs]:
    with tabs_of(browser, site.url) as opened:
        yield opened


def grade(site: Served, answer: str) -> Any:
    body = {"rubric_id": "queues", "answer": answer}
    return httpx.post(f"{site.url}/v1/grades", json=body).json()


def test_a_version_is_written_tried_published_and_graded_by(site: Served, tabs: Tabs) -> None:
    page = tabs.open("/rubrics")
    page.get_by_label("Search").fill("queue")
    page.get_by_role("link", name="What about queues?").click()
    page.get_by_role("link", name="Make your own version").click()
    editor = page.get_by_label("Rubric, as YAML")
    expect(editor).to_have_value(re.compile(r"version: 1\.1\.0"))
    expect(page.locator("#yaml-status")).to_contain_text("Ready to publish")

    page.get_by_label("A sample answer").fill("It has alpha.")
    expect(page.locator(".side .verdict")).to_contain_text("57.1")
    text = editor.input_value()
    editor.fill(text.replace("id: alpha", "id: alfa").replace("- alpha", "- alfa"))
    expect(page.locator(".side .verdict")).to_contain_text("0")
    editor.fill(text.replace("weight: 4", "weight: -4"))
    expect(page.locator("#yaml-status")).to_contain_text("Not a rubric yet")
    page.get_by_role("button", name="line ").first.click()
    expect(editor).to_be_focused()

    changed = text.replace("weight: 4.0", "weight: 8.0").replace("weight: 4\n", "weight: 8\n")
    editor.fill(changed.replace("version: 1.1.0", "version: 2.0.0"))
    expect(page.locator("#yaml-status")).to_contain_text("Ready to publish")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator(".toast")).to_contain_text("Saved as a draft: queues 2.0.0")
    assert grade(site, "It has alpha.")["rubric"]["version"] == "1.0.0"

    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("weight 8")).to_be_visible()
    made = grade(site, "It has alpha.")
    assert (made["rubric"]["version"], made["score"]) == ("2.0.0", 72.7)

    page.get_by_role("link", name="what differs").click()
    expect(page.locator(".diff")).to_contain_text("weight", ignore_case=True)
    expect(page.locator(".diff ins").first).to_be_visible()
    check_accessible(page)


def test_versions_are_compared_on_labelled_answers(tabs: Tabs, tmp_path: Path) -> None:
    page = tabs.open("/rubrics#edit/queues/1.0.0")
    editor = page.get_by_label("Rubric, as YAML")
    expect(page.locator("#yaml-status")).to_contain_text("Ready to publish")
    editor.fill(
        editor.input_value().replace("id: gamma", "id: delta").replace("- gamma", "- delta")
    )
    expect(page.locator("#yaml-status")).to_contain_text("Ready to publish")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Choose a file")).to_be_visible()

    said = {"alpha": "covered", "beta": "missing", "gamma": "covered"}
    points = {name: {"verdict": verdict} for name, verdict in said.items()}
    lines = [
        {
            "id": f"a{n}",
            "rubric_id": "queues",
            "rubric_version": "1.0.0",
            "answer": f"It has alpha and gamma, {n}.",
            "points": points,
        }
        for n in range(6)
    ]
    wrong, right = tmp_path / "wrong.jsonl", tmp_path / "right.jsonl"
    wrong.write_text('{"answer": 1}\n', encoding="utf-8")
    right.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    page.locator("#labelled").set_input_files(wrong)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("form.stack .notice")).to_contain_text("rubric_id")
    page.locator("#labelled").set_input_files(right)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("form.stack .notice")).to_contain_text("6 answers, 6 graded differently")
    report = page.frame_locator("iframe.report-frame")
    expect(report.get_by_role("heading", level=1)).to_be_visible()
    tabs.allow("422")


def test_what_is_written_survives_a_reload(tabs: Tabs) -> None:
    page = tabs.open("/rubrics#new")
    editor = page.get_by_label("Rubric, as YAML")
    editor.fill("id: mine\nversion: 1.0.0\n")
    expect(page.locator("#yaml-status")).to_contain_text("Not a rubric yet")
    page.reload()
    expect(editor).to_have_value("id: mine\nversion: 1.0.0\n")
    page.get_by_role("button", name="Discard changes").click()
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.locator("#yaml-status")).not_to_contain_text("Not a rubric yet")


@pytest.mark.parametrize("width", [1280, 320])
def test_rubrics_are_accessible_and_fit(tabs: Tabs, width: int) -> None:
    page = tabs.open("/rubrics", width=width)
    for place, there in (("", "#list li"), ("#rubric/queues", ".claims li"), ("#new", "#yaml")):
        page.goto(f"{tabs.url}/rubrics{place}")
        expect(page.locator(there).first).to_be_visible()
        if place == "#new":
            expect(page.locator("#yaml-status")).not_to_be_empty()
        check_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
