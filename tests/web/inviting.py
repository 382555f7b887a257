"""Invites on the service that a browser looks at."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import TenantRow
from tests.api.support import in_records
from tests.support.serving import Served
from tests.web.browsing import Tabs, aside


def invited(site: Served, **more: Any) -> tuple[str, str]:
    """Invite somebody; return the path of the link, and the invite's id."""
    body = {"rubric_id": "queues", "candidate_id": "ada"} | more
    made = httpx.post(f"{site.url}/v1/invites", json=body)
    assert made.status_code == 201, made.text
    return made.json()["url"].removeprefix(site.url), made.json()["id"]


def record(site: Served, invite_id: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{site.url}/v1/invites/{invite_id}").json()
    return found


def let_grades_be_seen(site: Served) -> None:
    _allow(site, show_grades=True)


def let_candidates_speak(site: Served) -> None:
    _allow(site, spoken_invites=True)


def begun(tabs: Tabs, path: str, **more: Any) -> Page:
    """The room of an interview whose candidate has agreed."""
    page = tabs.open(path, **more)
    expect(page.get_by_role("heading", name="You are invited to an interview")).to_be_visible()
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Begin the interview").click()
    expect(page.get_by_role("heading", name="What about queues?")).to_be_visible()
    return page


def _allow(site: Served, **more: bool) -> None:
    async def act(session: AsyncSession) -> None:
        await session.execute(update(TenantRow).values(**more))

    # In a thread of its own: Playwright has an event loop running in this one.
    aside(lambda: in_records(site.settings, act))
