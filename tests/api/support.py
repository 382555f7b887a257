"""A scripted judge, and the running application with keys for several tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import httpx
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import create_app
from api.auth import ALL_SCOPES, IssuedKey, KeyIssuer, Scope
from api.records import Database, Tenants, database_url
from grader.bank import Bank, parse_rubric
from grader.embedding import SharedEncoder
from grader.grading import Grader
from grader.index import VectorIndex
from grader.judges import Judge, JudgeIdentity, JudgeTask
from grader.settings import Settings
from grader.types import Evidence, Judgement, MistakeFinding, PointFinding, Rubric, Verdict
from tests.grader.factories import document
from tests.support.plain_embedder import PlainEmbedder

T = TypeVar("T")

ANSWER = "It holds bursts back, and it lets the producer go on."


def version(number: str, **changes: Any) -> Rubric:
    """A published version of the rubric `queue-basics`."""
    return parse_rubric(document(version=number, status="published", **changes))


FIRST = version("1.0.0")
SECOND = version(
    "1.1.0",
    mistakes=[{"id": "exactly-once", "claim": "Each message comes exactly once.", "penalty": 1}],
)
OTHER = parse_rubric(document(id="cache-basics", status="published"))


@dataclass
class ScriptedJudge:
    """Covers a point where the answer says so: a point's id anywhere in the answer.

    Attributes:
        pause: Awaited before each judgement.
        asked: How many judgements were asked for.
    """

    pause: Callable[[], Awaitable[object]] | None = None
    asked: int = 0
    identity: JudgeIdentity = field(default_factory=lambda: JudgeIdentity("scripted", "one"))

    async def judge(self, task: JudgeTask) -> Judgement:
        self.asked += 1
        if self.pause is not None:
            await self.pause()
        text = task.answer.text
        quote = Evidence(start=0, end=2, quote=text[:2])
        return Judgement(
            points=tuple(
                PointFinding(
                    point_id=point.id,
                    verdict=Verdict.COVERED if point.id in text else Verdict.MISSING,
                    probabilities={Verdict.COVERED: 0.5, Verdict.MISSING: 0.5}
                    if "unsure" in text
                    else {Verdict.COVERED if point.id in text else Verdict.MISSING: 1.0},
                    evidence=(quote,) if point.id in text else (),
                )
                for point in task.rubric.points
            ),
            mistakes=tuple(
                MistakeFinding(mistake_id=mistake.id, made=False, probability=0.1)
                for mistake in task.rubric.mistakes
            ),
        )


def scripted_grader(
    settings: Settings, judge: Judge | None = None, index: VectorIndex | None = None
) -> Grader:
    """A grader over three rubrics, without a model, and without an index unless one is given."""
    bank = Bank([FIRST, SECOND, OTHER])
    encoder = SharedEncoder(PlainEmbedder())
    if index is not None:
        index.sync(list(bank), encoder)
    return Grader(settings, bank=bank, encoder=encoder, judge=judge or ScriptedJudge(), index=index)


@dataclass(frozen=True)
class Service:
    """The running application.

    Attributes:
        http: Sends requests without a key.
        settings: Those it runs with.
    """

    http: TestClient
    settings: Settings

    @classmethod
    @contextmanager
    def running(cls, settings: Settings, grader: Grader) -> Iterator[Self]:
        """Run the application over a grader, which is closed at the end."""
        app = create_app(settings, grader)
        with grader, TestClient(app, raise_server_exceptions=False) as http:
            app.state.authenticator.memory = 0.0
            yield cls(http, settings)

    def key(self, tenant: str, *scopes: Scope) -> str:
        """Make a key for a tenant, with all scopes unless some are named."""
        return self.issue(tenant, *scopes).key

    def issue(self, tenant: str, *scopes: Scope) -> IssuedKey:
        """Make a key for a tenant; returns what is kept of it too."""

        async def act(session: AsyncSession) -> IssuedKey:
            owner = await Tenants(session).named_or_new(tenant)
            return await KeyIssuer(session, "test").create(owner.id, "test", scopes or ALL_SCOPES)

        return self.in_records(act)

    def caller(self, tenant: str, *scopes: Scope) -> Caller:
        """Make a key for a tenant, and send requests with it."""
        return Caller(self.http, self.key(tenant, *scopes))

    def in_records(self, act: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Do something in one transaction of the records, past the application."""
        return in_records(self.settings, act)


@dataclass(frozen=True)
class Caller:
    """Sends requests with a key."""

    http: TestClient | httpx.Client
    key: str

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        """Send a request."""
        headers = {"Authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        return self.http.request(method, path, headers=headers, **more)

    def grade(self, answer: str = ANSWER, **more: Any) -> Any:
        """Have an answer graded, and return the response."""
        headers = more.pop("headers", {})
        body = {"rubric_id": FIRST.id, "answer": answer} | more
        return self("POST", "/v1/grades", json=body, headers=headers)


def in_records(settings: Settings, act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do something in one transaction of the records."""

    async def run() -> T:
        database = Database(database_url(settings))
        try:
            async with database.write() as session:
                return await act(session)
        finally:
            await database.close()

    return asyncio.run(run())
