"""Items that a periodic job could not deal with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobFailure(models.Model):
    """How often a job failed at one item, why, and when it tries again; never again without `retry_at`."""

    job = models.CharField(_("job"), max_length=60)
    item = models.CharField(_("item"), max_length=255)
    tries = models.PositiveSmallIntegerField(_("tries"))
    reason = models.CharField(_("reason"), max_length=500)
    first_failed_at = models.DateTimeField(_("first failure"), default=timezone.now)
    last_failed_at = models.DateTimeField(_("last failure"))
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True)

    class Meta:
        verbose_name = _("failed job")
        verbose_name_plural = _("failed jobs")
        constraints = [
            # Two workers that meet the same failure count on one row.
            models.UniqueConstraint(fields=["job", "item"], name="job_failure_once_per_item"),
            models.CheckConstraint(condition=Q(tries__gte=1), name="job_failure_was_tried"),
        ]

    def __str__(self) -> str:
        return f"{self.job}: {self.item}"
