"""Invites to answer, and candidates who do so."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from api.records import InviteRow, TenantRow, now
from tests.api.support import FIRST, Caller, Service

ANSWER = "It decouples them, and it buffers."


@dataclass(frozen=True)
class Candidate:
    """Whoever has a link."""

    service: Service
    invite_id: str
    token: str

    def __call__(self, method: str, path: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.service.http.request(method, f"/v1/invitation{path}", headers=headers, **more)

    def start(self) -> dict[str, Any]:
        return good(self("POST", "/start", json={"consent": True}))

    def save(self, answer: str, revision: int = 0) -> Any:
        return self("PUT", "/draft", json={"answer": answer, "revision": revision})

    def hand_in(self, answer: str = ANSWER) -> Any:
        return self("POST", "/answer", json={"answer": answer})

    def shown(self) -> dict[str, Any]:
        return good(self("GET"))

    def graded(self) -> dict[str, Any]:
        """Wait until the grade is made."""
        while (state := self.shown())["grading"] == "pending":
            time.sleep(0.01)
        return state

    def end(self, seconds_ago: float = 60) -> None:
        """Let the time be over."""

        async def act(session: AsyncSession) -> None:
            closed = now() - timedelta(seconds=seconds_ago)
            await session.execute(
                update(InviteRow).where(InviteRow.id == self.invite_id).values(closes_at=closed)
            )

        self.service.in_records(act)


def good(response: Any) -> dict[str, Any]:
    assert response.is_success, response.text
    body: dict[str, Any] = response.json()
    return body


def invited(service: Service, caller: Caller, **more: Any) -> Candidate:
    """Invite somebody."""
    body = {"rubric_id": FIRST.id, "candidate_id": "ada"} | more
    made = good(caller("POST", "/v1/invites", json=body))
    return Candidate(service, made["id"], made["url"].partition("#")[2])


def let_grades_be_seen(service: Service, tenant: str = "acme") -> None:
    """Let a tenant's candidates see their grades."""

    async def act(session: AsyncSession) -> None:
        changed = update(TenantRow).where(TenantRow.name == tenant).values(show_grades=True)
        await session.execute(changed)

    service.in_records(act)
