"""A circuit breaker: a service that does not answer is left alone for a while instead of holding up every request.

Own code because pybreaker keeps its lock while the guarded call runs, which would send the calls of all threads to a
target one after another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row; thread-safe. At `threshold` it opens, and every `reset_seconds` lets one call try."""

    def __init__(
        self,
        *,
        threshold: int = 5,
        reset_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.threshold = threshold
        self.reset_seconds = reset_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
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
        """The target answered sensibly (a 4xx too): close."""
        with self._lock:
            self._failures = 0
            self._next_trial_at = None

    def record_failure(self) -> None:
        """No answer, too late, or a 5xx."""
        with self._lock:
            self._failures += 1
            if self._failures >= self.threshold:
                self._next_trial_at = self._clock() + self.reset_seconds
