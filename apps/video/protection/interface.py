"""What protects films, behind one interface (docs/drm.md).

`METHODS` holds an implementation for each value of `Title.encryption` but none. `aes-128` is built in; a DRM licence
server is another entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from apps.video.protection.aes128 import Aes128


class ContentProtection(Protocol):
    """One way to encrypt renditions, and to hand their keys to players that may have them."""

    def encrypt(self, rendition: Path, *, asset_id: uuid.UUID, folder: str) -> None:
        """Encrypt the segments of a finished rendition in place (`NNNNN.m4s`, described by `media.m3u8`, `init.mp4`).

        Its playlist says where keys are: relative addresses `../keys/<uuid>`. `folder` is where it will lie below the
        asset. Keys are stored before it returns, so that whatever is published can be played. Called in the worker,
        outside of a transaction.
        """
        ...

    def key(self, key_id: uuid.UUID, *, asset_id: uuid.UUID) -> bytes:
        """What the player of a live session gets for a key of this asset. Raises NotFound for what is no key of it."""
        ...


METHODS: Mapping[str, ContentProtection] = {"aes-128": Aes128()}
