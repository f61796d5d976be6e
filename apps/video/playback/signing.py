"""Signed addresses of streams, checked by NGINX's secure_link module, never by Python.

`/stream/<session>/<signature>/<expires>/<asset>/master.m3u8`: the signature stands in the path before the asset, so the
relative addresses inside playlists keep it. It covers the expiry, the session and the asset, as NGINX computes it:
base64url(md5("<expires>/<session>/<asset> <secret>")) without padding
(https://nginx.org/en/docs/http/ngx_http_secure_link_module.html). The secret comes last, so MD5's length extension
gives an attacker nothing, and finding another preimage of MD5 is not feasible. While secrets are rotated, the name of
the one that signed stands before the signature.

An address lives for minutes and each heartbeat brings a new one. A player that is in the middle of a playlist need not
load it again: a cookie with the new signature, sent to the session's path only, counts before the one in the path.
Native players (Safari's) cannot change the addresses that they ask for, but they send cookies.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare

from apps.video.stream_secrets import KEY_LENGTH

COOKIE_NAME = "stream"
# Of MD5, in base64url without padding.
SIGNATURE_LENGTH = 22


@dataclass(frozen=True, slots=True)
class StreamAccess:
    """The right of one session to fetch one asset's files until `expires_at`."""

    session_id: uuid.UUID
    asset_id: uuid.UUID
    expires_at: datetime
    manifest: str = "master.m3u8"

    def url(self, name: str) -> str:
        """The address of a file (and with it those its playlists name)."""
        return f"{self._base}/{self._signature}/{self._expires}/{self.asset_id}/{name}"

    def is_signed_by(self, signature: str) -> bool:
        """Whether a signature, with or without the name of its secret, is one of this access."""
        return any(
            constant_time_compare(signature[-SIGNATURE_LENGTH:], self._signed_with(secret))
            for secret in settings.STREAM_SECRETS
        )

    @property
    def cookie(self) -> dict[str, str]:
        """Name, value and path of the cookie that renews addresses which a player holds already."""
        value = f"{self._signature}.{self._expires}"
        return {"name": COOKIE_NAME, "value": value, "path": f"{urlsplit(self._base).path}/"}

    @property
    def _base(self) -> str:
        return f"{settings.STREAM_BASE_URL}/{self.session_id}"

    @property
    def _expires(self) -> int:
        return int(self.expires_at.timestamp())

    @property
    def _signature(self) -> str:
        secret = settings.STREAM_SECRETS[0]
        key = secret[:KEY_LENGTH] if len(settings.STREAM_SECRETS) > 1 else ""
        return key + self._signed_with(secret)

    def _signed_with(self, secret: str) -> str:
        message = f"{self._expires}/{self.session_id}/{self.asset_id} {secret}".encode()
        digest = hashlib.md5(message, usedforsecurity=False).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
