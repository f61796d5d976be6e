"""Uploads that go straight to Blob Storage: an address for the blocks, and the end.

The client asks for the upload, puts blocks of `block_bytes` at its address in any order, asks again whenever the
address expires or it lost count, and says when it is done. What of this service or of the client dies meanwhile does
not matter: blocks stay in the storage.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.video.uploads import direct_storage
from apps.video.uploads.models import Upload
from apps.video.uploads.problems import BlocksMissing, Gone
from apps.video.uploads.receiving import KEEP, completed

State = Upload.State
# A list of all would be as long as the film.
MISSING_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """Where to send blocks to (None for an upload that is complete), and the numbers of those that are there."""

    address: direct_storage.SignedAddress | None
    received: list[int]


def look(upload: Upload) -> Progress:
    """How far it is, and an address to go on with; an upload that is asked for is kept for another day."""
    if upload.state != State.RECEIVING:
        return Progress(None, list(range(len(direct_storage.block_sizes(upload.length)))))
    upload.expires_at = timezone.now() + KEEP
    Upload.objects.filter(pk=upload.pk, state=State.RECEIVING).update(expires_at=upload.expires_at)
    return Progress(direct_storage.signed_address(upload.pk), _received(upload))


def complete(upload: Upload) -> None:
    """Put the film together and have it checked. Once is enough, twice is fine.

    Raises BlocksMissing with the numbers of blocks that are not there or have another size, Gone for an upload that was
    ended meanwhile.
    """
    if upload.state != State.RECEIVING:
        return
    count = len(direct_storage.block_sizes(upload.length))
    missing = sorted(set(range(count)) - set(_received(upload)))
    if missing:
        raise BlocksMissing(
            gettext("%(count)s blocks of the film are missing or have the wrong size. Send them, then try again.")
            % {"count": len(missing)},
            missing=missing[:MISSING_SHOWN],
        )
    direct_storage.put_together(upload.pk, count)
    with transaction.atomic(durable=True):
        receiving = Upload.objects.filter(pk=upload.pk, state=State.RECEIVING)
        if receiving.update(**completed(upload.pk)):
            return
    if Upload.objects.filter(pk=upload.pk, state=State.REMOVED).exists():
        raise Gone(gettext("This upload was ended or has expired. Begin a new one."))


def _received(upload: Upload) -> list[int]:
    sizes = direct_storage.sizes_received(upload.pk)
    expected = enumerate(direct_storage.block_sizes(upload.length))
    return [number for number, size in expected if sizes.get(direct_storage.block_name(number)) == size]
