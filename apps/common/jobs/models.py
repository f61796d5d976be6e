"""Items that a periodic job could not deal with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class JobFailure(models.Model):
    """How often a job failed at one item, why, and when it tries again; never again without `retry_at`."""

    job = models.CharField(max_length=60)
    item = models.CharField(max_length=255)
    tries = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    first_failed_at = models.DateTimeField(default=timezone.now)
    last_failed_at = models.DateTimeField()
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Two workers that meet the same failure count on one row.
            models.UniqueConstraint(fields=["job", "item"], name="job_failure_once_per_item"),
            models.CheckConstraint(condition=Q(tries__gte=1), name="job_failure_was_tried"),
        ]

    def __str__(self) -> str:
        return f"{self.job}: {self.item}"
