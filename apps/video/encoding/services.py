"""Encoding, from a delivered file to a film that can be watched."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from apps.common.jobs.services import for_each, is_outage
from apps.common.leases import Lease, claim
from apps.common.problems import NotFound
from apps.common.task_queue import send_on_commit
from apps.video.encoding import assets, ffmpeg, packaging
from apps.video.encoding.models import Encoding, Source
from apps.video.titles.models import Title
from apps.video.titles.services import mark_ready, set_first_poster

log = structlog.get_logger(__name__)
State = Encoding.State
# A worker renews its lease about every second; one that is silent for this long is dead.
LEASE = timedelta(seconds=60)
# What was queued and not begun for this long is sent again: the queue may have lost it.
QUEUE_PATIENCE = timedelta(seconds=60)
# A worker's clock may be behind the one that queued the run, which may be claimed at once nevertheless.
MAX_CLOCK_SKEW = timedelta(seconds=2)
MAX_ATTEMPTS = 3
ENCODE_TASK = "apps.video.encoding.tasks.encode"
# Output of failed or replaced encodings is kept this long, for players that are in the middle of it.
KEEP_UNUSED = timedelta(days=1)


def add_source(title: Title, path: Path) -> Source:
    """Store a delivered film; the same file again is the same source. Raises NotAVideo."""
    ffmpeg.probe(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    existing = Source.objects.filter(title=title, checksum=digest).first()
    if existing:
        return existing
    with path.open("rb") as file:
        name = default_storage.save(f"sources/{title.slug}-{digest[:10]}{path.suffix[:8]}", File(file))
    source, is_new = Source.objects.get_or_create(title=title, checksum=digest, defaults={"file": name})
    if not is_new:
        # Delivered twice at once: the other one's copy stays.
        default_storage.delete(name)
    return source


def request_encoding(source: Source) -> Encoding:
    """Queue a run for this source, or return the one that is open."""
    try:
        with transaction.atomic():
            encoding = Encoding.objects.create(source=source, lease_until=timezone.now() - MAX_CLOCK_SKEW)
            Title.objects.filter(pk=source.title_id, state=Title.State.DRAFT).update(state=Title.State.ENCODING)
    except IntegrityError:
        return Encoding.objects.get(source=source, state__in=[State.QUEUED, State.RUNNING])
    send_on_commit(ENCODE_TASK, str(encoding.pk))
    return encoding


def encode_again(title_slug: str) -> Encoding:
    """Encode a title's latest source; raises NotFound."""
    source = Source.objects.filter(title__slug=title_slug).order_by("-created_at").first()
    if source is None:
        raise NotFound("This title has no source file yet. Upload one first.")
    return request_encoding(source)


def ensure_encoded(source: Source) -> Encoding:
    """The source's finished or open run, else a new one."""
    latest = source.encodings.exclude(state=State.FAILED).order_by("-created_at").first()
    return latest or request_encoding(source)


def run(encoding_id: uuid.UUID) -> None:
    """Do the work of one encoding, if nobody else is at it. Called by the worker; safe to call twice."""
    lease = _claim(encoding_id)
    if lease is None:
        return
    encoding = lease.row.select_related("source__title").get()
    try:
        with tempfile.TemporaryDirectory(prefix="encoding-") as name:
            runtime = _produce(encoding, Path(name), on_progress=_Progress(lease))
    except (ffmpeg.EncodingFailed, ffmpeg.NotAVideo, OSError) as error:
        _fail(encoding, lease, str(error))
        return
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("encoding broke off", encoding=str(encoding.pk), attempt=encoding.attempt)
        _fail_or_repeat(encoding, lease, f"{type(error).__name__}: {error}")
        return
    with transaction.atomic(durable=True):
        running = lease.held().filter(state=State.RUNNING)
        if running.update(state=State.DONE, progress=100, finished_at=timezone.now()):
            mark_ready(encoding.source.title_id, asset_id=encoding.asset_id, runtime_seconds=round(runtime))


def _claim(encoding_id: uuid.UUID) -> Lease[Encoding] | None:
    """A run that waits, or whose worker is dead; None for any other."""
    open_runs = Encoding.objects.filter(state__in=[State.QUEUED, State.RUNNING], attempt__lt=MAX_ATTEMPTS)
    changes = {"state": State.RUNNING, "attempt": F("attempt") + 1, "progress": 0, "reason": ""}
    return claim(open_runs, encoding_id, field="lease_until", duration=LEASE, **changes)


def _produce(encoding: Encoding, folder: Path, *, on_progress: Callable[[int], None]) -> float:
    """Encode into the storage; returns the film's length in seconds."""
    source, output = folder / "source", folder / "output"
    output.mkdir()
    with encoding.source.file.open("rb") as stored, source.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
    found = ffmpeg.probe(source)
    ffmpeg.encode(source, output, found, on_progress=on_progress)
    columns, width, height, every = ffmpeg.storyboard(source, output / "storyboard.jpg", found)
    packaging.write_storyboard_index(
        output / "storyboard.vtt", columns=columns, width=width, height=height, every=every, duration=found.duration
    )
    title = encoding.source.title
    packaging.add_captions(output, list(title.captions.order_by("label")), found.duration)
    if not title.poster:
        ffmpeg.poster(source, folder / "poster.jpg", found)
        set_first_poster(title, (folder / "poster.jpg").read_bytes())
    assets.publish(output, encoding.asset_id)
    return found.duration


class _Progress:
    """Writes percent and renews the lease, at most once a second."""

    def __init__(self, lease: Lease[Encoding]) -> None:
        self.lease = lease
        self.next_at = 0.0

    def __call__(self, percent: int) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + 1
            self.lease.renew(LEASE, progress=percent)


def _fail(encoding: Encoding, lease: Lease[Encoding], reason: str) -> None:
    log.warning("encoding failed", encoding=str(encoding.pk), reason=reason)
    lease.held().update(state=State.FAILED, reason=reason[:300], finished_at=timezone.now())
    assets.remove(encoding.asset_id)


def _fail_or_repeat(encoding: Encoding, lease: Lease[Encoding], reason: str) -> None:
    """What nobody foresaw (a bug, a storage that is away) may go well at the next attempt."""
    if encoding.attempt >= MAX_ATTEMPTS:
        _fail(encoding, lease, reason)
        return
    lease.release(state=State.QUEUED, reason=reason.replace("\x00", "")[:300])


def requeue_stale() -> list[uuid.UUID]:
    """Runs that wait or whose worker died, to be sent again; those out of attempts have failed."""
    now = timezone.now()
    waiting = Q(state=State.QUEUED, lease_until__lt=now - QUEUE_PATIENCE)
    open_runs = Encoding.objects.filter(waiting | Q(state=State.RUNNING, lease_until__lt=now))
    open_runs.filter(attempt__gte=MAX_ATTEMPTS).update(
        state=State.FAILED, reason="The worker died at every attempt.", finished_at=timezone.now()
    )
    return list(open_runs.values_list("pk", flat=True))


def remove_unused_assets() -> int:
    """Delete output that no title uses any more; returns how many assets."""
    return for_each(assets.all_ids(), _remove_if_unused, job="remove-unused-assets")


def _remove_if_unused(asset_id: uuid.UUID) -> bool:
    recent = Q(finished_at__gt=timezone.now() - KEEP_UNUSED) | Q(state__in=[State.QUEUED, State.RUNNING])
    if Title.objects.filter(asset_id=asset_id).exists():
        return False
    if Encoding.objects.filter(recent, asset_id=asset_id).exists():
        return False
    assets.remove(asset_id)
    return True
