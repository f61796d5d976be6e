"""The work of one encoding, step by step. Whatever dies, what is finished stays, and another worker does the rest."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.common.jobs.services import is_outage
from apps.common.leases import Lease, claim
from apps.video.encoding import assets, planning, publishing
from apps.video.encoding.keeping import LEASE, Keeper
from apps.video.encoding.models import Encoding, Rendition, Source, clean_values
from apps.video.encoding.scratch import scratch
from apps.video.encoding.trailers import publish_trailer
from apps.video.media import encoding as media
from apps.video.media import ffmpeg, filters, packaging, probing, renditions
from apps.video.media.captions import read_captions
from apps.video.media.facts import Probe, probe_from_json
from apps.video.media.languages import UNKNOWN, own_name, tag_of
from apps.video.media.processes import Failed
from apps.video.media.reasons import MediaError, Stopped
from apps.video.protection.interface import METHODS
from apps.video.titles.models import Title
from apps.video.titles.services import mark_not_encoded, set_captions, set_first_poster

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 3
# Errors of the decoder that a film may have; with more of them it is not sold.
MAX_DAMAGE = 200
State, Phase = Encoding.State, Encoding.Phase
Kind = Rendition.Kind


def run(encoding_id: uuid.UUID) -> None:
    """Do the work of one encoding, if nobody else is at it. Called by the worker; safe to call twice."""
    lease = claim_run(encoding_id)
    if lease is None:
        return
    encoding = lease.row.select_related("source__title").get()
    with Keeper(lease) as keeper:
        try:
            with scratch(encoding.pk) as folder:
                _Run(encoding, keeper, folder).all()
        except Stopped:
            # Cancelled, or another worker has it: nothing of ours is used, and nothing of theirs is touched.
            log.info("encoding stopped", encoding=str(encoding.pk))
        except MediaError as error:
            fail(encoding, keeper, error)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("encoding broke off", encoding=str(encoding.pk), attempt=encoding.attempt)
            _fail_or_repeat(encoding, keeper, error)


def claim_run(encoding_id: uuid.UUID) -> Lease[Encoding] | None:
    """A run that waits, or whose worker is dead; None for any other."""
    open_runs = Encoding.objects.filter(state__in=Encoding.OPEN, attempt__lt=MAX_ATTEMPTS)
    changes = {"state": State.RUNNING, "attempt": F("attempt") + 1, "reason_code": "", "reason_values": {}}
    lease = claim(open_runs, encoding_id, field="lease_until", duration=LEASE, **changes)
    if lease is not None:
        lease.row.filter(started_at=None).update(started_at=timezone.now())
        Rendition.objects.filter(encoding=encoding_id, state=Rendition.State.RUNNING).update(
            state=Rendition.State.WAITING, progress=0
        )
    return lease


def fail(encoding: Encoding, keeper: Keeper, error: MediaError) -> None:
    """It cannot be done; finished renditions stay for another try."""
    log.warning("encoding failed", encoding=str(encoding.pk), reason=error.code, **clean_values(error.values))
    with transaction.atomic(durable=True):
        values = {"reason_code": error.code, "reason_values": clean_values(error.values)}
        if keeper.update(state=State.FAILED, finished_at=timezone.now(), **values):
            mark_not_encoded(encoding.source.title_id)


def _fail_or_repeat(encoding: Encoding, keeper: Keeper, error: Exception) -> None:
    """What nobody foresaw (a bug, a storage that is away) may go well at the next attempt."""
    unforeseen = MediaError("unforeseen", error=f"{type(error).__name__}: {error}"[:200])
    if encoding.attempt >= MAX_ATTEMPTS:
        fail(encoding, keeper, unforeseen)
        return
    now = timezone.now()
    keeper.update(
        state=State.QUEUED, lease_until=now, reason_code=unforeseen.code, reason_values=clean_values(unforeseen.values)
    )


class _Run:
    """One worker's try at an encoding."""

    def __init__(self, encoding: Encoding, keeper: Keeper, folder: Path) -> None:
        self.encoding, self.keeper, self.folder = encoding, keeper, folder
        self.source = folder / "source"
        self.is_new_film = encoding.source.title.asset_id in (None, encoding.asset_id)
        # Output that is in the storage and in no row yet.
        self.unclaimed: list[str] = []

    def all(self) -> None:
        try:
            self._all()
        except BaseException:
            for name in self.unclaimed:
                assets.remove_folder(self.encoding.asset_id, name)
            raise

    def _all(self) -> None:
        self._enter(Phase.READING, encoder=f"ffmpeg {ffmpeg.version()}"[:80])
        self._fetch()
        found = self._probe()
        planning.plan(self.encoding, found)
        self._enter(Phase.FIRST)
        passes = planning.passes(self.encoding, at_once=settings.ENCODE_AT_ONCE)
        first = [row for row in passes[:1] if not self._has_pictures()]
        for rows in first:
            self._encode_pictures(found, rows)
        self._enter(Phase.SOUND)
        self._encode_sound(found)
        self._take_embedded_captions(found)
        publishing.add_captions(self.encoding, found.duration)
        self._draw_storyboard(found)
        if self.is_new_film:
            # Plays in small already, while the others are encoded.
            self._publish(found)
        self._enter(Phase.REST)
        for rows in passes[len(first) :]:
            self._encode_pictures(found, rows)
        self._enter(Phase.PUBLISHING)
        self._draw_storyboard(found)
        self._draw_poster(found)
        publishing.add_captions(self.encoding, found.duration)
        if self.encoding.source.title.kind == Title.Kind.TRAILER:
            publish_trailer(self.encoding, self.folder, duration=found.duration)
        self._publish(found)
        if not self.keeper.update(state=State.DONE, progress=100, finished_at=timezone.now()):
            raise Stopped

    def _enter(self, phase: Encoding.Phase, **values: str) -> None:
        if not self.keeper.update(phase=phase, **values):
            raise Stopped

    def _fetch(self) -> None:
        with self.encoding.source.file.open("rb") as stored, self.source.open("wb") as copy:
            while block := stored.read(1 << 20):
                copy.write(block)
                if not self.keeper.is_held:
                    raise Stopped

    def _probe(self) -> Probe:
        """What the source holds; read here when it came before sources were read at delivery."""
        if self.encoding.source.probe is not None:
            return probe_from_json(self.encoding.source.probe)
        found = probing.probe(self.source)
        Source.objects.filter(pk=self.encoding.source_id).update(probe=found.as_json())
        self.encoding.source.probe = found.as_json()
        return found

    def _has_pictures(self) -> bool:
        return self.encoding.renditions.filter(kind=Kind.VIDEO, state=Rendition.State.DONE).exists()

    def _encode_pictures(self, found: Probe, rows: list[Rendition]) -> None:
        rungs = [planning.video_rung(row) for row in rows]
        output = self._folders(rows)
        damage = media.encode_pictures(
            self.source, output, found, rungs, on_progress=self._progress_of(rows), is_wanted=self.keeper.holds
        )
        if damage > MAX_DAMAGE:
            raise MediaError("damaged", count=damage)
        for row in rows:
            self._finish(row, output / row.name, duration=found.video.last)

    def _encode_sound(self, found: Probe) -> None:
        for track, rows in planning.missing_sound(self.encoding, found):
            output = self._folders(rows)
            loudness, peak = media.measure_loudness(self.source, found, track, is_wanted=self.keeper.holds)
            media.encode_sound(
                self.source,
                output,
                found,
                track,
                [planning.audio_rung(row) for row in rows],
                level=filters.level(loudness, peak),
                on_progress=self._progress_of(rows),
                is_wanted=self.keeper.holds,
            )
            for row in rows:
                self._finish(row, output / row.name, duration=track.last)

    def _folders(self, rows: list[Rendition]) -> Path:
        output = self.folder / "output"
        output.mkdir(exist_ok=True)
        for row in rows:
            shutil.rmtree(output / row.name, ignore_errors=True)
            (output / row.name).mkdir()
        Rendition.objects.filter(pk__in=[row.pk for row in rows]).update(state=Rendition.State.RUNNING)
        return output

    def _progress_of(self, rows: list[Rendition]) -> Callable[[float], None]:
        """Notes progress, which goes to the database at most with every renewal of the lease."""
        last = -1

        def take(part: float) -> None:
            nonlocal last
            percent = min(99, int(part * 100))
            if percent == last:
                return
            last = percent
            Rendition.objects.filter(pk__in=[row.pk for row in rows]).exclude(state=Rendition.State.DONE).update(
                progress=percent
            )
            self.keeper.note(progress=planning.percent_done(list(self.encoding.renditions.all())))

        return take

    def _finish(self, row: Rendition, output: Path, *, duration: float) -> None:
        """Check a rendition, store it, and only then write that it is there."""
        measured = renditions.measure(output)
        renditions.check(row.name, measured, duration=duration)
        method = METHODS.get(self.encoding.encryption)
        # Their names say to the gateway which segments are ciphertext.
        name = assets.folder_for(f"{assets.ENCRYPTED}{row.name}" if method else row.name)
        if method:
            # Storyboard and poster are drawn from the clear ones.
            clear, output = output, output.with_name(name)
            shutil.copytree(clear, output)
            method.encrypt(output, asset_id=self.encoding.asset_id, folder=name)
        elif measured.kind == "video":
            # Ranges of bytes, which ciphertext has none of.
            (output / "key_frames.m3u8").write_text(packaging.key_frames_playlist(measured))
        self.unclaimed.append(name)
        size = assets.store(output, self.encoding.asset_id, name)
        if method:
            shutil.rmtree(output)
        with transaction.atomic(durable=True):
            # What was finished does not count as a try: the film may be long, and machines come and go.
            if not self.keeper.update(attempt=1):
                raise Stopped
            Rendition.objects.filter(pk=row.pk).update(
                state=Rendition.State.DONE,
                progress=100,
                folder=name,
                size=size,
                measured=measured.as_json(),
                finished_at=timezone.now(),
            )
        self.unclaimed.remove(name)

    def _publish(self, found: Probe) -> None:
        if not publishing.publish(self.encoding, found, keeper=self.keeper):
            raise Stopped
        self.keeper.note(progress=planning.percent_done(list(self.encoding.renditions.all())))

    def _take_embedded_captions(self, found: Probe) -> None:
        """Subtitles in the file, in languages for which staff brought none. What cannot be read is left out."""
        title = self.encoding.source.title
        there = set(title.captions.values_list("language", flat=True))
        for stream in found.subtitles:
            language = tag_of(stream.language)
            if language == UNKNOWN or language in there or stream.is_forced:
                continue
            try:
                text = media.extract_captions(self.source, stream.index, found, is_wanted=self.keeper.holds)
                read_captions(text)
            except MediaError as error:
                log.warning("embedded captions left out", stream=stream.index, reason=error.code)
                continue
            set_captions(title, language=language, label=own_name(language), webvtt=text)
            there.add(language)

    def _pictures(self) -> list[Rendition]:
        rows = self.encoding.renditions.filter(kind=Kind.VIDEO, state=Rendition.State.DONE)
        return sorted(rows, key=lambda row: row.plan["width"] * row.plan["height"])

    def _local(self, row: Rendition) -> Path | None:
        """Where this worker encoded a rendition; None for one that a former worker did."""
        folder = self.folder / "output" / row.name
        return folder if (folder / media.PLAYLIST).is_file() else None

    def _draw_storyboard(self, found: Probe) -> None:
        row = next((row for row in self._pictures() if self._local(row)), None)
        if row is None or row.plan["is_hdr"]:
            return
        sprite = self.folder / "storyboard.jpg"
        width, height = row.plan["width"], row.plan["height"]
        local = self._local(row)
        assert local is not None  # noqa: S101  (chosen by it)
        columns, tile_width, tile_height, every = media.draw_storyboard(
            local, sprite, width=width, height=height, duration=found.video.last
        )
        index = packaging.storyboard_index(
            columns=columns,
            width=tile_width,
            height=tile_height,
            every=every,
            duration=found.video.last,
            sprite=sprite.name,
        )
        assets.write(self.encoding.asset_id, "storyboard.jpg", sprite.read_bytes())
        assets.write(self.encoding.asset_id, "storyboard.vtt", index.encode())

    def _draw_poster(self, found: Probe) -> None:
        title = Title.objects.get(pk=self.encoding.source.title_id)
        best = next((row for row in reversed(self._pictures()) if self._local(row) and not row.plan["is_hdr"]), None)
        if title.poster or best is None:
            return
        local = self._local(best)
        assert local is not None  # noqa: S101  (chosen by it)
        try:
            stills = media.draw_stills(local, self.folder, duration=found.video.last, count=1)
        except Failed:
            # A film without a poster is a film.
            return
        for still in stills:
            set_first_poster(title, still.read_bytes())
