"""Files in the storage, to find those that no row names."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.core.files.storage import default_storage
from django.utils import timezone

log = structlog.get_logger(__name__)
# A file is written before a row names it.
ORPHAN_AGE = timedelta(days=1)


def files_in(folder: str) -> set[str]:
    """Names of the files in a folder, without those of folders in it. Azure's storage returns whole names."""
    prefix = f"{folder}/"
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return set()
    whole = (name if name.startswith(prefix) else prefix + name for name in names)
    return {name for name in whole if "/" not in name.removeprefix(prefix)}


def may_be_orphan(name: str) -> bool:
    """Whether the file is so old that a row would name it by now, if any ever will."""
    try:
        return default_storage.get_modified_time(name) < timezone.now() - ORPHAN_AGE
    except Exception:
        # Removed by somebody else meanwhile, for one.
        log.exception("age of a file is unknown", file=name)
        return False
