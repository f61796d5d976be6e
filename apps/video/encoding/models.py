"""Sources and their encodings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.video.titles.models import Title


class Source(models.Model):
    """A film as it was delivered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="sources")
    file = models.FileField(_("file"), upload_to="sources/", max_length=200)
    checksum = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [models.UniqueConstraint(fields=["title", "checksum"], name="source_once_per_title")]

    def __str__(self) -> str:
        return self.file.name or ""


class Encoding(models.Model):
    """One run of ffmpeg over a source. When a worker dies its lease ends, and the run starts again."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="encodings", verbose_name=_("source"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("Percent."))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Whoever encodes holds the run until then and renews it; a dead worker's run is picked up afterwards.
    lease_until = models.DateTimeField(default=timezone.now)
    asset_id = models.UUIDField(default=uuid7, editable=False)
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("encoding")
        verbose_name_plural = _("encodings")
        constraints = [
            # Two deliveries of one request encode a source once.
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=["queued", "running"]), name="encoding_one_open_per_source"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="encoding_progress_percent"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], name="encoding_open", condition=Q(state__in=["queued", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.progress} %"
