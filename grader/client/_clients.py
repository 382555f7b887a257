"""The two clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import httpx
from pydantic import TypeAdapter

from grader import __version__
from grader.client._audit import AsyncAudit, Audit
from grader.client._batches import AsyncBatches, Batches
from grader.client._blocking import BlockingResource, Resource, blocking, run
from grader.client._grades import AsyncGrades, Grades
from grader.client._interviews import AsyncInterviews, Interviews
from grader.client._invites import AsyncInvites, Invites
from grader.client._operations import Operation
from grader.client._privacy import AsyncCandidates, AsyncSubmissions, Candidates, Submissions
from grader.client._retrying import Retries
from grader.client._reviews import Appeals, AsyncAppeals, AsyncReviews, Reviews
from grader.client._rubrics import AsyncRubrics, Rubrics
from grader.client._session import Session
from grader.client._statistics import AsyncStatistics, Statistics
from grader.client._transcriptions import AsyncTranscriptions, Transcriptions
from grader.client._transport import Blocking, Waiting
from grader.client._webhooks import AsyncWebhooks, Webhooks
from grader.client.models import Health, Ready

# Longer than the service takes to give an answer up.
_SECONDS = 150.0
_CONNECT_SECONDS = 10.0

ALIVE = Operation("GET", "/healthz", TypeAdapter(Health))
READY = Operation("GET", "/readyz", TypeAdapter(Ready))


class _Probes(Resource):
    """Whether the service is there."""

    async def health(self) -> Health:
        """Say that the service answers.

        Raises:
            ClientError: It does not.
        """
        return await self._session.call(ALIVE)

    async def ready(self) -> Ready:
        """Say that answers can be graded and kept now.

        Raises:
            Unavailable: They cannot.
            ConnectionFailed: The service does not answer at all.
        """
        return await self._session.call(READY)


class AsyncGraderClient(_Probes):
    """Talks to a grading service, from async code; to be closed, or used with `async with`.

    Attributes:
        grades: Have answers graded, and read the grades.
        batches: The same for many at once.
        rubrics: Read rubrics, and write your own.
        interviews: Hold interviews of many turns.
        transcriptions: Have recordings written down.
        invites: Have candidates answer behind a link.
        reviews: Let people correct grades.
        appeals: Let candidates object.
        webhooks: Be told what happens.
        candidates: Delete what a person has sent.
        submissions: Delete one answer.
        statistics: Figures, and what waits or fails.
        audit: See who did what.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        retries: Retries = Retries(),  # noqa: B008 - it never changes
        timeout: float = _SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            base_url: Where the service is, as in `https://grader.example.com`.
            api_key: `grk_…`; a service on this machine may want none.
            retries: How often a request is repeated that may work later.
            timeout: Seconds that one attempt may wait for the service.
            transport: How to reach it, as with certificates of your own; see httpx.
        """
        options = _options(base_url, api_key, timeout)
        super().__init__(
            Session(Waiting(httpx.AsyncClient(transport=transport, **options)), retries)
        )
        self.grades = AsyncGrades(self._session)
        self.batches = AsyncBatches(self._session)
        self.rubrics = AsyncRubrics(self._session)
        self.interviews = AsyncInterviews(self._session)
        self.transcriptions = AsyncTranscriptions(self._session)
        self.invites = AsyncInvites(self._session)
        self.reviews = AsyncReviews(self._session)
        self.appeals = AsyncAppeals(self._session)
        self.webhooks = AsyncWebhooks(self._session)
        self.candidates = AsyncCandidates(self._session)
        self.submissions = AsyncSubmissions(self._session)
        self.statistics = AsyncStatistics(self._session)
        self.audit = AsyncAudit(self._session)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        """Nothing to open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.aclose()


class GraderClient(BlockingResource):
    """Talks to a grading service, and blocks meanwhile; to be closed, or used with `with`.

    Attributes:
        grades: Have answers graded, and read the grades.
        batches: The same for many at once.
        rubrics: Read rubrics, and write your own.
        interviews: Hold interviews of many turns.
        transcriptions: Have recordings written down.
        invites: Have candidates answer behind a link.
        reviews: Let people correct grades.
        appeals: Let candidates object.
        webhooks: Be told what happens.
        candidates: Delete what a person has sent.
        submissions: Delete one answer.
        statistics: Figures, and what waits or fails.
        audit: See who did what.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        retries: Retries = Retries(),  # noqa: B008 - it never changes
        timeout: float = _SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is sent yet. See `AsyncGraderClient` for the arguments."""
        options = _options(base_url, api_key, timeout)
        session = Session(Blocking(httpx.Client(transport=transport, **options)), retries)
        super().__init__(_Probes(session))
        self._session = session
        self.grades = Grades(AsyncGrades(session))
        self.batches = Batches(AsyncBatches(session))
        self.rubrics = Rubrics(AsyncRubrics(session))
        self.interviews = Interviews(AsyncInterviews(session))
        self.transcriptions = Transcriptions(AsyncTranscriptions(session))
        self.invites = Invites(AsyncInvites(session))
        self.reviews = Reviews(AsyncReviews(session))
        self.appeals = Appeals(AsyncAppeals(session))
        self.webhooks = Webhooks(AsyncWebhooks(session))
        self.candidates = Candidates(AsyncCandidates(session))
        self.submissions = Submissions(AsyncSubmissions(session))
        self.statistics = Statistics(AsyncStatistics(session))
        self.audit = Audit(AsyncAudit(session))

    health = blocking(_Probes.health)
    ready = blocking(_Probes.ready)

    def close(self) -> None:
        """Close all connections."""
        run(self._session.close())

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def _options(base_url: str, api_key: str | None, timeout: float) -> Mapping[str, Any]:
    headers = {"User-Agent": f"answer-grader-client/{__version__}"}
    if api_key is not None:
        headers["Authorization"] = f"Bearer {api_key}"
    return {
        "base_url": base_url,
        "headers": headers,
        "timeout": httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
    }
