"""Sources, their encodings, and the renditions that an encoding consists of."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.video.media.reasons import sentence
from apps.video.titles.models import Title


class Source(models.Model):
    """A film as it was delivered. `probe` is what `media.probing` found (facts.Probe as JSON)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="sources")
    file = models.FileField(_("file"), upload_to="sources/", max_length=200)
    # As whoever delivered it called it: data for people, never a path.
    name = models.CharField(_("name of the file"), max_length=255, blank=True, db_default="")
    size = models.BigIntegerField(_("size"), default=0, db_default=0, help_text=_("Bytes."))
    checksum = models.CharField(max_length=64)
    probe = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    # The last time that this very file was delivered: it is the title's current one then.
    delivered_at = models.DateTimeField(_("delivered"), default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [models.UniqueConstraint(fields=["title", "checksum"], name="source_once_per_title")]

    def __str__(self) -> str:
        return self.name or self.file.name or ""


class Encoding(models.Model):
    """One request to encode a source. A worker holds it by a lease; when the worker dies, another goes on with the
    renditions that are missing."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Phase(models.TextChoices):
        READING = "reading", _("Reading the file")
        FIRST = "first", _("First pictures")
        SOUND = "sound", _("Sound and captions")
        REST = "rest", _("All other pictures")
        PUBLISHING = "publishing", _("Publishing")

    OPEN = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="encodings", verbose_name=_("source"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    phase = models.CharField(_("step"), max_length=10, choices=Phase, blank=True, db_default="")
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("Percent."))
    # Highest first among those that wait.
    priority = models.SmallIntegerField(_("priority"), default=0, db_default=0)
    # Codecs beside H.264, which every encoding has: hevc, av1.
    codecs = ArrayField(models.CharField(max_length=8), verbose_name=_("further codecs"), default=list, db_default=[])
    # Why it failed: a code of media.reasons and what fills its sentence.
    reason_code = models.CharField(max_length=40, blank=True, db_default="")
    reason_values = models.JSONField(default=dict, db_default={}, blank=True)
    # What a former release wrote, in English; no release writes it any more.
    old_reason = models.CharField(max_length=300, blank=True, db_default="", db_column="reason", editable=False)
    # Tries since a rendition was finished last.
    attempt = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Whoever encodes holds the run until then and renews it; a dead worker's run is picked up afterwards.
    lease_until = models.DateTimeField(default=timezone.now)
    asset_id = models.UUIDField(default=uuid7, editable=False)
    # How often its playlists were written: each time under a new name, so that caches may keep them.
    published = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # As the title was to be protected when this was asked for.
    encryption = models.CharField(
        _("encryption"),
        max_length=10,
        choices=Title.Encryption,
        default=Title.Encryption.NONE,
        db_default=Title.Encryption.NONE,
    )
    encoder = models.CharField(_("made by"), max_length=80, blank=True, db_default="", help_text=_("ffmpeg's version."))
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
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
        return f"{self.get_state_display()} {self.progress} %"

    @property
    def reason(self) -> str:
        """Why it failed, in the reader's language; empty unless it did."""
        return sentence(self.reason_code, self.reason_values) if self.reason_code else self.old_reason

    @property
    def seconds_left(self) -> int | None:
        """How much longer it takes if it goes on as it went so far; None while that is unknown."""
        if self.state != self.State.RUNNING or not self.started_at or self.progress < 3:
            return None
        spent = (timezone.now() - self.started_at).total_seconds()
        return max(1, round(spent * (100 - self.progress) / self.progress))


class Rendition(models.Model):
    """One folder of an encoding's output: pictures of a size, a track of sound, captions in a language."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("Picture")
        AUDIO = "audio", _("Sound")
        CAPTIONS = "captions", _("Captions")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    encoding = models.ForeignKey(Encoding, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    # What is to be made: a ladder.VideoRung or AudioRung as JSON; for captions a packaging.Caption.
    plan = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    # Where it lies below the asset; every attempt writes into a folder of its own.
    folder = models.CharField(max_length=60, blank=True)
    # A renditions.Rendition as JSON.
    measured = models.JSONField(null=True, blank=True)
    size = models.BigIntegerField(_("size"), default=0, help_text=_("Bytes."))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(fields=["encoding", "name"], name="rendition_once_per_encoding"),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(folder=""), name="rendition_done_has_folder"),
        ]

    def __str__(self) -> str:
        return self.name


def clean_values(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers and short texts without what the database cannot keep."""
    return {
        name: value.replace("\x00", "")[:300] if isinstance(value, str) else value for name, value in values.items()
    }
