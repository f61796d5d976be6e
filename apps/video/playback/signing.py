"""Signed addresses of streams, checked by NGINX's secure_link module, never by Python.

The signature stands in the path before the asset, so the relative addresses inside playlists keep it:
`/stream/<signature>/<expires>/<asset>/master.m3u8`. It covers the expiry and the asset, as NGINX computes it:
base64url(md5("<expires>/<asset> <secret>")) without padding
(https://nginx.org/en/docs/http/ngx_http_secure_link_module.html). The secret comes last, so MD5's length extension
gives an attacker nothing, and finding another preimage of MD5 is not feasible.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import datetime

from django.conf import settings


def signature(asset_id: uuid.UUID, expires: int) -> str:
    message = f"{expires}/{asset_id} {settings.STREAM_SECRET}".encode()
    digest = hashlib.md5(message, usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def stream_url(asset_id: uuid.UUID, name: str, *, expires_at: datetime) -> str:
    """The address of one file of an asset, good until `expires_at` (and with it those its playlists name)."""
    expires = int(expires_at.timestamp())
    return f"{settings.STREAM_BASE_URL}/{signature(asset_id, expires)}/{expires}/{asset_id}/{name}"
