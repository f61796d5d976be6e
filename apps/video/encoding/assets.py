"""Where encodings' output lies: `streams/<asset id>/` in the storage, a folder here and a container in Azure."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from apps.common.files import files_in

PREFIX = "streams"


def publish(folder: Path, asset_id: uuid.UUID) -> None:
    """Copy every file of `folder`; the master playlist last. An earlier attempt's files are replaced."""
    remove(asset_id)
    files = sorted(folder.iterdir(), key=lambda path: (path.name == "master.m3u8", path.name))
    for path in files:
        with path.open("rb") as file:
            default_storage.save(f"{PREFIX}/{asset_id}/{path.name}", File(file))


def remove(asset_id: uuid.UUID) -> None:
    """Delete an asset's files, if there are any."""
    base = f"{PREFIX}/{asset_id}"
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
