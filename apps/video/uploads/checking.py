"""What follows when all bytes of a film have arrived: its parts are joined, it is read, and becomes the title's source.

It takes minutes for a large film, so a worker does it, under a lease that a timer renews. Whatever dies is repeated:
joining goes on where the file ends, and the same file is the same source. Accepting is one transaction, so no film is
accepted without being encoded.
"""

from __future__ import annotations

import os
import uuid

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.jobs.services import is_outage
from apps.common.leases import claim
from apps.video.encoding.keeping import LEASE, Keeper
from apps.video.encoding.models import clean_values
from apps.video.encoding.services import NotAVideo, request_encoding, take_source
from apps.video.media.reasons import MediaError, Stopped
from apps.video.uploads import contents, files
from apps.video.uploads.models import Upload

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 3
State = Upload.State


def run(upload_id: uuid.UUID) -> None:
    """Check a complete upload, if nobody else is at it. Called by the worker; safe to call twice."""
    waiting = Upload.objects.filter(state=State.CHECKING, attempt__lt=MAX_ATTEMPTS)
    lease = claim(waiting, upload_id, field="lease_until", duration=LEASE, attempt=F("attempt") + 1)
    if lease is None:
        return
    upload = lease.row.select_related("title").get()
    with Keeper(lease, state=State.CHECKING) as keeper:
        try:
            _join(upload, keeper)
            _accept(upload, keeper)
        except Stopped:
            log.info("check stopped", upload=str(upload.pk))
            return
        except NotAVideo as problem:
            _refuse(upload, keeper, problem.reason)
        except Exception as error:
            if is_outage(error) or upload.attempt < MAX_ATTEMPTS:
                # The periodic job sends it again.
                log.warning("check broke off", upload=str(upload.pk), attempt=upload.attempt, exc_info=error)
                raise
            log.exception("check failed", upload=str(upload.pk))
            _refuse(upload, keeper, MediaError("unforeseen", error=f"{type(error).__name__}: {error}"[:200]))


def _join(upload: Upload, keeper: Keeper) -> None:
    """Append the parts to the file of the whole, from wherever an earlier try came to."""
    parts = list(upload.parts.order_by("part_number"))
    if not parts:
        return
    descriptor = files.open_for_writing(upload.pk)
    try:
        done = os.fstat(descriptor).st_size
        start = 0
        for part in parts:
            if done < start + part.length:
                begin = max(0, done - start)
                for _ in files.append_file(descriptor, part.pk, begin=begin, position=start + begin):
                    if not keeper.is_held:
                        raise Stopped
            start += part.length
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _accept(upload: Upload, keeper: Keeper) -> None:
    if upload.title is None:
        raise Stopped
    with contents.local_file(upload, is_wanted=keeper.holds) as path:
        source = take_source(upload.title, path, name=upload.filename)
    with transaction.atomic(durable=True):
        encoding = request_encoding(source, priority=upload.priority)
        if not keeper.update(state=State.ACCEPTED, encoding=encoding, finished_at=timezone.now()):
            transaction.set_rollback(True)
            raise Stopped
        _end_parts(upload)
    _remove_files(upload)


def _refuse(upload: Upload, keeper: Keeper, reason: MediaError) -> None:
    """It becomes no film: nothing of it stays but the reason."""
    values = {"reason_code": reason.code, "reason_values": clean_values(reason.values)}
    with transaction.atomic(durable=True):
        if not keeper.update(state=State.REFUSED, finished_at=timezone.now(), **values):
            return
        _end_parts(upload)
    _remove_files(upload)


def _end_parts(upload: Upload) -> None:
    upload.parts.update(state=State.REMOVED, finished_at=timezone.now())


def _remove_files(upload: Upload) -> None:
    """A process that dies before it leaves files to the periodic job."""
    contents.remove(upload)
    for part in upload.parts.all():
        contents.remove(part)
