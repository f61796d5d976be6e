"""Identifiers: UUIDv7 (RFC 9562), so that primary keys sort by time of creation and indexes grow at one end."""

from __future__ import annotations

import uuid
from datetime import datetime

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type (Python has its own from 3.14 on)."""
    return _uuid7()


def first_uuid7(moment: datetime) -> uuid.UUID:
    """The lowest UUIDv7 of a moment: rows created from then on have keys at or above it, found by the primary key."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))
