"""Rate limits by address. They count in Redis: while that is away nobody is held up."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from apps.common.client_address import client_address


class AddressThrottle(SimpleRateThrottle):
    """Counts by the shopper's address."""

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}
