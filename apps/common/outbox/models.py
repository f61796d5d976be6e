"""The outbox of this service's own events, and how far it has read the events of others."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.common.ids import uuid7


class OutboxEvent(models.Model):
    """A fact of this service. `sequence` is the order of writing, `position` the order of the feed.

    They differ because a transaction may commit long after it wrote: `position` is only given to committed rows
    (see `services.number_events`), so a reader that has seen position n will never meet a smaller one later.
    """

    sequence = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    event_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(max_length=120)
    subject = models.CharField(max_length=255)
    time = models.DateTimeField(default=timezone.now)
    data = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "event"
        indexes = [
            # Nearly always empty, so asking "is anything waiting for its number?" costs nothing.
            models.Index(fields=["sequence"], condition=Q(position__isnull=True), name="outbox_event_waiting"),
            models.Index(fields=["time"], name="outbox_event_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class ConsumerPosition(models.Model):
    """How far this service has handled the events of `source`. Moved in the transaction of the effects."""

    source = models.CharField(primary_key=True, max_length=50)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.source} at {self.position}"


class ConsumerFailure(models.Model):
    """The event of `source` that blocks this service now; the row goes away when the event succeeds or is skipped."""

    source = models.CharField(primary_key=True, max_length=50)
    event_id = models.UUIDField()
    position = models.BigIntegerField()
    type = models.CharField(max_length=120)
    event = models.JSONField(encoder=DjangoJSONEncoder)
    error = models.TextField()
    attempts = models.PositiveIntegerField(default=1)
    first_failed_at = models.DateTimeField(default=timezone.now)
    last_failed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.source}: {self.type} {self.event_id} failed {self.attempts} times"


class SkippedEvent(models.Model):
    """An event that an operator decided not to handle, with the error that led to it and all it said."""

    source = models.CharField(max_length=50)
    event_id = models.UUIDField()
    position = models.BigIntegerField()
    type = models.CharField(max_length=120)
    event = models.JSONField(encoder=DjangoJSONEncoder)
    error = models.TextField()
    attempts = models.PositiveIntegerField()
    skipped_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.source}: {self.type} {self.event_id}"
