"""PostgreSQL with metrics. A kept connection is not asked `SELECT 1` at the start of each request.

Django asks, as the server may have restarted since the last request. A server that restarts, or that ends a connection
for another reason, closes it, and the closed socket has something to read: that costs no query to notice. What a socket
cannot show (a network that has swallowed the server) is asked for every CHECK_SECONDS.
"""

from __future__ import annotations

import select
import time
from typing import Any

from django_prometheus.db.backends.postgresql.base import DatabaseWrapper as MeasuredWrapper

CHECK_SECONDS = 5.0


class DatabaseWrapper(MeasuredWrapper):
    # When the server was last known to be there, by the monotonic clock.
    _checked_at = 0.0

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._checked_at = time.monotonic()
        return connection

    def close_if_health_check_failed(self) -> None:
        """Close a kept connection that is of no use any more; Django then opens another one."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        if time.monotonic() - self._checked_at < CHECK_SECONDS and self._is_silent():
            self.health_check_done: bool = True
            return
        super().close_if_health_check_failed()
        self._checked_at = time.monotonic()

    def _is_silent(self) -> bool:
        """Whether the server has sent nothing: between statements it only ever says that it ends the connection."""
        if self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
