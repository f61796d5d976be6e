"""The client's address, by which rate limits count requests."""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar

from django.http import HttpRequest

HEADER = "X-Forwarded-For"
_current: ContextVar[str] = ContextVar("client_address", default="")


def client_address(request: HttpRequest) -> str:
    """The shopper's IPv4 address, or the /64 of an IPv6 one (its owner has all of them); empty when nobody says.

    The last entry of X-Forwarded-For is the one our own gateway added; what stands before it is the caller's word.
    Services that call for a shopper pass the address on (apps.common.http).
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1]
    return _network(forwarded) or _network(request.META.get("REMOTE_ADDR", ""))


def remember(request: HttpRequest) -> None:
    """Keep the address for the calls that this request leads to."""
    _current.set(client_address(request))


def current() -> str:
    """The address of the request being served in this context; empty outside of one."""
    return _current.get()


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        # Without the zone: fe80::1%eth0 is no network.
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
