"""For tests of periodic jobs of which one item is poisoned."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from apps.common.jobs.models import JobFailure
from apps.common.jobs.services import MAX_TRIES


def let_waits_end() -> None:
    """Make every failed item due for its next try."""
    JobFailure.objects.filter(retry_at__isnull=False).update(retry_at=timezone.now())


def run_until_given_up(run: Callable[[], object]) -> JobFailure:
    """Run a job until it tries its one failing item no more; the record of that item."""
    for tries in range(1, MAX_TRIES + 1):
        run()
        failure = JobFailure.objects.get()
        assert failure.tries == tries
        assert (failure.retry_at is None) == (tries == MAX_TRIES)
        let_waits_end()
    run()
    failure.refresh_from_db()
    assert failure.tries == MAX_TRIES, "it was tried again after it was given up"
    return failure
