"""Creating something at most once for one `Idempotency-Key`.

Follows draft-ietf-httpapi-idempotency-key-header-07: the same request again gets the same response,
another request with the key is refused (422), and so is one that comes while the first is still
being answered (409). The response is kept in the transaction that creates what it speaks of, so
neither is ever there without the other, whenever the process dies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any, Protocol
from weakref import WeakKeyDictionary

import anyio
from fastapi import Depends, Header, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from api.auth import Caller, Scope, requires
from api.dependencies import OpenDatabase
from api.errors import (
    IdempotencyInProgress,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RecordsUnavailable,
)
from api.records import Claim, Database, IdempotencyKeys, IdempotencyRow, now

_KEPT = timedelta(hours=24)

# Whoever holds a claim for longer than this is taken to have died. If it has not, it finds its
# claim gone when it wants to keep its response, and keeps nothing.
_LEASE = timedelta(minutes=2)

_PLAIN = re.compile(r"[\x21-\x7e]{1,255}")
_DESCRIBED_KEY = f"^{_PLAIN.pattern}$"

_KeyHeader = Annotated[
    str | None,
    Header(
        description="Any text that no other request of yours has, such as a UUID. The same request "
        "sent again within 24 hours gets the first one's response.",
        json_schema_extra={"pattern": _DESCRIBED_KEY},
    ),
]

# Claims that could not be given up, since the records were not there; by tenant and key. The next
# request with the key gives them up first. Those that are forgotten here lapse with their lease.
_MOST_UNRELEASED = 10_000
_unreleased: WeakKeyDictionary[Database, dict[tuple[str, str], tuple[Claim, ...]]] = (
    WeakKeyDictionary()
)

_REPLAYED = {"Idempotency-Replayed": "true"}
_CHUNK = 1 << 20


class Replay(Exception):
    """Ends a request with the response that it got before."""

    def __init__(self, response: Response) -> None:
        """Carry `response`."""
        self.response = response
        super().__init__("answered before")


async def replay(_: Request, ended: Exception) -> Response:
    """Send the response that a `Replay` carries; an exception handler."""
    if not isinstance(ended, Replay):
        raise ended
    return ended.response


class Unit:
    """One transaction that creates something, and the response that says so."""

    def __init__(self, session: AsyncSession) -> None:
        """Work in `session`."""
        self.session = session
        self.response: Response | None = None
        self.submission_id: str | None = None
        self.interview_id: str | None = None

    def respond(
        self,
        content: str,
        status_code: int = 201,
        *,
        headers: Mapping[str, str] | None = None,
        submission_id: str | None = None,
        interview_id: str | None = None,
    ) -> Response:
        """Make the response; it is sent, and kept, if the transaction is committed.

        Args:
            content: JSON.
            status_code: Of the response.
            headers: Likewise.
            submission_id: The submission whose deletion must delete the kept response too.
            interview_id: Likewise.
        """
        self.submission_id = submission_id
        self.interview_id = interview_id
        self.response = Response(
            content, status_code, headers=dict(headers or {}), media_type="application/json"
        )
        return self.response


class Creation:
    """One request that creates something."""

    def __init__(self, caller: Caller, database: Database, claim: Claim | None) -> None:
        """Create on behalf of `caller`; `claim` is None for a request without a key."""
        self.caller = caller
        self._database = database
        self._claim = claim
        self.kept = False

    @property
    def key(self) -> str | None:
        """The request's `Idempotency-Key`."""
        return None if self._claim is None else self._claim.key

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Unit]:
        """Open the transaction in which everything is created; call `Unit.respond` in it, once.

        Raises:
            IdempotencyInProgress: The claim lapsed and another request has it; nothing is created.
            RecordsUnavailable: Nothing is created.
        """
        async with self._database.write() as session:
            unit = Unit(session)
            yield unit
            if unit.response is None:
                raise RuntimeError("nothing was created: call Unit.respond in the transaction")
            if self._claim is not None:
                await self._keep(unit, unit.response, self._claim)
        self.kept = True

    async def _keep(self, unit: Unit, response: Response, claim: Claim) -> None:
        keys = IdempotencyKeys(unit.session, self.caller.tenant_id)
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in ("content-length", "content-type")
        }
        held = await keys.answer(
            claim,
            status_code=response.status_code,
            headers=headers,
            body=bytes(response.body).decode(),
            submission_id=unit.submission_id,
            interview_id=unit.interview_id,
        )
        if not held:
            raise IdempotencyInProgress(
                "another request with this Idempotency-Key took over, since this one took long; "
                "send it again to get its response",
                {"Retry-After": "1"},
            )


class Contents(Protocol):
    """What a request holds, for a route that does not want it in memory as a whole."""

    async def fingerprint(self) -> str:
        """Hash what tells this request from others."""


class _WholeBody:
    """What a request holds, read into memory."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def fingerprint(self) -> str:
        return await _fingerprint(self._request)


async def _whole_body(request: Request) -> Contents:
    return _WholeBody(request)


def creates(*scopes: Scope, contents: Callable[..., Any] = _whole_body) -> Any:
    """Return the dependency of a route that creates something: a `Creation`, by a caller with scopes.

    Args:
        *scopes: What the caller's key must allow.
        contents: A dependency that gives the `Contents`, whose fingerprint is asked for once it is
            known who the caller is, and only for a request with a key.
    """
    allowed = requires(*scopes)

    async def creation(
        database: OpenDatabase,
        caller: Caller = allowed,
        held: Contents = Depends(contents),  # noqa: B008 - how FastAPI wants it
        idempotency_key: _KeyHeader = None,
    ) -> AsyncGenerator[Creation]:
        claim = None
        if idempotency_key is not None:
            key = _plain(idempotency_key)
            claim = await _claim(database, caller, key, await held.fingerprint())
        made = Creation(caller, database, claim)
        try:
            yield made
        finally:
            if claim is not None and not made.kept:
                with anyio.CancelScope(shield=True):
                    await _release(database, caller, claim)

    return Depends(creation, scope="function")


async def _release(database: Database, caller: Caller, claim: Claim) -> None:
    try:
        async with database.write() as session:
            await IdempotencyKeys(session, caller.tenant_id).release(claim)
    except RecordsUnavailable:
        _release_later(database, caller, claim)
        raise


def _release_later(database: Database, caller: Caller, claim: Claim) -> None:
    """Have the next request with the same key give the claim up."""
    waiting = _unreleased.setdefault(database, {})
    waiting[caller.tenant_id, claim.key] = (*waiting.get((caller.tenant_id, claim.key), ()), claim)
    while len(waiting) > _MOST_UNRELEASED:
        del waiting[next(iter(waiting))]


async def _claim(database: Database, caller: Caller, key: str, fingerprint: str) -> Claim:
    waiting = _unreleased.get(database, {})
    given_up = waiting.get((caller.tenant_id, key), ())
    outcome: Claim | IdempotencyRow | None = None
    try:
        async with database.write() as session:
            keys = IdempotencyKeys(session, caller.tenant_id)
            for claim in given_up:
                await keys.release(claim)
            outcome = await keys.claim(key, fingerprint, lease=_LEASE, kept=_KEPT)
    except RecordsUnavailable:
        # A connection that breaks during the commit does not tell whether the claim was kept.
        if isinstance(outcome, Claim):
            _release_later(database, caller, outcome)
        raise
    if given_up:
        waiting.pop((caller.tenant_id, key), None)
    if isinstance(outcome, Claim):
        return outcome
    if outcome.fingerprint != fingerprint:
        raise IdempotencyKeyReused(
            "this Idempotency-Key came with another request before; use a new key for a new request"
        )
    if outcome.claim is None:
        raise Replay(_response(outcome))
    seconds = max(1, min(5, round((outcome.claimed_until - now()).total_seconds())))
    raise IdempotencyInProgress(
        "the first request with this Idempotency-Key is still being answered; send it again in a "
        "moment to get its response",
        {"Retry-After": str(seconds)},
    )


def _response(row: IdempotencyRow) -> Response:
    headers = (row.headers or {}) | _REPLAYED
    return Response(
        row.body, row.status_code or 200, headers=headers, media_type="application/json"
    )


def _plain(key: str) -> str:
    # The draft has the key as a quoted string of RFC 9651; most clients send it bare.
    bare = key[1:-1] if len(key) >= 2 and key[0] == key[-1] == '"' else key
    if not _PLAIN.fullmatch(bare):
        raise IdempotencyKeyInvalid(
            "an Idempotency-Key has 1 to 255 ASCII characters without spaces"
        )
    return bare


async def _fingerprint(request: Request) -> str:
    """Hash what tells this request from others; for a form its contents, whatever divides them."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    if request.headers.get("Content-Type", "").startswith("multipart/"):
        for name, value in (await request.form()).multi_items():
            digest.update(f"\n{name}\n".encode())
            if isinstance(value, UploadFile):
                while chunk := await value.read(_CHUNK):
                    digest.update(chunk)
                await value.seek(0)
            else:
                digest.update(value.encode())
    else:
        digest.update(await request.body())
    return digest.hexdigest()
