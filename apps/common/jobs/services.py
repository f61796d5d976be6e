"""Periodic jobs go through many items; one that fails must not keep the others waiting.

`for_each` records a failure, tries the item again later, at growing distances, and gives it up after MAX_TRIES, about
a day. While the database or the queue is away no item is at fault: then the run ends and nothing is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueIsAway

from apps.common.jobs import metrics
from apps.common.jobs.models import JobFailure
from apps.common.sqlstate import sqlstate_of

log = structlog.get_logger(__name__)
MAX_TRIES = 12
# Doubles with each try.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Failures are forgotten after this long, so an item that was given up gets another day of tries then.
KEPT = timedelta(days=30)
# SQLSTATE classes of an OperationalError that say the server is away or full: connection exception, insufficient
# resources, operator intervention. Others (a deadlock, a lock that could not be taken) are about the statement.
OUTAGES = ("08", "53", "57")
QUERY_CANCELED = "57014"


def for_each[T](
    items: Iterable[T],
    do: Callable[[T], object],
    *,
    job: str,
    give_up: Callable[[T, str], object] | None = None,
) -> int:
    """Call `do` with each item; returns for how many it neither failed nor returned False.

    Items are distinguished by `str(item)`: ids, names of files. Those that failed lately or were given up are left out.
    `give_up(item, reason)` is called once after the last try, for rows that have a state of their own. Raises what
    says that the database or the queue is away.
    """
    JobFailure.objects.filter(job=job, last_failed_at__lt=timezone.now() - KEPT).delete()
    # From zero on, so that the first one is an increase.
    for counter in (metrics.FAILED, metrics.GIVEN_UP):
        counter.labels(job)
    failed = set(JobFailure.objects.filter(job=job).values_list("item", flat=True))
    left_out, done = set(resting(job)), 0
    for item in items:
        key = _key(item)
        if key in left_out:
            continue
        try:
            done += do(item) is not False
        except Exception as error:
            if is_outage(error):
                raise
            _record(job, item, error, give_up)
        else:
            if key in failed:
                JobFailure.objects.filter(job=job, item=key).delete()
    return done


def resting(job: str) -> list[str]:
    """Items that are not to be tried now; for `.exclude(pk__in=…)`, so that they fill no batch."""
    waiting = JobFailure.objects.filter(job=job).exclude(retry_at__lte=timezone.now())
    return list(waiting.values_list("item", flat=True))


def is_outage(error: BaseException) -> bool:
    """Whether no item is at fault: the database or the queue is away, or the worker must stop."""
    if isinstance(error, (InterfaceError, QueueIsAway, SoftTimeLimitExceeded)):
        return True
    if not isinstance(error, OperationalError):
        return False
    sqlstate = sqlstate_of(error)
    return sqlstate is None or (sqlstate[:2] in OUTAGES and sqlstate != QUERY_CANCELED)


def _record[T](job: str, item: T, error: Exception, give_up: Callable[[T, str], object] | None) -> None:
    reason = _printable(f"{type(error).__name__}: {error}")[:500]
    metrics.FAILED.labels(job).inc()
    now = timezone.now()
    with transaction.atomic():
        row, is_new = JobFailure.objects.select_for_update().get_or_create(
            job=job,
            item=_key(item),
            defaults={"tries": 1, "reason": reason, "last_failed_at": now, "retry_at": now + FIRST_WAIT},
        )
        if not is_new:
            row.tries, row.reason, row.last_failed_at = row.tries + 1, reason, now
            is_last = row.tries >= MAX_TRIES
            row.retry_at = None if is_last else now + min(FIRST_WAIT * 2 ** (row.tries - 1), LONGEST_WAIT)
            row.save()
    if row.retry_at is not None:
        log.exception("item failed; it is tried again", job=job, item=row.item, tries=row.tries)
        return
    log.exception("item is given up", job=job, item=row.item, tries=row.tries)
    metrics.GIVEN_UP.labels(job).inc()
    if give_up is not None:
        try:
            give_up(item, reason)
        except Exception as failure:
            if is_outage(failure):
                raise
            log.exception("item cannot be given up", job=job, item=row.item)


def _key(item: object) -> str:
    return _printable(str(item))[:255]


def _printable(text: str) -> str:
    """What the database can hold: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
