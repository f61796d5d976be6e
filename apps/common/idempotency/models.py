"""Responses already sent, by the key that the client chose for its request."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class IdempotencyRecord(models.Model):
    """One key of one client (`scope`): being worked on by the holder of `lease`, or completed."""

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"

    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State, default=State.IN_PROGRESS)
    lease = models.UUIDField()
    locked_until = models.DateTimeField()
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    # As text: JSONB would reorder the keys of what was first said.
    response_body = models.TextField(default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # Two requests with one key race to insert; the database picks who works.
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_one_record_a_key"),
            models.CheckConstraint(
                condition=models.Q(state="in_progress") | models.Q(response_status__isnull=False),
                name="idempotency_completed_has_response",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created_at")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} ({self.state})"
