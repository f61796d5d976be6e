"""What an account has watched: marked, and taken back."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.video.playback.models import PlaybackSession, Progress
from apps.video.playback.selectors import progress_at, silent_since, watch_right
from apps.video.titles.models import Title


def set_watched(*, user_id: uuid.UUID, title_slug: str, is_watched: bool) -> Progress:
    """Mark a film as watched, or as not watched: then it starts over.

    Raises NotFound for a film that the account may not watch and has never watched.
    """
    title = Title.objects.filter(slug=title_slug).first()
    if title is None or not (watch_right(user_id, title) or progress_at(user_id, title)):
        raise NotFound(gettext("This film is not in your library."))
    position = float(title.runtime_seconds) if is_watched else 0.0
    values = {"is_finished": is_watched, "position_seconds": position, "updated_at": timezone.now()}
    progress, _ = Progress.objects.update_or_create(user_id=user_id, title=title, defaults=values)
    return progress


def delete_history(*, user_id: uuid.UUID, title_slug: str = "") -> None:
    """Forget how far the account got and when it watched: of one film, or of all. Doing it again changes nothing.

    Sessions that play, or whose addresses work still, stay: they count towards the limit of devices.
    """
    progress = Progress.objects.filter(user_id=user_id)
    sessions = PlaybackSession.objects.filter(user_id=user_id, heartbeat_at__lte=silent_since())
    if title_slug:
        progress, sessions = progress.filter(title__slug=title_slug), sessions.filter(title__slug=title_slug)
    with transaction.atomic():
        progress.delete()
        sessions.delete()
