"""Routing questions to the rubrics that a tenant may see: the bank's, and its own published ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence

from api.errors import RecordsUnavailable
from api.records import Database, RubricVersions
from grader.errors import IndexUnavailable
from grader.grading import Grader
from grader.routing import OwnRubrics, OwnVersion
from grader.types import Rubric

_log = logging.getLogger(__name__)

# Of a tenant with thousands of rubrics that were never indexed. Whatever is done by then is kept.
_SECONDS = 5.0


class PublishedRubrics(OwnRubrics):
    """The rubrics of one tenant that answers are graded by now."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        """Look them up in `database`."""
        self._database = database
        self._tenant_id = tenant_id

    @property
    def scope(self) -> str:
        """The tenant."""
        return self._tenant_id

    async def current(self) -> Sequence[OwnVersion]:
        """Return the newest published version of each of its rubrics."""
        async with self._database.read() as session:
            return await RubricVersions(session, self._tenant_id).published()

    async def rubrics(self, versions: Collection[OwnVersion]) -> Sequence[Rubric]:
        """Return versions of the tenant's whole; see `grader.routing.OwnRubrics`."""
        async with self._database.read() as session:
            found = await RubricVersions(session, self._tenant_id).several(
                [(each.rubric_id, each.version) for each in versions]
            )
            return [row.rubric() for row in found.values()]


async def route_question(
    grader: Grader, database: Database, tenant_id: str, question: str
) -> Rubric:
    """Find the rubric for a free-form question, for one tenant.

    Raises:
        AnswerInvalid: The question is not text that can be read.
        NoMatchingRubric: None is near enough, or several are about equally near.
        IndexUnavailable: The index cannot be searched now.
        RecordsUnavailable: The tenant's rubrics cannot be read.
    """
    return await grader.route(question, PublishedRubrics(database, tenant_id))


async def index_published(grader: Grader, database: Database, tenant_id: str) -> None:
    """Bring the index up to date after a change; the next question does what is not done here."""
    try:
        async with asyncio.timeout(_SECONDS):
            await grader.index_own(PublishedRubrics(database, tenant_id))
    except (IndexUnavailable, RecordsUnavailable, TimeoutError) as error:
        _log.warning("rubrics of %s are indexed later: %s", tenant_id, type(error).__name__)
