"""What every page has in common: the policy that browsers hold it to, and files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from api.routes import pages
from tests.support.serving import Served
from tests.web.browsing import Tabs, check_accessible

_STATIC = Path(pages.__file__).parents[1] / "static"
# A report brings its own style, in a frame that has no origin.
_FRAME = "/rubrics/report-frame"
_PATHS = [route.path for route in pages.router.routes]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", _PATHS)
def test_a_page_allows_nothing_inline_and_nothing_from_elsewhere(site: Served, path: str) -> None:
    response = httpx.get(f"{site.url}{path}")
    directives = response.headers["content-security-policy"].split(";")
    policy = {
        name: value for name, _, value in (each.strip().partition(" ") for each in directives)
    }
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    # A page in a frame without an origin may have the style of the report that it shows.
    assert policy["style-src"] == "'self'" or "sandbox" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", response.text)
    for link in re.findall(r'(?:src|href)="(/static/[^"]+)"', response.text):
        assert (_STATIC / link.removeprefix("/static/")).is_file()


def test_an_address_without_a_page_says_so_to_a_person_and_to_a_program(
    site: Served, tabs: Tabs
) -> None:
    tabs.allow("404")
    page = tabs.open("/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    check_accessible(page)
    page.get_by_role("link", name="To the start").click()
    expect(page.get_by_role("heading", name="Practice")).to_be_visible()
    for path in ("/nowhere", "/v1/nowhere"):
        response = httpx.get(f"{site.url}{path}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    asked = httpx.get(f"{site.url}/v1/nowhere", headers={"Accept": "text/html"})
    assert asked.json()["code"] == "not_found"


def test_every_module_that_is_imported_exists() -> None:
    for module in _STATIC.rglob("*.js"):
        for name in re.findall(r"from '(\.[^']+)'", module.read_text(encoding="utf-8")):
            assert (module.parent / name).is_file(), f"{module.name} imports {name}"


def test_text_is_never_taken_for_html(tabs: Tabs) -> None:
    page = tabs.open("/")
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (e) { return e.name; } }"
    )
    assert refused == "TypeError"
    tabs.allow("TrustedHTML")
