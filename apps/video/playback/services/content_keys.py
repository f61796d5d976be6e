"""Keys of encrypted films, for players that have the right to them at this moment."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import Forbidden
from apps.video.playback.selectors import playing_sessions, watch_right
from apps.video.playback.services.previews import is_preview
from apps.video.playback.signing import StreamAccess
from apps.video.protection.interface import METHODS
from apps.video.titles.models import Title


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What the gateway passes on from a signed address: seconds since 1970, and the signature."""

    session_id: uuid.UUID
    asset_id: uuid.UUID
    key_id: uuid.UUID
    expires: int
    signature: str


def content_key(request: KeyRequest) -> bytes:
    """The key, for a session that is live, has a right to its film, and asks by an address that was signed for it; and
    for staff who look at a film.

    Raises Forbidden, whatever is wrong, and NotFound for a key that is not one of the film.
    """
    expires_at = datetime.fromtimestamp(request.expires, UTC)
    access = StreamAccess(request.session_id, request.asset_id, expires_at)
    is_signed = expires_at > timezone.now() and access.is_signed_by(request.signature)
    if not is_signed or not (is_preview(request.session_id) or _is_entitled(request.session_id)):
        raise Forbidden(gettext("This playback has ended, or its address is altered. Press play again."))
    return METHODS[Title.Encryption.AES_128].key(request.key_id, asset_id=request.asset_id)


def _is_entitled(session_id: uuid.UUID) -> bool:
    session = playing_sessions().filter(pk=session_id).select_related("title").first()
    return session is not None and watch_right(session.user_id, session.title) is not None
