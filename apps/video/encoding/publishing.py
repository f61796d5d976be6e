"""Playlists of what is encoded so far, under a name of their own, and the title that begins with them."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from pathlib import Path

from django.db import transaction

from apps.video.encoding import assets
from apps.video.encoding.keeping import Keeper
from apps.video.encoding.models import Encoding, Rendition
from apps.video.media import captions as caption_files
from apps.video.media.facts import Probe
from apps.video.media.languages import UNKNOWN, tag_of
from apps.video.media.packaging import Caption, Sound, dash_manifest, master_playlist
from apps.video.media.renditions import check_alignment, rendition_from_json
from apps.video.titles.models import CaptionTrack, Title
from apps.video.titles.services import Published, mark_ready

Kind, State = Rendition.Kind, Rendition.State


def add_captions(encoding: Encoding, duration: float) -> None:
    """Segments of the title's captions as they are now; a track that did not change keeps its folder."""
    title = encoding.source.title
    wanted = {track.language: track for track in title.captions.all()}
    rows = {row.name: row for row in encoding.renditions.filter(kind=Kind.CAPTIONS)}
    for language, track in wanted.items():
        name = f"c_{language}"
        digest = hashlib.sha256(track.webvtt.encode()).hexdigest()[:16]
        plan = {"language": language, "label": track.label, "digest": digest}
        row = rows.pop(name, None)
        if row is not None and row.plan == plan:
            continue
        folder = assets.folder_for(name)
        with tempfile.TemporaryDirectory() as scratch:
            caption_files.write_segments(caption_files.read_captions(track.webvtt), Path(scratch), duration=duration)
            size = assets.store(Path(scratch), encoding.asset_id, folder)
        Rendition.objects.update_or_create(
            encoding=encoding,
            name=name,
            defaults={
                "kind": Kind.CAPTIONS,
                "plan": plan,
                "state": State.DONE,
                "progress": 100,
                "folder": folder,
                "size": size,
            },
        )
    # Those that were taken away meanwhile.
    encoding.renditions.filter(name__in=list(rows)).delete()


def publish(encoding: Encoding, found: Probe, *, keeper: Keeper | None) -> bool:
    """Write playlists of all finished renditions, and let the title begin with them. False when the lease was lost.

    Without a keeper it is about an encoding that is done, whose captions changed.
    """
    rows = list(encoding.renditions.filter(state=State.DONE).order_by("name"))
    pictures = {row.folder: rendition_from_json(row.measured or {}) for row in rows if row.kind == Kind.VIDEO}
    check_alignment(pictures)
    sounds = [_sound(row) for row in rows if row.kind == Kind.AUDIO]
    captions = [
        Caption(row.folder, row.plan["language"], row.plan["label"]) for row in rows if row.kind == Kind.CAPTIONS
    ]
    number = Encoding.objects.values_list("published", flat=True).get(pk=encoding.pk) + 1
    # Two that publish at once (a worker and staff who change captions) write different names.
    suffix = assets.folder_for(f"{number}")
    manifest = f"master_{suffix}.m3u8"
    is_clear = encoding.encryption == Title.Encryption.NONE
    master = master_playlist(pictures, sounds, captions, with_key_frames=is_clear)
    assets.write(encoding.asset_id, manifest, master.encode())
    if is_clear:
        # DASH knows other ways of encryption than HLS.
        dash = dash_manifest(pictures, sounds, captions, duration=found.duration)
        assets.write(encoding.asset_id, f"manifest_{suffix}.mpd", dash.encode())
    published = Published(
        asset_id=encoding.asset_id,
        manifest=manifest,
        runtime_seconds=round(found.duration),
        languages=list(dict.fromkeys(sound.language for sound in sounds if sound.language != UNKNOWN)),
    )
    with transaction.atomic(durable=True):
        # The title first: publishing and withdrawing lock it in this order.
        Title.objects.select_for_update().get(pk=encoding.source.title_id)
        if keeper is not None and not keeper.update(published=number):
            return False
        if keeper is None:
            Encoding.objects.filter(pk=encoding.pk).update(published=number)
        _name_caption_files(encoding.source.title_id, captions)
        mark_ready(encoding.source.title_id, published)
    return True


def _name_caption_files(title_id: uuid.UUID, captions: list[Caption]) -> None:
    """Players load captions beside the playlist, too."""
    tracks = CaptionTrack.objects.filter(title=title_id)
    for caption in captions:
        tracks.filter(language=caption.language).update(file=f"{caption.folder}/all.vtt")


def _sound(row: Rendition) -> Sound:
    plan = row.plan
    return Sound(
        folder=row.folder,
        group=plan["group"],
        language=tag_of(plan["language"]),
        label=plan["label"],
        purpose=plan["purpose"],
        is_default=plan["is_default"],
        measured=rendition_from_json(row.measured or {}),
    )
