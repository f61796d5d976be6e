"""How bytes get into an upload's file.

A request holds its upload by a lease, so that of two that send the same upload one writes. It renews the lease before
it writes whatever came late, and a process that dies keeps it for LEASE at most. The length of the file is the offset:
what a dying process had written stays. Bytes with a checksum count once it was found right (`unverified_from`).

Memory stays flat: the body is read and written in blocks. No transaction is open meanwhile.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NoReturn, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.common.leases import Lease, claim, lease_time
from apps.common.task_queue import send_on_commit
from apps.video.uploads import files
from apps.video.uploads.models import Upload
from apps.video.uploads.problems import BrokenOff, ChecksumMismatch, DiskFull, Gone, Locked, OffsetConflict, TooLarge
from apps.video.uploads.protocol import Checksum

State = Upload.State
# A dead request's upload is free after this long; clients try again until then.
LEASE = lease_time(20)
RENEW_SECONDS = 3.0
# Since the last byte.
KEEP = timedelta(days=1)
# As large as gunicorn reads at once (apps/common/wsgi.py). Of what a client had sent, less than this is lost when the
# process is killed.
BLOCK_BYTES = 256 * 1024
CHECK_TASK = "apps.video.uploads.tasks.check"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Body(Protocol):
    """A request's body."""

    def read(self, size: int, /) -> bytes: ...


def completed(upload_id: uuid.UUID) -> dict[str, Any]:
    """What is to be written to an upload that is complete, in a transaction; its check is sent on commit."""
    send_on_commit(CHECK_TASK, str(upload_id))
    return {"state": State.CHECKING, "lease_until": timezone.now()}


def receive(upload: Upload, body: Body, *, offset: int, size: int, checksum: Checksum | None) -> int:
    """Write `size` bytes of `body` at `offset`; returns the new offset.

    Raises Locked while somebody else writes, OffsetConflict, TooLarge, ChecksumMismatch (the offset is as before),
    BrokenOff and DiskFull (what was written stays, without a checksum), Gone when it was ended meanwhile.
    """
    lease = claim(Upload.objects.filter(state=State.RECEIVING), upload.pk, field="lease_until", duration=LEASE)
    if lease is None:
        _refuse(upload)
    lease.row = lease.row.filter(state=State.RECEIVING)
    writer = _Writer(lease, offset)
    try:
        writer.check_place(size)
        if checksum:
            writer.take_verified(body, size, checksum)
        else:
            writer.take(body, size)
    finally:
        writer.close()
    return writer.position


def _refuse(upload: Upload) -> NoReturn:
    """Why this request may not write."""
    state = Upload.objects.values_list("state", flat=True).get(pk=upload.pk)
    if state == State.RECEIVING:
        raise Locked(gettext("Another request is sending this upload. Wait some seconds and try again."))
    if state == State.REMOVED:
        raise Gone(gettext("This upload was ended or has expired. Begin a new one."))
    raise _conflict(upload.length)


def _conflict(offset: int) -> OffsetConflict:
    message = gettext("The upload is at byte %(offset)s. Ask for its offset with HEAD and go on from there.")
    return OffsetConflict(message % {"offset": offset}, headers={"Upload-Offset": str(offset)})


class _Writer:
    """One request's turn at the file."""

    def __init__(self, lease: Lease[Upload], offset: int) -> None:
        self.lease, self.begin, self.position = lease, offset, offset
        self.renewed_at = time.monotonic()
        self.row = lease.row.get()
        self.descriptor = files.open_for_writing(self.row.pk)

    def check_place(self, size: int) -> None:
        """Remove what an earlier request left unverified, and see that this one begins where the file ends."""
        if self.row.unverified_from is not None:
            if os.fstat(self.descriptor).st_size > self.row.unverified_from:
                self._cut(self.row.unverified_from)
            self._write_row(unverified_from=None)
        end = os.fstat(self.descriptor).st_size
        if end != self.begin:
            self.begin = self.position = end
            raise _conflict(end)
        if self.begin + size > self.row.length:
            raise TooLarge(gettext("The body is longer than what is missing of the upload."))

    def take(self, body: Body, size: int) -> None:
        for block in self._blocks(body, size):
            self._write(block)

    def take_verified(self, body: Body, size: int, checksum: Checksum) -> None:
        """As `take`, but nothing of it counts until the whole has the checksum."""
        self._write_row(unverified_from=self.begin)
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
        try:
            for block in self._blocks(body, size):
                self._write(block)
                digest.update(block)
            if digest.digest() != checksum.digest:
                raise ChecksumMismatch(gettext("The body is not what its checksum says. Send it again."))
            os.fsync(self.descriptor)
        except Exception:
            # Not what another request wrote that took over.
            self._write_row()
            self._cut(self.begin)
            raise
        finally:
            self._write_row(unverified_from=None)

    def close(self) -> None:
        """What was written is on the disk before anybody hears of it; the upload is free again, or complete."""
        try:
            os.fsync(self.descriptor)
            length = os.fstat(self.descriptor).st_size
        finally:
            os.close(self.descriptor)
        changes = {"expires_at": timezone.now() + KEEP} if self.position > self.begin else {}
        with transaction.atomic():
            if length == self.row.length and not self.row.is_partial:
                changes |= completed(self.row.pk)
                was_held = bool(self.lease.held().filter(unverified_from=None).update(**changes))
            else:
                was_held = self.lease.release(**changes)
        if not was_held:
            # Ended by its owner, or another request took over while this one stood still.
            _refuse(self.row)

    def _blocks(self, body: Body, size: int) -> Iterator[bytes]:
        left = size
        while left:
            try:
                block = body.read(min(BLOCK_BYTES, left))
            except OSError as error:
                raise _broken_off() from error
            if not block:
                raise _broken_off()
            left -= len(block)
            yield block

    def _write(self, block: bytes) -> None:
        if time.monotonic() - self.renewed_at > RENEW_SECONDS:
            self._write_row()
        try:
            files.write_at(self.descriptor, block, self.position)
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise DiskFull(gettext("The disk is full. Go on with the upload when there is room again.")) from error
        self.position += len(block)

    def _write_row(self, **changes: Any) -> None:
        if not self.lease.renew(LEASE, **changes):
            _refuse(self.row)
        self.renewed_at = time.monotonic()

    def _cut(self, size: int) -> None:
        os.ftruncate(self.descriptor, size)
        self.position = size


def _broken_off() -> BrokenOff:
    return BrokenOff(gettext("The body ended before its announced length. Ask for the offset and go on from there."))
