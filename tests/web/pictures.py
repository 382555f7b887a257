"""Takes the pictures of the README anew, light and dark, from a service that runs.

make serve
.venv/bin/python -m tests.web.pictures http://127.0.0.1:8000
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.browsing import chromium

_IMAGES = Path(__file__).parents[2] / "docs" / "images"
_WINDOW = {"width": 1200, "height": 860}
_SHARPNESS = 1.5
_COLOURS = 96
_PATIENCE_MS = 60_000
_PATIENCE = 60.0

_PASSWORDS = (
    "Never in the clear, and not encrypted either, since nobody has to read them back: hash them."
    " SHA-256 is good enough as long as every user gets a random salt. The salt may lie next to the"
    " hash. When the cost is raised later, I hash again at the next login."
)
_ANSWERS = {
    "node-event-loop": (
        "JavaScript runs on one thread, one callback at a time. Sockets are watched by the kernel,"
        " with epoll on Linux, and libuv runs the callback of whatever is ready. File access goes"
        " to a small pool of threads. If I sort ten million rows in a handler, everybody waits."
    ),
    "api-pagination": (
        "With offset and limit the database reads and throws away all rows before the page, and"
        " rows shift when something is inserted. I would use a cursor with the last sort key and"
        " the id as a tie-breaker, and cap the page size."
    ),
    "database-indexes": (
        "An index is a sorted tree, so that a lookup need not read the whole table. Every write has"
        " to keep it up to date."
    ),
    "webhook-signatures": (
        "Check the signature over the raw body with the shared secret, in constant time, and"
        " refuse old timestamps so that a message cannot be played again."
    ),
    "error-5xx-storm": (
        "First I look at what changed: with the last release rolled back the errors should stop."
        " Then I search for the cause in logs and traces."
    ),
    "hard-technical-problem": (
        "Our exports failed at random. I wrote down each failure, saw that they all came after a"
        " connection was reused, reproduced it and fixed the timeout. Failures went from forty a"
        " day to none."
    ),
}


def _practice(page: Page, url: str) -> None:
    page.goto(f"{url}/#question/password-hashing")
    page.get_by_role("textbox", name="Your answer").fill(_PASSWORDS)
    page.get_by_role("button", name="Grade").click()
    expect(page.locator("#result-title")).to_be_focused(timeout=_PATIENCE_MS)


def _report(page: Page, url: str) -> None:
    page.goto(f"{url}/interview/report?id={_interviewed(url)}")
    expect(page.locator(".scores .score")).to_be_visible(timeout=_PATIENCE_MS)


def _review(page: Page, url: str) -> None:
    body = {"rubric_id": "password-hashing", "answer": _PASSWORDS}
    made = _posted(url, "/v1/grades", body)
    page.goto(f"{url}/review?grade={made['id']}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Open the grade").click()
    expect(page.locator("#task-title")).to_be_visible(timeout=_PATIENCE_MS)
    page.keyboard.press("j")


_PICTURES: dict[str, Callable[[Page, str], None]] = {
    "practice": _practice,
    "interview-report": _report,
    "review": _review,
}


def _posted(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = httpx.post(f"{url}{path}", json=body, timeout=_PATIENCE)
    response.raise_for_status()
    made: dict[str, Any] = response.json()
    return made


def _interviewed(url: str) -> str:
    """Play an interview with one answer to each question; return its id."""
    interview = _posted(url, "/v1/interviews", {"script": "mid"})
    path = f"/v1/interviews/{interview['id']}"
    answers = dict(_ANSWERS)
    until = time.monotonic() + _PATIENCE
    while interview["status"] == "active":
        if time.monotonic() > until:
            raise TimeoutError(f"{path} does not end")
        if (ask := interview["ask"]) is not None:
            answer = answers.pop(interview["questions"][-1]["rubric_id"], None)
            said = {"answer": answer} if answer else {"skip": True}
            _posted(url, f"{path}/answers", {"turn": ask["turn"], **said})
        time.sleep(0.2)
        interview = httpx.get(f"{url}{path}", timeout=_PATIENCE).json()
    return str(interview["id"])


def _take(browser: Browser, url: str, scheme: str, only: set[str]) -> None:
    for name, prepare in _PICTURES.items():
        if only and name not in only:
            continue
        context = browser.new_context(
            viewport=_WINDOW,  # type: ignore[arg-type]
            device_scale_factor=_SHARPNESS,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        page = context.new_page()
        prepare(page, url)
        page.evaluate("scrollTo(0, 0)")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        suffix = "-dark" if scheme == "dark" else ""
        path = _IMAGES / f"{name}{suffix}.png"
        picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        sys.stdout.write(f"{path.name}  {path.stat().st_size // 1024} KiB\n")
        context.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--only", action="append", choices=sorted(_PICTURES), default=[])
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for scheme in ("light", "dark"):
            _take(browser, arguments.url.rstrip("/"), scheme, set(arguments.only))


if __name__ == "__main__":
    main()
