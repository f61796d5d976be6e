"""Uploads from their beginning to their end; how bytes get into one is in `receiving` and `direct`, what follows in
`checking`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.jobs.services import for_each
from apps.common.problems import NotFound, ValidationProblem
from apps.video.titles.models import Title
from apps.video.titles.rules import require_streamable
from apps.video.uploads import contents, direct_storage, files
from apps.video.uploads.checking import MAX_ATTEMPTS
from apps.video.uploads.models import Upload
from apps.video.uploads.problems import DiskFull, Gone, Locked, QuotaReached, TooLarge
from apps.video.uploads.receiving import KEEP, completed
from apps.video.uploads.selectors import offset_of

State = Upload.State
GIB = 1 << 30
# For so long the address of an upload that ended says so; then nobody knows it any more.
REMEMBER_ENDED = timedelta(days=7)
# What is complete and not taken up for this long is sent again: the queue may have lost it.
QUEUE_PATIENCE = timedelta(seconds=60)
# The first half of the advisory lock behind which an owner's quota is looked at; the second is the owner.
QUOTA_LOCK = 7_301


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What somebody wants to send: `length` in bytes; `title` is the film's slug, empty for a part; `parts` are uploads
    of the same owner, complete, of which this one is made; `is_direct`: to Blob Storage, past this service."""

    owner_id: uuid.UUID
    title: str = ""
    length: int = 0
    filename: str = ""
    metadata: str = ""
    priority: int = 0
    is_partial: bool = False
    is_direct: bool = False
    parts: Sequence[uuid.UUID] = field(default=())


def begin(new: NewUpload) -> Upload:
    """An upload that may be sent now. One of no bytes, and one made of parts, is complete at once.

    Raises ValidationProblem for an unknown film or unusable parts, TooLarge, QuotaReached or DiskFull; nothing is
    written then.
    """
    title = None if new.is_partial else _title(new.title)
    with transaction.atomic(durable=True):
        _lock_quota(new.owner_id)
        parts = _usable_parts(new)
        length = sum(part.length for part in parts) if parts else new.length
        _require_quota(new.owner_id, length, parts)
        if not new.is_direct:
            _require_room(length)
        upload = Upload.objects.create(
            owner_id=new.owner_id,
            title=title,
            length=length,
            filename=new.filename[:255],
            metadata=new.metadata,
            priority=new.priority,
            is_partial=new.is_partial,
            is_direct=new.is_direct,
            expires_at=timezone.now() + KEEP,
        )
        for number, part in enumerate(parts):
            part.whole, part.part_number = upload, number
        Upload.objects.bulk_update(parts, ["whole", "part_number"])
        if not new.is_partial and (parts or not length):
            Upload.objects.filter(pk=upload.pk).update(**completed(upload.pk))
    return Upload.objects.get(pk=upload.pk)


def _title(slug: str) -> Title:
    title = Title.objects.filter(slug=slug).first()
    if title is None:
        message = gettext("Name a film that exists: its slug is the “title” of an upload.")
        raise ValidationProblem(message, errors={"title": [message]})
    require_streamable(title)
    return title


def _lock_quota(owner_id: uuid.UUID) -> None:
    """Of one owner's requests one after the other looks at the quota, so that together they do not exceed it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [QUOTA_LOCK, str(owner_id)])


def _usable_parts(new: NewUpload) -> list[Upload]:
    """The parts in their order, locked against another request that wants them too."""
    if not new.parts:
        return []
    own = Upload.objects.select_for_update().filter(
        owner_id=new.owner_id, is_partial=True, state=State.RECEIVING, whole=None, pk__in=new.parts
    )
    found = {part.pk: part for part in own.order_by("pk")}
    parts = [found[pk] for pk in new.parts if pk in found]
    if len(parts) != len(new.parts) or any(offset_of(part) != part.length for part in parts):
        raise ValidationProblem(gettext("Each part must be a partial upload of yours, complete and used only once."))
    return parts


def unfinished(owner_id: uuid.UUID) -> QuerySet[Upload]:
    """What counts against an owner's quota: parts of a whole count with it."""
    return Upload.objects.filter(owner_id=owner_id, state__in=Upload.UNFINISHED, whole=None)


def _require_quota(owner_id: uuid.UUID, length: int, parts: Sequence[Upload]) -> None:
    limit = settings.UPLOAD_MAX_GB
    if length > limit * GIB:
        raise TooLarge(gettext("The file is larger than %(limit)s GB. Export the film smaller.") % {"limit": limit})
    others = unfinished(owner_id).exclude(pk__in=[part.pk for part in parts])
    if others.count() >= settings.UPLOAD_MAX_UNFINISHED:
        raise QuotaReached(
            gettext("You have %(limit)s unfinished uploads. Finish or cancel some of them first.")
            % {"limit": settings.UPLOAD_MAX_UNFINISHED}
        )
    if (others.aggregate(bytes=Sum("length"))["bytes"] or 0) + length > settings.UPLOAD_QUOTA_GB * GIB:
        raise QuotaReached(
            gettext("Your unfinished uploads would exceed %(limit)s GB. Finish or cancel some of them first.")
            % {"limit": settings.UPLOAD_QUOTA_GB}
        )


def _require_room(length: int) -> None:
    if not files.has_room_for(length):
        raise DiskFull(
            gettext("There is no room for this file at the moment. Try again later, or ask for more disk space.")
        )


def find(upload_id: uuid.UUID, owner_id: uuid.UUID, *, is_direct: bool) -> Upload:
    """The owner's upload; one that had all its bytes when its process died is complete now. Raises NotFound, and Gone
    for one that has ended."""
    uploads = Upload.objects.select_related("title", "encoding")
    upload = uploads.filter(pk=upload_id, owner_id=owner_id, is_direct=is_direct).first()
    if upload is None:
        raise NotFound(gettext("There is no such upload. Begin a new one."))
    if upload.state == State.REMOVED:
        raise Gone(gettext("This upload was ended or has expired. Begin a new one."))
    if complete_if_full(upload):
        upload = uploads.get(pk=upload_id)
    return upload


def parts_of(upload: Upload) -> list[uuid.UUID]:
    """The parts that it is made of, in their order."""
    return list(upload.parts.order_by("part_number").values_list("pk", flat=True))


def complete_if_full(upload: Upload) -> bool:
    """Go on with an upload whose bytes have all arrived and whose process died before it could say so."""
    if upload.state != State.RECEIVING or upload.is_partial or upload.is_direct or upload.lease_until > timezone.now():
        return False
    if offset_of(upload) != upload.length:
        return False
    with transaction.atomic():
        idle = Upload.objects.filter(pk=upload.pk, state=State.RECEIVING, lease_until__lte=timezone.now())
        return bool(idle.update(**completed(upload.pk)))


def end(upload: Upload) -> None:
    """Forget what has arrived, at the owner's wish. Raises Locked for one that is being checked or has been used."""
    with transaction.atomic(durable=True):
        ends = Upload.objects.filter(pk=upload.pk, state=State.RECEIVING, whole=None)
        if not ends.update(state=State.REMOVED, finished_at=timezone.now()):
            raise Locked(gettext("This upload is complete and cannot be cancelled any more."))
    contents.remove(upload)


def requeue() -> list[uuid.UUID]:
    """Complete uploads whose check was lost or whose worker died, to be sent again; others have had their attempts."""
    now = timezone.now()
    idle = Upload.objects.filter(state=State.RECEIVING, is_partial=False, is_direct=False, lease_until__lt=now)
    ids = list(idle.values_list("pk", flat=True))
    for_each(ids, lambda pk: complete_if_full(Upload.objects.get(pk=pk)), job="complete-uploads")
    waiting = Upload.objects.filter(state=State.CHECKING, lease_until__lt=now - QUEUE_PATIENCE)
    waiting.filter(attempt__gte=MAX_ATTEMPTS).update(
        state=State.REFUSED, reason_code="worker-died", finished_at=now, lease_until=now
    )
    return list(waiting.filter(attempt__lt=MAX_ATTEMPTS).order_by("created_at").values_list("pk", flat=True))


def remove_expired() -> int:
    """End uploads of which nothing came for a day, remove files that no upload needs, and forget what ended long ago;
    returns how many uploads expired."""
    now = timezone.now()
    Upload.objects.filter(state=State.REMOVED, finished_at__lt=now - REMEMBER_ENDED).delete()
    idle = Upload.objects.filter(Q(whole=None) & Q(state=State.RECEIVING, expires_at__lt=now, lease_until__lt=now))
    count = idle.update(state=State.REMOVED, finished_at=now)
    # Rows come before files, so one without an unfinished row is needed by nobody.
    for_each(list(files.all_ids()), _remove_if_unneeded, job="remove-expired-uploads")
    if direct_storage.is_available():
        for_each(list(direct_storage.all_ids()), _remove_blob_if_unneeded, job="remove-expired-blobs")
    return count


def _is_needed(upload_id: uuid.UUID) -> bool:
    return Upload.objects.filter(pk=upload_id, state__in=Upload.UNFINISHED).exists()


def _remove_if_unneeded(upload_id: uuid.UUID) -> None:
    if not _is_needed(upload_id):
        files.remove(upload_id)


def _remove_blob_if_unneeded(upload_id: uuid.UUID) -> None:
    if not _is_needed(upload_id):
        direct_storage.remove(upload_id)
