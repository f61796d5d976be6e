"""Whether a token is refused, which every request has to know: looked up in a copy in this process.

The copy holds the accounts of the last minutes, so it is small, and costs one query every MAX_AGE_SECONDS, however many
requests come. The database is the truth; no cache server is asked, since it may be away.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from apps.common.identity.principal import Principal
from apps.common.revocation.models import RevokedTokens

# For so long a token may still be accepted by a process after the event has been handled.
MAX_AGE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Revocation:
    """`issued_until` in Unix seconds."""

    issued_until: float
    kept_session_id: str

    def covers(self, principal: Principal) -> bool:
        """Whether it refuses the token that `principal` came with."""
        is_kept = bool(self.kept_session_id) and principal.claims.get("sid") == self.kept_session_id
        return float(principal.claims["iat"]) <= self.issued_until and not is_kept


def load_revocations() -> dict[uuid.UUID, Revocation]:
    """All that there are: `services.purge_revocations` keeps them few."""
    return {
        row.user_id: Revocation(row.issued_until.timestamp(), str(row.kept_session_id or ""))
        for row in RevokedTokens.objects.all()
    }


class RevocationCopy:
    """What the database said at most MAX_AGE_SECONDS ago. While one thread asks it again, others wait for nothing."""

    def __init__(self, load: Callable[[], dict[uuid.UUID, Revocation]] = load_revocations) -> None:
        self._load = load
        self._rows: dict[uuid.UUID, Revocation] | None = None
        self._good_until = 0.0
        self._lock = threading.Lock()

    def covers(self, principal: Principal) -> bool:
        """Whether the principal's token is refused."""
        row = self._current().get(principal.user_id) if principal.user_id else None
        return row is not None and row.covers(principal)

    def expire(self) -> None:
        """Ask the database at the next request."""
        self._good_until = 0.0

    def _current(self) -> dict[uuid.UUID, Revocation]:
        rows = self._rows
        if rows is not None and time.monotonic() < self._good_until:
            return rows
        if not self._lock.acquire(blocking=rows is None):
            return rows or {}
        try:
            asked_at = time.monotonic()
            self._rows = rows = self._load()
            self._good_until = asked_at + MAX_AGE_SECONDS
            return rows
        finally:
            self._lock.release()


revocations = RevocationCopy()
