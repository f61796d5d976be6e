"""System checks of the keys that tokens need, so that a wrong setting is found at the start."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def wrapping_keys_are_fernet_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """KEY_ENCRYPTION_KEY holds at least one Fernet key and nothing else."""
    hint = "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
    if not settings.KEY_ENCRYPTION_KEYS:
        return [Error("KEY_ENCRYPTION_KEY is empty.", hint=hint, id="auth.E001")]
    try:
        for key in settings.KEY_ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        return [Error("KEY_ENCRYPTION_KEY is not a Fernet key (32 bytes, base64url).", hint=hint, id="auth.E002")]
    return []
