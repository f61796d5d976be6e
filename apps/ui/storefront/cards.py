"""Tokens of cards that were entered on a page."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.core.cache import cache

from apps.ui.storefront.clients import payment

# How long a repeated submission of the same page pays with the same token.
REPEAT_SECONDS = 900


def card_token(card: dict[str, Any], *, page: str, token: str | None) -> str:
    """The card's token. A second click on the same `page` with the same card reuses it, so that both send the same
    request. Raises RemoteProblem with errors of the card's fields."""
    # The cache holds neither the number nor anything that it could be guessed from.
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{page} {card}".encode(), hashlib.sha256)
    name = f"card:{digest.hexdigest()}"
    if method_id := cache.get(name):
        return method_id
    method_id = payment.add_payment_method(card, token=token).id
    return method_id if cache.add(name, method_id, timeout=REPEAT_SECONDS) else cache.get(name, method_id)
