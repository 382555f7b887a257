"""`client.audit`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Unpack

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, iterating
from grader.client._operations import Operation
from grader.client.models import AuditEntry, AuditFilter, Page

LIST = Operation("GET", "/v1/audit", TypeAdapter(Page[AuditEntry]))


class AsyncAudit(Resource):
    """Who did what."""

    def list(self, **wanted: Unpack[AuditFilter]) -> AsyncGenerator[AuditEntry]:
        """Iterate over what was done to your records, newest first.

        Args:
            **wanted: See `AuditFilter`.
        """
        return self._session.items(LIST, query=wanted)


class Audit(BlockingResource):
    """Who did what."""

    list = iterating(AsyncAudit.list)
