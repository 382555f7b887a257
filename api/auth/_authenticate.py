"""From a bearer token to a caller."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Collection
from datetime import timedelta

from api.auth._scopes import ALL_SCOPES, Caller, Scope
from api.auth._secrets import take_apart
from api.errors import Forbidden, Unauthenticated
from api.records import LOCAL_TENANT, Database, KeyRow, Keys, now

_USE_IS_NOTED_EVERY = timedelta(minutes=1)

# In every process a key that is revoked, and the first key that is made, tell after so many seconds.
_REMEMBERED_SECONDS = 2.0
_MOST_REMEMBERED = 10_000

_CHALLENGE = 'Bearer realm="grader"'


class Authenticator:
    """Knows callers by their keys; while no key was ever made, lets this machine in without one."""

    def __init__(
        self,
        database: Database,
        *,
        local_hosts: Collection[str] | None = None,
        memory: float = _REMEMBERED_SECONDS,
    ) -> None:
        """Look keys up in `database`.

        Args:
            database: Holds the keys.
            local_hosts: The only names by which requests without a key may address the service,
                which keeps web pages elsewhere from reaching it through a name of their own that
                they point at this machine; None for any.
            memory: Seconds for which what was read of the keys is taken to hold.
        """
        self._database = database
        self.memory = memory
        self._local_hosts = local_hosts
        self._keys_exist = False
        self._looked_at = -math.inf
        self._remembered: dict[str, tuple[KeyRow, float]] = {}

    async def authenticate(self, token: str | None, *, client: str | None, host: str) -> Caller:
        """Find out who is calling.

        Args:
            token: What follows `Bearer`; None where there is no such header.
            client: Address that the request comes from, where it is known.
            host: Name by which it addresses the service.

        Raises:
            Unauthenticated: No key, or one that opens nothing.
            Forbidden: A service without keys was called from elsewhere.
            RecordsUnavailable: The keys cannot be read.
        """
        if token is None:
            return await self._without_key(client, host)
        presented = take_apart(token)
        row = None if presented is None else await self._key(presented.key_id)
        if presented is None or row is None or not presented.opens(row.secret_sha256):
            raise _refusal("the API key is not one of this service", "invalid_token")
        moment = now()
        if row.revoked_at is not None:
            raise _refusal(f"the API key {row.id} was revoked", "invalid_token")
        if not row.usable(moment):
            raise _refusal(
                f"the API key {row.id} expired; make another with: grader keys create",
                "invalid_token",
            )
        self._keys_exist = True
        if row.last_used_at is None or row.last_used_at < moment - _USE_IS_NOTED_EVERY:
            async with self._database.write() as session:
                await Keys(session).touch(row.id, at_most_every=_USE_IS_NOTED_EVERY)
            row.last_used_at = moment
        return Caller(row.tenant_id, frozenset(Scope(scope) for scope in row.scopes), row.id)

    async def _key(self, key_id: str) -> KeyRow | None:
        """Find a key in the database, or as it was found there a moment ago."""
        row, found_at = self._remembered.get(key_id, (None, 0.0))
        if row is not None and time.monotonic() - found_at < self.memory:
            return row
        async with self._database.read() as session:
            row = await Keys(session).get(key_id)
        if row is not None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key_id] = (row, time.monotonic())
        return row

    async def _without_key(self, client: str | None, host: str) -> Caller:
        if not self._keys_exist and time.monotonic() - self._looked_at >= self.memory:
            async with self._database.read() as session:
                self._keys_exist = await Keys(session).any()
            self._looked_at = time.monotonic()
        if self._keys_exist:
            raise _refusal("send an API key in the header 'Authorization: Bearer grk_…'")
        if not is_local(client) or (
            self._local_hosts is not None and host not in self._local_hosts
        ):
            raise Forbidden(
                "without API keys this service answers its own machine only; make a key with: "
                "grader keys create"
            )
        return Caller(LOCAL_TENANT, ALL_SCOPES)


def require(caller: Caller, scopes: Collection[str]) -> None:
    """Check that a caller has every scope.

    Raises:
        Forbidden: One is lacking.
    """
    lacking = [scope for scope in scopes if scope not in caller.scopes]
    if not lacking:
        return
    names = " and ".join(f"'{scope}'" for scope in lacking)
    noun = "scope" if len(lacking) == 1 else "scopes"
    held = ", ".join(sorted(caller.scopes)) or "none"
    challenge = f'{_CHALLENGE}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    raise Forbidden(
        f"this needs a key with the {noun} {names}; {caller.actor} has {held}",
        {"WWW-Authenticate": challenge},
    )


def _refusal(message: str, error: str | None = None) -> Unauthenticated:
    challenge = _CHALLENGE + (f', error="{error}"' if error else "")
    return Unauthenticated(message, {"WWW-Authenticate": challenge})


def is_local(client: str | None) -> bool:
    """Tell whether a peer is on this machine; one without an address came by a local socket."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
