"""Who calls, as far as that can be told before anybody is signed in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` as lockouts and throttles count it, `user_agent` as the list of devices shows it."""

    address: str
    user_agent: str


def caller_of(request: HttpRequest | None) -> Caller:
    """The shopper behind a request.

    The last entry of X-Forwarded-For is the one our own gateway added; what stands before it is the caller's word.
    The storefront and the other admins call for a shopper and pass X-Forwarded-For and User-Agent on.
    """
    if request is None:
        return Caller("", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1]
    address = _network(forwarded) or _network(request.META.get("REMOTE_ADDR", ""))
    agent = "".join(c for c in request.META.get("HTTP_USER_AGENT", "") if c.isprintable())
    return Caller(address, agent[:256])


def _network(text: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one (its owner has all of them); empty when `text` is neither."""
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
