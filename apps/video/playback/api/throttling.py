"""Limits of attempts. They count in Redis: while that is away nobody is held up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from apps.common.identity.permissions import caller_or_none


class GiftCodeThrottle(SimpleRateThrottle):
    """Bounds how many codes an account can try: 50 random bits are then beyond guessing."""

    scope = "gift-code-attempts"

    def get_rate(self) -> str:
        return settings.GIFT_CODE_ATTEMPT_RATE

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        caller = caller_or_none(request)
        return self.cache_format % {"scope": self.scope, "ident": caller.user_id} if caller else None
