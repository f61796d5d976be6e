"""Rate limits by address. They count in Redis: while that is away nobody is held up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from apps.common.client_address import client_address
from apps.common.identity.principal import Principal


class AddressThrottle(SimpleRateThrottle):
    """Counts by the shopper's address."""

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class GuestCreationThrottle(AddressThrottle):
    """What guests create (carts, cards, orders) is stored until a job purges it: at most GUEST_CREATION_RATE for each
    address, in a count that all creations share. Accounts are not counted."""

    scope = "guest-creations"

    def get_rate(self) -> str:
        return settings.GUEST_CREATION_RATE

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if request.method != "POST" or isinstance(request.user, Principal):
            return None
        return super().get_cache_key(request, view)
