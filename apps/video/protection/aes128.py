"""HLS's own encryption: whole segments in AES-128-CBC with PKCS #7 padding (RFC 8216, section 4.3.2.4).

The key changes every PERIOD_SEGMENTS segments. The initialization vector of a segment is its media sequence number, as
the RFC has it where a playlist names none; a key is used for one rendition alone, so no pair of the two comes twice.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from django.conf import settings
from django.utils.translation import gettext

from apps.common.problems import NotFound
from apps.video.protection.models import ContentKey

KEY_BYTES = 16
# Five minutes of segments of four seconds.
PERIOD_SEGMENTS = 75
PLAYLIST = "media.m3u8"


class Aes128:
    """See ContentProtection."""

    def encrypt(self, rendition: Path, *, asset_id: uuid.UUID, folder: str) -> None:
        playlist = rendition / PLAYLIST
        lines = playlist.read_text().splitlines()
        names = [line for line in lines if line and not line.startswith("#")]
        keys = {period: secrets.token_bytes(KEY_BYTES) for period in range(-(-len(names) // PERIOD_SEGMENTS))}
        rows = [
            ContentKey(asset_id=asset_id, folder=folder, period=period, wrapped=_fernet().encrypt(key))
            for period, key in keys.items()
        ]
        for number, name in enumerate(names):
            _encrypt_file(rendition / name, keys[number // PERIOD_SEGMENTS], number)
        ContentKey.objects.bulk_create(rows)
        playlist.write_text("\n".join(_with_keys(lines, [row.pk for row in rows])) + "\n")

    def key(self, key_id: uuid.UUID, *, asset_id: uuid.UUID) -> bytes:
        row = ContentKey.objects.filter(pk=key_id, asset_id=asset_id).first()
        if row is None:
            raise NotFound(gettext("The film has no such key."))
        return _fernet().decrypt(bytes(row.wrapped))


def _encrypt_file(path: Path, key: bytes, number: int) -> None:
    padder = PKCS7(algorithms.AES128.block_size).padder()
    encryptor = Cipher(algorithms.AES128(key), modes.CBC(number.to_bytes(KEY_BYTES, "big"))).encryptor()
    clear = path.read_bytes()
    path.write_bytes(encryptor.update(padder.update(clear) + padder.finalize()) + encryptor.finalize())


def _with_keys(lines: list[str], key_ids: list[uuid.UUID]) -> Iterator[str]:
    """The playlist with the tag of a key before the first segment of its period. It stands behind EXT-X-MAP, so the
    initialization section stays clear."""
    number = 0
    for line in lines:
        if line.startswith("#EXTINF"):
            if number % PERIOD_SEGMENTS == 0:
                yield f'#EXT-X-KEY:METHOD=AES-128,URI="../keys/{key_ids[number // PERIOD_SEGMENTS]}"'
            number += 1
        yield line


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.KEY_ENCRYPTION_KEYS])
