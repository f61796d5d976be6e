"""One worker a file. A worker holds a lease that each of its transactions makes longer; when it dies, the lease ends
and another worker goes on where it was. Each transaction locks the job's row and looks whether the lease is still its
own, so two workers never write the same rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.catalog.imports.models import ImportJob

# Longer than a batch takes on a busy machine.
LEASE = timedelta(seconds=90)
State = ImportJob.State
OPEN = (State.WAITING, State.CHECKING, State.WRITING)


class LeaseLost(Exception):
    """Another worker has the job, or it was cancelled."""


@dataclass(slots=True)
class Lease:
    """The right to work on a job; its end distinguishes it from every other."""

    job_id: uuid.UUID
    until: datetime

    @contextmanager
    def batch(self) -> Iterator[ImportJob]:
        """A transaction with the job locked; what is set on it is saved and the lease made longer. Raises LeaseLost."""
        with transaction.atomic(durable=True):
            job = ImportJob.objects.select_for_update().filter(pk=self.job_id, lease_until=self.until).first()
            if job is None or job.state not in OPEN:
                raise LeaseLost(str(self.job_id))
            yield job
            until = timezone.now() + LEASE
            job.lease_until = until if job.state in OPEN else None
            job.save()
        self.until = until


def claim(job_id: uuid.UUID) -> Lease | None:
    """The lease of a job that is to be worked on and that nobody works on; None otherwise."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    until = now + LEASE
    taken = ImportJob.objects.filter(free, pk=job_id, state__in=OPEN).update(lease_until=until)
    return Lease(job_id, until) if taken else None


def release(lease: Lease) -> None:
    """Let another worker go on at once."""
    ImportJob.objects.filter(pk=lease.job_id, lease_until=lease.until).update(lease_until=None)


def abandoned(*, younger_than: timedelta) -> list[uuid.UUID]:
    """Jobs that nobody works on: their worker died, or the queue lost them."""
    now = timezone.now()
    lost = Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - younger_than)
    return list(ImportJob.objects.filter(lost, state__in=OPEN).order_by("created_at").values_list("pk", flat=True))
