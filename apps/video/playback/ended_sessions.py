"""Sessions whose addresses the gateway refuses before they expire.

A file `ended/<session>` beside the films is what NGINX looks for: it needs neither Python nor Redis for it, and one
look at the disk for each segment. A mark that cannot be written is no harm: addresses live for STREAM_SECONDS anyway.
Where films lie in Blob Storage, NGINX sees the mark when its mount looks again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from apps.common.jobs.services import for_each

log = structlog.get_logger(__name__)
FOLDER = "ended"


def refuse_addresses(session_ids: Iterable[uuid.UUID]) -> None:
    """Have the gateway refuse these sessions' addresses, once the transaction is committed."""
    for session_id in session_ids:
        transaction.on_commit(partial(_mark, session_id), robust=True)


def _mark(session_id: uuid.UUID) -> None:
    name = f"{FOLDER}/{session_id}"
    try:
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(b"ended"))
    except Exception as error:  # noqa: BLE001  (whatever a storage raises)
        log.warning("addresses of an ended session work until they expire", session=str(session_id), error=str(error))


def remove_old_marks() -> int:
    """Remove marks of sessions whose addresses have expired by now; returns how many."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    return for_each(names, _remove_if_old, job="remove-ended-session-marks")


def _remove_if_old(name: str) -> bool:
    path = f"{FOLDER}/{name}"
    if default_storage.get_modified_time(path) >= timezone.now() - timedelta(seconds=2 * settings.STREAM_SECONDS):
        return False
    default_storage.delete(path)
    return True
