"""Reads of uploads."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from apps.video.uploads import contents
from apps.video.uploads.models import Upload

State = Upload.State


def offset_of(upload: Upload) -> int:
    """Bytes that have arrived and count."""
    if upload.state != State.RECEIVING:
        return upload.length
    size = contents.size_of(upload)
    return size if upload.unverified_from is None else min(size, upload.unverified_from)


def latest_of(title_id: uuid.UUID) -> Upload | None:
    """The upload for a film that was begun last and not cancelled."""
    found: QuerySet[Upload] = Upload.objects.select_related("encoding").filter(title=title_id)
    return found.exclude(state=State.REMOVED).order_by("-created_at").first()


def percent_received(upload: Upload) -> int:
    """How much of it has arrived."""
    return round(offset_of(upload) * 100 / upload.length) if upload.length else 100
