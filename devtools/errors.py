"""Errors of the developers' tools: one sentence that says what went wrong and what to do about it."""

from __future__ import annotations

import errno


class DevToolsError(Exception):
    """Ends a command of the stack with its message and exit code 1, without a traceback."""


def sentence_of(error: OSError) -> str:
    """An error of the operating system as a sentence: what was refused, where, and a way out when there is one."""
    where = f": {error.filename}" if error.filename else ""
    hint = " Make room on the disk, then try again." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return f"{error.strerror or error}{where}.{hint}"
