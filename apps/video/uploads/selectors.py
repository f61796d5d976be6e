"""Reads of uploads for the admin."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from apps.video.uploads.models import Upload
from apps.video.uploads.receiving import offset_of

State = Upload.State


def latest_of(title_id: uuid.UUID) -> Upload | None:
    """The upload for a film that was begun last and not cancelled."""
    found: QuerySet[Upload] = Upload.objects.select_related("encoding").filter(title=title_id)
    return found.exclude(state=State.REMOVED).order_by("-created_at").first()


def percent_received(upload: Upload) -> int:
    """How much of it has arrived."""
    return round(offset_of(upload) * 100 / upload.length) if upload.length else 100
