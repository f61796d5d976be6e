"""What went wrong, in one sentence that says what to do about it."""

from __future__ import annotations

import errno


class DevToolsError(Exception):
    """Ends a command of the stack with its message and exit code 1, without a traceback."""


def sentence_of(error: OSError) -> str:
    """What the operating system refused, where, and what to do about it when that is known."""
    where = f": {error.filename}" if error.filename else ""
    hint = " Make room on the disk, then try again." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{error.strerror or error}{where}.{hint}"
