"""Limits for people without an account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request

from apps.common.api.throttling import AddressThrottle
from apps.common.identity.principal import Principal


class OrderLinkThrottle(AddressThrottle):
    """Bounds how many orders a stranger can try to have mails sent for."""

    scope = "order-links"

    def get_rate(self) -> str:
        return settings.ORDER_LINK_RATE


class VoucherThrottle(AddressThrottle):
    """Bounds how many codes of vouchers a stranger can try; taking one off a cart is not counted."""

    scope = "voucher-attempts"

    def get_rate(self) -> str:
        return settings.VOUCHER_ATTEMPT_RATE

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return super().get_cache_key(request, view) if request.method == "POST" else None


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
