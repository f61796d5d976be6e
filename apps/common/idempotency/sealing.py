"""Responses that hold a secret are kept encrypted, by the service's own key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from apps.common.problems import Conflict


class ResponseLost(Conflict):
    slug, title = "answer-lost", "The first response cannot be sent again"


def seal(body: str) -> str:
    """`body`, to be read by this service alone."""
    return _box().encrypt(body.encode()).decode()


def unseal(stored: str) -> str:
    """What was sealed. Raises ResponseLost when the key of that time is not among SECRET_KEY_FALLBACKS."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ResponseLost("The request was carried out, but its response is lost. Look at what is there.") from error


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [
        salted_hmac("apps.common.idempotency", "", secret=secret, algorithm="sha256").digest() for secret in secrets
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
