"""Where webhooks may be sent: never into the network that the service itself stands in.

A receiver's address is chosen by a stranger, who could name a host of ours. What decides is not the
name but the address behind it at the moment of connecting, since a name may point elsewhere by then.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from pydantic import AnyUrl, ValidationError

from grader.errors import BadInput

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

_MOST_CHARACTERS = 2048

# IPv6 addresses are handed out from this block; everything else has some special meaning.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# RFC 6052: the last four bytes are the IPv4 address that is really meant.
_NAT64 = IPv6Network("64:ff9b::/96")
# What counts as public in some versions of Python, and is not: protocol assignments, where one cloud
# has its metadata service, relays to 6to4, and an address that inside Azure leads to the machine's
# own control plane.
_NOT_PUBLIC = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))


class TargetRefused(BadInput):
    """A webhook may not be sent to this address."""

    code = "webhook_target_refused"


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """Which targets are allowed.

    Attributes:
        allow_http: Whether a target may do without TLS, as in development.
        allowed_networks: Addresses allowed although they are not public.
        ports: Ports allowed; None for any.
    """

    allow_http: bool = False
    allowed_networks: tuple[IPNetwork, ...] = ()
    ports: frozenset[int] | None = frozenset({443, 8443})

    def check_url(self, url: str) -> str:
        """Check all that can be without resolving the host's name.

        Returns:
            The address in its normal form, with the host in lower case and in ASCII.

        Raises:
            TargetRefused: It is no such address, or not an allowed one.
        """
        if len(url) > _MOST_CHARACTERS:
            raise TargetRefused(f"a webhook's address has at most {_MOST_CHARACTERS} characters")
        try:
            parsed = AnyUrl(url)
        except ValidationError:
            raise TargetRefused(
                "a webhook's address must be a whole one, as in https://example.com/hooks"
            ) from None
        schemes = ("https", "http") if self.allow_http else ("https",)
        if parsed.scheme not in schemes or not parsed.host:
            raise TargetRefused(f"a webhook's address must begin with {schemes[0]}://")
        if parsed.username or parsed.password:
            raise TargetRefused(
                "a webhook's address must hold no user or password; the signature proves the sender"
            )
        if parsed.fragment is not None:
            raise TargetRefused("a webhook's address must hold no fragment (#...)")
        if self.ports is not None and parsed.port not in self.ports:
            allowed = ", ".join(str(port) for port in sorted(self.ports))
            raise TargetRefused(
                f"a webhook may not be sent to port {parsed.port}; the ports allowed are {allowed}"
            )
        literal = _as_address(parsed.host.strip("[]"))
        if literal is not None:
            self.check_address(literal)
        return str(parsed)

    def check_address(self, address: IPAddress) -> None:
        """Check the address that a connection would be made to.

        Raises:
            TargetRefused: It is not a public address, nor in `allowed_networks`.
        """
        meant = _meant_by(address)
        if any(meant in network for network in self.allowed_networks):
            return
        if not _is_public(meant):
            raise TargetRefused(
                f"a webhook may not be sent to {meant}, which is not a public address"
            )

    def check_resolved(self, host: str, found: Collection[str]) -> None:
        """Check every address that a name stands for; one that is not allowed is enough to refuse.

        Raises:
            TargetRefused: One of them is not allowed.
        """
        for text in found:
            address = _as_address(text)
            if address is None:
                raise TargetRefused(f"the name {host} stands for '{text}', which is no IP address")
            try:
                self.check_address(address)
            except TargetRefused as error:
                if text == host:
                    raise
                raise TargetRefused(f"{error}; the name {host} stands for it") from None


def _as_address(text: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _meant_by(address: IPAddress) -> IPAddress:
    """Look through the ways to write an IPv4 address as an IPv6 one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address


def _is_public(address: IPAddress) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    # 6to4 and Teredo tunnel to an IPv4 address within; nobody receives webhooks through them.
    tunnelled = address.sixtofour is not None or address.teredo is not None
    return address in _GLOBAL_UNICAST and not tunnelled
