"""Films."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7


def names() -> ArrayField:
    """A list of short texts."""
    return ArrayField(models.CharField(max_length=120), default=list, blank=True)


class Title(models.Model):
    """One film: facts that do not depend on how it is sold. `asset_id` names the output that is streamed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ENCODING = "encoding", _("Encoding")
        READY = "ready", _("Ready")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    directors = names()
    cast = names()
    synopsis = models.TextField(_("synopsis"), max_length=4000, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    # Whoever subscribes to a plan with one of these packages may watch it.
    packages = ArrayField(
        models.SlugField(max_length=40), verbose_name=_("film packages"), default=list, db_default=[], blank=True
    )
    poster = models.ImageField(_("poster"), upload_to="posters/", blank=True, max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    runtime_seconds = models.PositiveIntegerField(_("runtime"), default=0, editable=False)
    asset_id = models.UUIDField(null=True, blank=True, editable=False)
    # The master playlist of the asset that players begin with; further renditions come with a playlist of a new name.
    manifest = models.CharField(max_length=40, default="master.m3u8", db_default="master.m3u8", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(asset_id__isnull=False), name="title_ready_has_asset"
            )
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="title_list", condition=Q(state="ready")),
            GinIndex(fields=["packages"], name="title_packages"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.year})" if self.year else self.name


class CaptionTrack(models.Model):
    """WebVTT in one language."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=12)
    label = models.CharField(_("name in the player"), max_length=60)
    webvtt = models.TextField(
        _("captions"), max_length=500_000, help_text=_("WebVTT, SubRip (SRT) or SubStation Alpha (ASS).")
    )
    # Where players find them below the title's asset; empty until they are there.
    file = models.CharField(max_length=80, blank=True, db_default="", editable=False)

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        constraints = [models.UniqueConstraint(fields=["title", "language"], name="caption_once_per_language")]

    def __str__(self) -> str:
        return self.label
