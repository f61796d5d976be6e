"""A circuit breaker: a service that is away is left alone for a while instead of holding up every request.

Own code because pybreaker keeps its lock while the guarded call runs, which would send the calls of all threads to a
target one after another, and because it counts failures in a row, not their share.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class _Second:
    """The calls that ended in one second of the clock."""

    number: int
    calls: int = 0
    failures: int = 0


class Breaker:
    """Opens when the target was away for `failure_share` of the calls of the last `window_seconds`; thread-safe.

    At least `minimum_calls` must have ended in that time, so that a single failure in a quiet hour changes nothing.
    While it is open, one call every `reset_seconds` is let through to try.
    """

    def __init__(
        self,
        *,
        minimum_calls: int = 10,
        failure_share: float = 0.5,
        window_seconds: int = 10,
        reset_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.minimum_calls = minimum_calls
        self.failure_share = failure_share
        self.window_seconds = window_seconds
        self.reset_seconds = reset_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._window: deque[_Second] = deque()
        self._next_trial_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls are refused (but for the trial calls)."""
        return self._next_trial_at is not None

    def admits(self) -> bool:
        """Whether a call may go out now; a True while open is the one trial call of this period."""
        with self._lock:
            if self._next_trial_at is None:
                return True
            if self._clock() < self._next_trial_at:
                return False
            # Moving the time on makes this caller the only trial, also when it never reports back.
            self._next_trial_at = self._clock() + self.reset_seconds
            return True

    def record_success(self) -> None:
        """The target responded, with whatever status of its own: an open breaker closes and counts from zero."""
        with self._lock:
            if self._next_trial_at is not None:
                self._next_trial_at = None
                self._window.clear()
            self._current_second().calls += 1

    def record_failure(self) -> None:
        """The target was away: no connection, no response in time, or a proxy or server that said so."""
        with self._lock:
            second = self._current_second()
            second.calls += 1
            second.failures += 1
            calls = sum(each.calls for each in self._window)
            failures = sum(each.failures for each in self._window)
            has_lost_enough = calls >= self.minimum_calls and failures >= self.failure_share * calls
            if self.is_open or has_lost_enough:
                self._next_trial_at = self._clock() + self.reset_seconds

    def _current_second(self) -> _Second:
        """Where a call that ends now is counted; forgets what is older than the window."""
        now = int(self._clock())
        while self._window and self._window[0].number <= now - self.window_seconds:
            self._window.popleft()
        if not self._window or self._window[-1].number != now:
            self._window.append(_Second(now))
        return self._window[-1]
