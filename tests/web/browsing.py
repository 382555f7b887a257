"""Pages in a browser: opened, watched, and examined for accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
)

T = TypeVar("T")

_SANDBOX = "--no-sandbox"  # tests may run as root, where Chromium's sandbox does not
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# A recogniser that hears what the test makes it hear.
SCRIPTED = """
window.webkitSpeechRecognition = window.SpeechRecognition = class {
  start() { window.recogniser = this; }
  stop() { this.onend(); }
  say(text, isFinal) {
    const result = Object.assign([{ transcript: text, confidence: 0.9 }], { isFinal });
    this.onresult({ results: [result], resultIndex: 0 });
  }
  fail(error) { this.onerror({ error }); this.onend(); }
};
"""


def chromium(playwright: Playwright, *args: str) -> Browser:
    """Start a browser; skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("GRADER_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail("no Chromium on the path")
        pytest.skip("no Chromium on the path")
    return playwright.chromium.launch(executable_path=path, args=[_SANDBOX, *args])


class Tabs:
    """Opens pages of one service, each in a browser profile of its own.

    At the end nothing may have been said on a console, and no error gone uncaught, but what is
    allowed.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self._complaints: list[str] = []
        self._allowed: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(
        self, path: str, *, scripts: Sequence[str] = (), width: int = 1280, **more: Any
    ) -> Page:
        """Open a page; `scripts` run before its own."""
        context = self._browser.new_context(viewport={"width": width, "height": 900}, **more)
        self._contexts.append(context)
        for script in scripts:
            context.add_init_script(script)
        return self.beside(context, path)

    def beside(self, context: BrowserContext, path: str) -> Page:
        """Open a page in a profile that there is already, as another tab."""
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.goto(f"{self.url}{path}")
        return page

    def allow(self, *parts: str) -> None:
        """Let pages complain with words that have one of these in them."""
        self._allowed.extend(parts)

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()

    def check(self) -> None:
        """Check that pages have complained of nothing that is not allowed."""
        wrong = [each for each in self._complaints if not any(p in each for p in self._allowed)]
        assert not wrong, wrong

    def _said(self, message: ConsoleMessage) -> None:
        self._complaints.append(message.text)

    def _failed(self, error: Error) -> None:
        self._complaints.append(str(error))


@contextmanager
def tabs_of(browser: Browser, url: str) -> Iterator[Tabs]:
    """Open pages of a service, close them, and check what they said."""
    tabs = Tabs(browser, url)
    try:
        yield tabs
    finally:
        tabs.close()
    tabs.check()


def aside(act: Callable[[], T]) -> T:
    """Do something that runs an event loop: in this thread Playwright's own runs already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def check_accessible(page: Page) -> None:
    """Find nothing wrong with a page by axe-core, in the light theme and in the dark one."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        options = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        assert not found, [f"{scheme}: {_described(each)}" for each in found]


def _described(violation: Any) -> str:
    where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']} ({where})"
