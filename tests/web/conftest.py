"""The real service on loopback over a small bank, with a judge that needs no model, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from grader.settings import Settings
from tests.api.interviews.play import SCRIPT, talking_grader
from tests.support.serving import Served, serving
from tests.web.browsing import Tabs, chromium, tabs_of

# Only a test that fails waits so long, however busy the machine is.
_PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Drives browsers; for one file at a time, since an event loop runs in the thread meanwhile."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = chromium(playwright)
    yield started
    started.close()


def web_settings(folder: Path, **changes: object) -> Settings:
    """Settings over records of their own, with one interview script."""
    scripts = folder / "rubrics" / "interviews"
    scripts.mkdir(parents=True)
    (scripts / "talk.yaml").write_text(yaml.safe_dump(SCRIPT), encoding="utf-8")
    return Settings(data_dir=folder, rubrics_dir=folder / "rubrics", **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service without keys: it answers this machine."""
    settings = web_settings(tmp_path_factory.mktemp("site"))
    with serving(settings, talking_grader(settings)) as served:
        yield served


@pytest.fixture
def tabs(browser: Browser, site: Served) -> Iterator[Tabs]:
    """Opens pages of the service; one that complains fails the test."""
    with tabs_of(browser, site.url) as opened:
        yield opened
