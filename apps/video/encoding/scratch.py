"""Folders that encodings work in. A killed worker leaves its folder behind; the next one to start removes it."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PREFIX, LOCK = "streamcart-encoding-", ".lock"


@contextmanager
def scratch(encoding_id: uuid.UUID) -> Iterator[Path]:
    """A folder of one's own, locked while this process lives and removed at the end."""
    root = Path(settings.ENCODE_SCRATCH or tempfile.gettempdir())
    root.mkdir(parents=True, exist_ok=True)
    remove_abandoned(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{encoding_id}-", dir=root))
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(root: Path) -> int:
    """Delete folders that no living process holds; returns how many. The kernel frees the lock of a process that
    dies."""
    count = 0
    for folder in root.glob(f"{PREFIX}*"):
        try:
            with (folder / LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                count += 1
        except (FileNotFoundError, BlockingIOError):
            # About to be locked, removed by another worker, or in use.
            continue
    return count
