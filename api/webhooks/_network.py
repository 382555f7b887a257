"""Connections that are made to checked addresses only."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from api.webhooks._targets import TargetPolicy

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses that a host's name stands for, the preferred one first; may raise OSError."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address, and connects to one of those very addresses.

    The name is not resolved again between check and connection, so a resolver that changes its mind
    gains nothing. TLS still verifies the certificate for the name, and `Host` still carries it.
    """

    def __init__(self, policy: TargetPolicy, resolve: Resolve = resolve) -> None:
        """Connect where `policy` allows."""
        self._policy = policy
        self._resolve = resolve
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers.

        Raises:
            TargetRefused: One of the name's addresses is not allowed.
            httpcore.ConnectError: The name is unknown, or no address answers.
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise httpcore.ConnectError(f"the name {host} is not known")
        self._policy.check_resolved(host, addresses)
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._plain.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise httpcore.ConnectError(f"{host} cannot be reached on port {port}") from failure
