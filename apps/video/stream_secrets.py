"""The secrets that sign addresses of streams, as NGINX reads them too (docs/runbooks/stream-secret.md)."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH = 4
KEY = re.compile(rf"\A[A-Za-z0-9_-]{{{KEY_LENGTH}}}")


def stream_secrets(text: str) -> tuple[str, ...]:
    """Several secrets by comma: the first signs, NGINX accepts all. Of several, the first four characters are the name
    by which an address says which one signed it. Raises ImproperlyConfigured."""
    secrets = tuple(text.split(","))
    if not all(secrets):
        raise ImproperlyConfigured("STREAM_SECRET is empty, or holds an empty secret between commas.")
    names = {secret[:KEY_LENGTH] for secret in secrets}
    if len(secrets) > 1 and (len(names) < len(secrets) or not all(KEY.match(secret) for secret in secrets)):
        raise ImproperlyConfigured(
            "Several secrets of STREAM_SECRET must differ in their first four characters, which are letters, digits, "
            "- and _."
        )
    return secrets
