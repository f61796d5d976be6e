"""Where encodings' output lies: `streams/<asset id>/` in the storage, a folder here and a container in Azure.

Every rendition has a folder of its own below it, and every attempt at a rendition another one, so that nobody ever
overwrites or removes what somebody else wrote. Names never change their content: caches may keep them for ever.
"""

from __future__ import annotations

import secrets
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.common.files import files_in

PREFIX = "streams"
# How folders of encrypted renditions begin; the gateway knows it too.
ENCRYPTED = "aes_"


def folder_for(name: str) -> str:
    """A name for the output of one attempt at a rendition."""
    return f"{name}_{secrets.token_hex(4)}"


def store(folder: Path, asset_id: uuid.UUID, name: str) -> int:
    """Copy the files of `folder` to the asset's folder `name`; returns their size in bytes."""
    size = 0
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            default_storage.save(f"{PREFIX}/{asset_id}/{name}/{path.name}", File(file))
        size += path.stat().st_size
    return size


def fetch(asset_id: uuid.UUID, name: str, folder: Path) -> None:
    """Copy the files of the asset's folder `name` to a folder of this machine."""
    base = f"{PREFIX}/{asset_id}/{name}"
    for file_name in default_storage.listdir(base)[1]:
        with default_storage.open(f"{base}/{file_name}") as stored, (folder / file_name).open("wb") as copy:
            shutil.copyfileobj(stored, copy)


def write(asset_id: uuid.UUID, name: str, content: bytes) -> None:
    """One file beside the folders. One that is there already stays."""
    path = f"{PREFIX}/{asset_id}/{name}"
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(content))


def remove_folder(asset_id: uuid.UUID, name: str) -> None:
    """The output of an attempt that nobody uses."""
    _remove(f"{PREFIX}/{asset_id}/{name}")


def remove(asset_id: uuid.UUID) -> None:
    """Delete an asset's files, if there are any."""
    base = f"{PREFIX}/{asset_id}"
    for name in folders_of(asset_id):
        _remove(f"{base}/{name}")
    _remove(base)


def folders_of(asset_id: uuid.UUID) -> list[str]:
    """Folders of renditions, those of attempts that came to nothing among them."""
    try:
        return sorted(default_storage.listdir(f"{PREFIX}/{asset_id}")[0])
    except FileNotFoundError:
        return []


def _remove(base: str) -> None:
    for name in files_in(base):
        default_storage.delete(name)
    if default_storage.exists(base):
        default_storage.delete(base)


def all_ids() -> Iterator[uuid.UUID]:
    """Every asset in the storage."""
    try:
        folders, _ = default_storage.listdir(PREFIX)
    except FileNotFoundError:
        return
    for name in folders:
        try:
            yield uuid.UUID(name)
        except ValueError:
            continue
