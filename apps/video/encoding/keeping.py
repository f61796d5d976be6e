"""A lease that is renewed by a timer for as long as the process lives, whatever the work is doing meanwhile."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

import structlog
from django.db import DatabaseError, Error, connection

from apps.common.leases import Lease, lease_time
from apps.video.encoding.models import Encoding

log = structlog.get_logger(__name__)
# One that was not renewed for this long belongs to a dead process, and another worker takes over.
LEASE = lease_time(30)
EVERY = 5.0


class Keeper:
    """Renews within `with`; `is_held` is False as soon as another worker, or somebody who cancelled, took it away.

    Writes that must not undo another worker's go through `update`: the lease is their fencing token. It ends as well
    when the row leaves `state`.
    """

    def __init__(self, lease: Lease[Any], *, state: str = Encoding.State.RUNNING) -> None:
        self.lease, self.state = lease, state
        self.is_held = True
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._values: dict[str, Any] = {}
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def holds(self) -> bool:
        """For processes that ask whether their result is still wanted."""
        return self.is_held

    def note(self, **values: Any) -> None:
        """To be written with the next renewal."""
        with self._lock:
            self._values |= values

    def update(self, **values: Any) -> bool:
        """Write now; False, with nothing written, when the lease was lost. May be called in a transaction."""
        with self._lock:
            return bool(self.lease.held().filter(state=self.state).update(**values))

    def _renew(self) -> None:
        try:
            while not self._ended.wait(EVERY):
                self._renew_once()
                if not self.is_held:
                    return
        finally:
            connection.close()

    def _renew_once(self) -> None:
        with self._lock:
            values, self._values = self._values, {}
            running = self.lease.row.filter(state=self.state)
            lease = Lease(running, self.lease.field, self.lease.until)
            try:
                self.is_held = lease.renew(LEASE, **values)
            except (DatabaseError, Error) as error:
                # It may be back before the lease ends.
                log.warning("lease not renewed", reason=str(error))
                connection.close()
                self._values = values | self._values
                return
            self.lease.until = lease.until
