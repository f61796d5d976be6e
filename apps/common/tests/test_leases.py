"""Leases under real threads on real PostgreSQL, on the `retry_at` of records of failed jobs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.jobs.models import JobFailure
from apps.common.leases import Lease, claim, lease_time
from apps.common.testing.concurrency import at_once

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row() -> JobFailure:
    now = timezone.now()
    return JobFailure.objects.create(job="job", item="1", tries=1, reason="?", last_failed_at=now, retry_at=now)


def claim_row(row: JobFailure, **changes: object) -> Lease[JobFailure] | None:
    return claim(JobFailure.objects.filter(job="job"), row.pk, field="retry_at", duration=MINUTE, **changes)


def claimed(row: JobFailure) -> Lease[JobFailure]:
    lease = claim_row(row)
    assert lease is not None
    return lease


def expire(row: JobFailure, lease: Lease[JobFailure]) -> None:
    """As if the lease's time were over, for its holder too."""
    lease.until = timezone.now() - MINUTE
    JobFailure.objects.filter(pk=row.pk).update(retry_at=lease.until)


def test_a_row_is_claimed_by_a_single_one_of_many_workers(row: JobFailure) -> None:
    leases = at_once(*(lambda: claim_row(row) for _ in range(8)))
    assert sorted(type(lease).__name__ for lease in leases) == ["Lease"] + ["NoneType"] * 7


def test_workers_that_look_before_they_write_would_share_the_row(row: JobFailure) -> None:
    """The race is real: the condition inside the UPDATE is what decides it."""
    both_have_looked = threading.Barrier(2)

    def look_then_write() -> bool:
        is_free = JobFailure.objects.filter(pk=row.pk, retry_at__lte=timezone.now()).exists()
        both_have_looked.wait(timeout=30)
        return is_free and bool(JobFailure.objects.filter(pk=row.pk).update(retry_at=timezone.now() + MINUTE))

    assert at_once(look_then_write, look_then_write) == [True, True]


def test_workers_that_looked_at_the_same_moment_do_not_share_a_leased_row(row: JobFailure) -> None:
    both_have_looked = threading.Barrier(2)

    def look_then_claim() -> bool:
        is_free = JobFailure.objects.filter(pk=row.pk, retry_at__lte=timezone.now()).exists()
        both_have_looked.wait(timeout=30)
        return is_free and claim_row(row) is not None

    assert sorted(at_once(look_then_claim, look_then_claim)) == [False, True]


def test_expired_lease_is_claimed_by_the_next_worker(row: JobFailure) -> None:
    first = claimed(row)
    assert claim_row(row) is None
    expire(row, first)
    assert claim_row(row) is not None


def test_worker_that_lost_its_lease_writes_nothing(row: JobFailure) -> None:
    first = claimed(row)
    expire(row, first)
    second = claimed(row)

    assert not first.renew(MINUTE, reason="first")
    assert not first.release(reason="first")
    assert first.held().update(reason="first") == 0
    assert second.held().update(reason="second") == 1
    row.refresh_from_db()
    assert (row.reason, row.retry_at) == ("second", second.until)


def test_late_worker_keeps_what_nobody_else_took(row: JobFailure) -> None:
    lease = claimed(row)
    expire(row, lease)
    assert lease.renew(MINUTE, reason="late")
    assert claim_row(row) is None


def test_renewal_holds_the_row_longer_and_writes_progress(row: JobFailure) -> None:
    lease = claimed(row)
    before = lease.until
    assert lease.renew(2 * MINUTE, tries=7)
    row.refresh_from_db()
    assert (row.retry_at, row.tries) == (lease.until, 7)
    assert lease.until > before


def test_released_row_can_be_claimed_at_once(row: JobFailure) -> None:
    assert claimed(row).release(reason="done")
    lease = claim_row(row, tries=2)
    assert lease is not None
    row.refresh_from_db()
    assert (row.reason, row.tries, row.retry_at) == ("done", 2, lease.until)


def test_row_outside_the_rows_or_before_its_time_is_not_claimed(row: JobFailure) -> None:
    other_job = JobFailure.objects.filter(job="another")
    assert claim(other_job, row.pk, field="retry_at", duration=MINUTE) is None
    for not_now in (timezone.now() + MINUTE, None):
        JobFailure.objects.filter(pk=row.pk).update(retry_at=not_now)
        assert claim_row(row) is None


def test_factor_shortens_the_time_of_a_lease(settings):
    assert lease_time(60) == timedelta(minutes=1)
    settings.LEASE_FACTOR = 0.4
    assert lease_time(60) == timedelta(seconds=24)
