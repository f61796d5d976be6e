"""Deliveries and requests to encode them; what the worker does is in `work`."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.jobs.services import for_each
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.common.task_queue import send_on_commit
from apps.video.encoding import assets, publishing
from apps.video.encoding.models import Encoding, Rendition, Source
from apps.video.encoding.selectors import may_be_playing
from apps.video.encoding.work import MAX_ATTEMPTS
from apps.video.media.facts import probe_from_json
from apps.video.media.probing import probe
from apps.video.media.reasons import MediaError
from apps.video.protection.models import ContentKey
from apps.video.titles.models import Title
from apps.video.titles.rules import require_streamable
from apps.video.titles.services import mark_not_encoded

log = structlog.get_logger(__name__)
State = Encoding.State
# What was queued and not begun for this long is sent again: the queue may have lost it.
QUEUE_PATIENCE = timedelta(seconds=60)
# A worker's clock may be behind the one that queued the run, which may be claimed at once nevertheless.
MAX_CLOCK_SKEW = timedelta(seconds=2)
ENCODE_TASK = "apps.video.encoding.tasks.encode"
# Codecs that an encoding may have beside H.264, with their names for people.
FURTHER_CODECS = {"hevc": "HEVC (H.265)", "av1": "AV1"}
# Priorities lie between it and its negative.
MAX_PRIORITY = 100


class NotAVideo(ValidationProblem):
    """`reason` says why, in any language."""

    slug, title = "not-a-video", "This file cannot be used as a film"

    def __init__(self, reason: MediaError) -> None:
        super().__init__(str(reason), errors={"source": [str(reason)]})
        self.reason = reason


def add_source(title: Title, path: Path, *, name: str = "", found: dict[str, Any] | None = None) -> Source:
    """Read, check and store a delivered film; `name` is what it was called, `found` what `read_source` has found in it
    already. The same file again is the same source, and the title's current one. Raises NotAVideo with the reason, and
    ValidationProblem for a series or season."""
    with path.open("rb") as file:
        return _add_source(title, path, name or path.name, File(file), found)


def take_source(title: Title, path: Path, *, name: str) -> Source:
    """As `add_source`, but a storage on the same disk takes the file itself instead of copying it: `path` is still
    there afterwards, as a second name of the same bytes, and its owner removes it."""
    link = path.with_name(f"{path.name}.link")
    link.unlink(missing_ok=True)
    try:
        link.hardlink_to(path)
    except OSError:
        # A file system without hard links.
        return add_source(title, path, name=name)
    try:
        with link.open("rb") as file:
            return _add_source(title, path, name, MovableFile(file, link))
    finally:
        link.unlink(missing_ok=True)


class MovableFile(File):
    """A file that a local storage moves, as it does what Django received into a temporary file; others copy it."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file, name=path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        return str(self.path)


def _add_source(title: Title, path: Path, name: str, content: File, found: dict[str, Any] | None = None) -> Source:
    require_streamable(title)
    found = found or read_source(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    now = timezone.now()
    if Source.objects.filter(title=title, checksum=digest).update(delivered_at=now):
        return Source.objects.get(title=title, checksum=digest)
    stored = default_storage.save(f"sources/{title.slug}-{digest[:10]}", content)
    source, is_new = Source.objects.get_or_create(
        title=title,
        checksum=digest,
        defaults={
            "file": stored,
            "name": name[:255],
            "size": path.stat().st_size,
            "probe": found,
            "delivered_at": now,
        },
    )
    if not is_new:
        # Delivered twice at once: the other one's copy stays.
        default_storage.delete(stored)
    return source


def read_source(path: Path) -> dict[str, Any]:
    """What a delivered file holds (facts.Probe as JSON). Raises NotAVideo."""
    try:
        return probe(path).as_json()
    except MediaError as error:
        raise NotAVideo(error) from error


def request_encoding(source: Source, *, priority: int = 0, codecs: Iterable[str] = ()) -> Encoding:
    """Queue a run for this source, or return the one that is open."""
    try:
        with transaction.atomic():
            encoding = Encoding.objects.create(
                source=source,
                priority=priority,
                codecs=list(codecs),
                encryption=source.title.encryption,
                lease_until=timezone.now() - MAX_CLOCK_SKEW,
            )
            Title.objects.filter(pk=source.title_id, state=Title.State.DRAFT).update(state=Title.State.ENCODING)
    except IntegrityError:
        return Encoding.objects.get(source=source, state__in=Encoding.OPEN)
    send_on_commit(ENCODE_TASK, str(encoding.pk))
    return encoding


def current_source(title_slug: str) -> Source | None:
    """The file that was delivered last."""
    return Source.objects.filter(title__slug=title_slug).order_by("-delivered_at").first()


def encode_again(title_slug: str, *, priority: int = 0, codecs: Iterable[str] = ()) -> Encoding:
    """Encode a title's current source again; raises NotFound."""
    source = current_source(title_slug)
    if source is None:
        raise NotFound(gettext("This title has no source file yet. Upload one first."))
    return request_encoding(source, priority=priority, codecs=codecs)


def ensure_encoded(source: Source) -> Encoding:
    """The source's finished or open run, else a new one."""
    usable = source.encodings.exclude(state__in=[State.FAILED, State.CANCELLED]).order_by("-created_at")
    return usable.first() or request_encoding(source)


def cancel(encoding: Encoding) -> Encoding:
    """Stop it, whoever works on it; what is finished stays for a retry. Raises Conflict for one that has ended."""
    with transaction.atomic(durable=True):
        rows = Encoding.objects.filter(pk=encoding.pk, state__in=Encoding.OPEN)
        if not rows.update(state=State.CANCELLED, reason_code="cancelled", finished_at=timezone.now()):
            raise Conflict(gettext("This encoding has ended already."))
        mark_not_encoded(encoding.source.title_id)
    return Encoding.objects.get(pk=encoding.pk)


def change_priority(encoding: Encoding, *, by: int) -> Encoding:
    """Move an encoding that waits before others (`by` above zero) or behind them. Raises Conflict for one that has
    begun."""
    priority = Greatest(-MAX_PRIORITY, Least(MAX_PRIORITY, F("priority") + by))
    if not Encoding.objects.filter(pk=encoding.pk, state=State.QUEUED).update(priority=priority):
        raise Conflict(gettext("Only an encoding that waits can be moved."))
    return Encoding.objects.get(pk=encoding.pk)


def retry(encoding: Encoding) -> Encoding:
    """Go on with what is missing of a failed or cancelled encoding. Raises Conflict for any other."""
    try:
        with transaction.atomic():
            ended = Encoding.objects.filter(pk=encoding.pk, state__in=[State.FAILED, State.CANCELLED])
            changed = ended.update(
                state=State.QUEUED,
                attempt=0,
                reason_code="",
                reason_values={},
                finished_at=None,
                lease_until=timezone.now() - MAX_CLOCK_SKEW,
            )
            if not changed:
                raise Conflict(gettext("Only an encoding that failed or was cancelled can be tried again."))
            Title.objects.filter(pk=encoding.source.title_id, state=Title.State.DRAFT).update(
                state=Title.State.ENCODING
            )
    except IntegrityError as error:
        raise Conflict(gettext("Another encoding of this file is open. Wait for it, or cancel it.")) from error
    send_on_commit(ENCODE_TASK, str(encoding.pk))
    return Encoding.objects.get(pk=encoding.pk)


def encode_rendition_again(encoding: Encoding, name: str) -> Encoding:
    """Encode one rendition of a finished encoding again, without touching the others. Raises NotFound or Conflict."""
    try:
        with transaction.atomic():
            current = Encoding.objects.select_for_update().get(pk=encoding.pk)
            if current.state != State.DONE:
                raise Conflict(gettext("Wait until the encoding is done, or try it again as a whole."))
            rows = current.renditions.filter(name=name).exclude(kind=Rendition.Kind.CAPTIONS)
            if not rows.update(state=Rendition.State.WAITING, progress=0):
                raise NotFound(gettext("This encoding has no such rendition."))
            current.state, current.attempt, current.finished_at = State.QUEUED, 0, None
            current.lease_until = timezone.now() - MAX_CLOCK_SKEW
            current.save(update_fields=["state", "attempt", "finished_at", "lease_until"])
    except IntegrityError as error:
        raise Conflict(gettext("Another encoding of this file is open. Wait for it, or cancel it.")) from error
    send_on_commit(ENCODE_TASK, str(encoding.pk))
    return Encoding.objects.get(pk=encoding.pk)


def refresh_captions(title: Title) -> bool:
    """Bring changed captions to the viewers of a finished encoding, without encoding anything; False when there is
    none, or it is being encoded and takes them along at its end."""
    if title.asset_id is None:
        return False
    finished = Encoding.objects.filter(asset_id=title.asset_id, state=State.DONE)
    encoding = finished.select_related("source__title").first()
    if encoding is None or encoding.source.probe is None or not encoding.renditions.exists():
        return False
    found = probe_from_json(encoding.source.probe)
    publishing.add_captions(encoding, found.duration)
    return publishing.publish(encoding, found, keeper=None)


def requeue_stale() -> list[uuid.UUID]:
    """Runs that wait or whose worker died, to be sent again; those out of attempts have failed."""
    now = timezone.now()
    waiting = Q(state=State.QUEUED, lease_until__lt=now - QUEUE_PATIENCE)
    open_runs = Encoding.objects.filter(waiting | Q(state=State.RUNNING, lease_until__lt=now))
    for encoding in open_runs.filter(attempt__gte=MAX_ATTEMPTS).select_related("source"):
        with transaction.atomic(durable=True):
            given_up = open_runs.filter(pk=encoding.pk, attempt__gte=MAX_ATTEMPTS)
            if given_up.update(state=State.FAILED, reason_code="worker-died", finished_at=now):
                mark_not_encoded(encoding.source.title_id)
    return list(open_runs.order_by("-priority", "created_at").values_list("pk", flat=True))


def next_waiting() -> uuid.UUID | None:
    """Of those that wait, the one with the highest priority, and of these the oldest."""
    waiting = Encoding.objects.filter(state=State.QUEUED, lease_until__lte=timezone.now())
    return waiting.order_by("-priority", "created_at").values_list("pk", flat=True).first()


def remove_unused_assets() -> int:
    """Delete output that no title uses any more, and folders of attempts that came to nothing; returns how many
    assets."""
    return for_each(assets.all_ids(), _remove_if_unused, job="remove-unused-assets")


def _remove_if_unused(asset_id: uuid.UUID) -> bool:
    if Encoding.objects.filter(may_be_playing(), asset_id=asset_id).exists():
        return False
    if Title.objects.filter(asset_id=asset_id).exists():
        used = set(Rendition.objects.filter(encoding__asset_id=asset_id).values_list("folder", flat=True))
        for name in assets.folders_of(asset_id):
            if name not in used:
                assets.remove_folder(asset_id, name)
        return False
    assets.remove(asset_id)
    ContentKey.objects.filter(asset_id=asset_id).delete()
    return True
