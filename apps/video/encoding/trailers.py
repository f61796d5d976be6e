"""The one file of a trailer that everybody may fetch, made of what was encoded for players."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from apps.video.encoding import assets
from apps.video.encoding.models import Encoding, Rendition
from apps.video.media import encoding as media
from apps.video.titles.services import set_public_file

Kind = Rendition.Kind
# The shorter side, in pixels: enough for a page, and soon there.
MAX_LINES = 720
FOLDER = "posters/trailers"


def publish_trailer(encoding: Encoding, scratch: Path, *, duration: float) -> None:
    """Join the best H.264 picture of up to 720 lines and the default sound in stereo, without encoding them again, and
    let the film or series show it. Scratch is a folder for files on the way; `duration` is in seconds."""
    rows = list(encoding.renditions.filter(state=Rendition.State.DONE))
    picture, sound = _best_picture(rows), _default_sound(rows)
    target = scratch / "trailer.mp4"
    media.join(
        _local(encoding, picture, scratch),
        _local(encoding, sound, scratch) if sound else None,
        target,
        duration=duration,
    )
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:10]
    name = f"{FOLDER}/{encoding.source.title.slug}-{digest}.mp4"
    if not default_storage.exists(name):
        with target.open("rb") as file:
            name = default_storage.save(name, File(file))
    set_public_file(encoding.source.title_id, name)


def _best_picture(rows: list[Rendition]) -> Rendition:
    """H.264, which every browser plays; every ladder has it, and has a rung within the limit unless the film is
    larger than usual in all of them."""
    pictures = [row for row in rows if row.kind == Kind.VIDEO and row.plan["codec"] == "h264"]
    pictures.sort(key=lambda row: row.plan["width"] * row.plan["height"])
    small = [row for row in pictures if min(row.plan["width"], row.plan["height"]) <= MAX_LINES]
    return small[-1] if small else pictures[0]


def _default_sound(rows: list[Rendition]) -> Rendition | None:
    """The best stereo of the default track; None for a silent film."""
    sounds = [row for row in rows if row.kind == Kind.AUDIO and row.plan["channels"] <= 2]
    sounds.sort(key=lambda row: (row.plan["is_default"], row.plan["kbits"]))
    return sounds[-1] if sounds else None


def _local(encoding: Encoding, row: Rendition, scratch: Path) -> Path:
    """The folder of a rendition on this machine: another worker may have encoded it."""
    folder = scratch / "trailer" / row.name
    folder.mkdir(parents=True, exist_ok=True)
    assets.fetch(encoding.asset_id, row.folder, folder)
    return folder
