"""Who sent a request, as far as is known before sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from apps.common.client_address import client_address
from apps.common.devices import user_agent_of


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` as lockouts and throttles count it, `user_agent` as the list of devices shows it."""

    address: str
    user_agent: str


def caller_of(request: HttpRequest | None) -> Caller:
    """The shopper behind a request.

    The storefront and the other admins call for a shopper and pass X-Forwarded-For and User-Agent on.
    """
    if request is None:
        return Caller("", "")
    return Caller(client_address(request), user_agent_of(request))
