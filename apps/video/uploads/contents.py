"""The bytes of an upload, wherever they lie: in a file of this service or in Blob Storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.video.encoding.scratch import scratch
from apps.video.encoding.services import NotAVideo
from apps.video.media.reasons import MediaError, Stopped
from apps.video.uploads import direct_storage, files
from apps.video.uploads.models import Upload


def size_of(upload: Upload) -> int:
    """Bytes that have arrived."""
    if upload.is_direct:
        return sum(direct_storage.sizes_received(upload.pk).values())
    return files.size_of(upload.pk)


@contextmanager
def local_file(upload: Upload, *, is_wanted: Callable[[], bool]) -> Iterator[Path]:
    """A file of this machine with all bytes of a complete upload; a copy where they lie elsewhere, removed at the end.

    Raises Stopped when it is not wanted any more, and NotAVideo when the blob is not what was put together.
    """
    if not upload.is_direct:
        path = files.path_of(upload.pk)
        if not upload.length:
            path.touch()
        yield path
        return
    with scratch(upload.pk) as folder:
        path = folder / str(upload.pk)
        _fetch(upload, path, is_wanted)
        yield path


def _fetch(upload: Upload, path: Path, is_wanted: Callable[[], bool]) -> None:
    """Whoever sent the film may still write to its blob: what counts, and is checked, is this copy."""
    size = 0
    try:
        for size in direct_storage.fetch(upload.pk, path):
            if not is_wanted():
                raise Stopped
            if size > upload.length:
                break
    except FileNotFoundError as error:
        raise NotAVideo(MediaError("changed")) from error
    if size != upload.length:
        raise NotAVideo(MediaError("changed"))


def remove(upload: Upload) -> None:
    """Drop them. Those of a direct upload are left to the periodic job while Azure is away."""
    if upload.is_direct:
        direct_storage.try_to_remove(upload.pk)
    else:
        files.remove(upload.pk)
