"""What staff watch of any film that has output, without a right to it and without counting as a viewer."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.video.playback.signing import StreamAccess
from apps.video.titles.models import Title

# Sessions of previews are no rows: a member of staff has one for each film, always the same.
PREVIEWS = uuid.UUID("6f7d2a0e-7a5b-4f0c-9a53-3c1f0f2c9b11")
PREVIEW_VERSION = 5


def is_preview(session_id: uuid.UUID) -> bool:
    """Whether it is one of a preview: made of names, where those of customers are made of time and chance."""
    return session_id.version == PREVIEW_VERSION


def preview(title: Title, *, staff: str) -> StreamAccess:
    """Addresses of a film for a few minutes, for the member of staff with this id; again before they end. Raises
    NotFound for a film without output."""
    if title.asset_id is None:
        raise NotFound(gettext("There is nothing to watch yet. Wait until the film is encoded."))
    session_id = uuid.uuid5(PREVIEWS, f"{staff}/{title.pk}")
    ends = timezone.now() + timedelta(seconds=settings.STREAM_SECONDS)
    return StreamAccess(session_id, title.asset_id, ends, title.manifest)
