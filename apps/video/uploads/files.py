"""Where uploads lie while they arrive: one file each in UPLOAD_ROOT, named by the upload's id and nothing that a client
says. The length of the file is how much has arrived.

Web processes and workers share the folder. It is no place that the gateway serves.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from apps.video.uploads.problems import NoFolder

# Left free on the disk for everybody else: encodings, the database of a small installation.
RESERVE_BYTES = 1 << 30
COPY_BYTES = 1 << 20


def root() -> Path:
    """The folder, made at its first use. Raises NoFolder where there is none that may be written to."""
    folder = Path(settings.UPLOAD_ROOT or Path(settings.MEDIA_ROOT) / "uploads")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder() from error
    if not os.access(folder, os.W_OK):
        raise _no_folder()
    return folder


def _no_folder() -> NoFolder:
    return NoFolder(gettext("Set UPLOAD_ROOT to a folder that web processes and workers share and may write to."))


def path_of(upload_id: uuid.UUID) -> Path:
    return root() / str(upload_id)


def size_of(upload_id: uuid.UUID) -> int:
    """Bytes that have arrived; 0 before the first."""
    try:
        return path_of(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def has_room_for(size: int) -> bool:
    """Whether the disk has this many bytes to spare."""
    return shutil.disk_usage(root()).free >= size + RESERVE_BYTES


def open_for_writing(upload_id: uuid.UUID) -> int:
    """A descriptor of the file, which is made when it is not there. The folder's entry is durable as well."""
    path = path_of(upload_id)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return descriptor


def write_at(descriptor: int, block: bytes, position: int) -> None:
    """All of the block: one `pwrite` may write less."""
    left = memoryview(block)
    while left:
        written = os.pwrite(descriptor, left, position)
        left, position = left[written:], position + written


def append_file(descriptor: int, source: uuid.UUID, *, begin: int, position: int) -> Iterator[None]:
    """Copy an upload's file from byte `begin` on to `position`, yielding between blocks."""
    with path_of(source).open("rb", buffering=0) as file:
        file.seek(begin)
        while block := file.read(COPY_BYTES):
            write_at(descriptor, block, position)
            position += len(block)
            yield


def remove(upload_id: uuid.UUID) -> None:
    path_of(upload_id).unlink(missing_ok=True)


def all_ids() -> Iterator[uuid.UUID]:
    """Every upload that has a file."""
    try:
        paths = list(root().iterdir())
    except NoFolder:
        return
    for path in paths:
        try:
            yield uuid.UUID(path.name)
        except ValueError:
            continue
