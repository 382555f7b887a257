"""`client.invites`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Unpack

from pydantic import TypeAdapter

from grader.client._blocking import BlockingResource, Resource, blocking, iterating
from grader.client._operations import Operation, keyed
from grader.client.models import Invite, InviteTerms, NewInvite, Page

_PATH = "/v1/invites"
_ONE = f"{_PATH}/{{invite_id}}"

CREATE = Operation("POST", _PATH, TypeAdapter(NewInvite), creates=True)
LIST = Operation("GET", _PATH, TypeAdapter(Page[Invite]))
GET = Operation("GET", _ONE, TypeAdapter(Invite))
REVOKE = Operation("POST", f"{_ONE}/revoke", TypeAdapter(Invite), repeatable=True)


class AsyncInvites(Resource):
    """Have candidates answer a question, or a whole interview, each behind a link, once."""

    async def create(
        self, rubric_id: str | None, candidate_id: str, **terms: Unpack[InviteTerms]
    ) -> NewInvite:
        """Invite a candidate; returns the link to send.

        Args:
            rubric_id: The rubric whose question is asked; None for an interview, whose `script` is
                among the terms.
            candidate_id: Your name for the person.
            **terms: See `InviteTerms`.

        Raises:
            NotFound: There is no such rubric.
        """
        named = {"rubric_id": rubric_id, "candidate_id": candidate_id}
        return await self._session.call(CREATE, **keyed({**terms, **named}))

    def list(
        self,
        *,
        status: str | None = None,
        candidate_id: str | None = None,
        limit: int | None = None,
    ) -> AsyncGenerator[Invite]:
        """Iterate over invites, newest first.

        Args:
            status: Only those that stand so.
            candidate_id: Only those of this person.
            limit: At most so many are fetched at once.
        """
        query = {"status": status, "candidate_id": candidate_id, "limit": limit}
        return self._session.items(LIST, query=query)

    async def get(self, invite_id: str) -> Invite:
        """Return an invite, and how far its candidate has come."""
        return await self._session.call(GET, names={"invite_id": invite_id})

    async def revoke(self, invite_id: str) -> Invite:
        """Take an invite back: its link opens nothing any more.

        Raises:
            Conflict: It was answered.
        """
        return await self._session.call(REVOKE, names={"invite_id": invite_id})


class Invites(BlockingResource):
    """Have candidates answer a question, or a whole interview, each behind a link, once."""

    create = blocking(AsyncInvites.create)
    list = iterating(AsyncInvites.list)
    get = blocking(AsyncInvites.get)
    revoke = blocking(AsyncInvites.revoke)
