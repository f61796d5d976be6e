"""Accounts that `auth` has deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DeletedAccount(models.Model):
    """The id of an account that is gone, and when what this service holds about the person is erased again."""

    user_id = models.UUIDField(primary_key=True)
    deleted_at = models.DateTimeField()
    passes = models.PositiveSmallIntegerField(default=0)
    next_pass_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_pass_at"], name="erasure_due", condition=Q(next_pass_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} deleted {self.deleted_at:%Y-%m-%d}"
