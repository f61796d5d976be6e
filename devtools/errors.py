"""What went wrong, in one sentence that says what to do about it."""

from __future__ import annotations


class DevToolsError(Exception):
    """Ends a command of the stack with its message and exit code 1, without a traceback."""
