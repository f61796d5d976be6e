"""One worker for each file: its transactions lock the job's row, check that the lease is still theirs and renew it.

When a worker dies, its lease expires and another worker continues where it stopped; two never write the same rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction

from apps.catalog.imports.models import OPEN_STATES, ImportJob
from apps.common.leases import Lease, claim

# Longer than a batch takes on a busy machine.
LEASE = timedelta(seconds=90)


class LeaseLost(Exception):
    """Another worker has the job, or it was cancelled."""


def claim_job(job_id: uuid.UUID) -> Lease[ImportJob] | None:
    """The lease of a job that is to be worked on and that nobody works on; None otherwise."""
    return claim(ImportJob.objects.filter(state__in=OPEN_STATES), job_id, field="lease_until", duration=LEASE)


@contextmanager
def batch(lease: Lease[ImportJob]) -> Iterator[ImportJob]:
    """A transaction with the job locked; what is set on it is saved and the lease renewed. Raises LeaseLost."""
    with transaction.atomic(durable=True):
        job = lease.held().filter(state__in=OPEN_STATES).select_for_update().first()
        if job is None:
            raise LeaseLost
        yield job
        job.save()
        lease.renew(LEASE)
