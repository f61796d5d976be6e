"""Identifiers: UUIDv7 (RFC 9562), so that primary keys sort by time of creation and indexes grow at one end."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> uuid.UUID:
    """A new UUIDv7 as the standard library's type (Python has its own from 3.14 on)."""
    return _uuid7()
