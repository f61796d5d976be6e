"""Captions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.video.titles.models.titles import Title


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
