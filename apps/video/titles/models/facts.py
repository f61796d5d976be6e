"""Genres and age ratings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.common.translated import Translated


class Genre(Translated):
    """What kind of story it is, such as horror."""

    TRANSLATABLE = ("name",)

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")

    def __str__(self) -> str:
        return self.name


class AgeRating(models.Model):
    """From which age a country's board lets people see a title. `ages` lists the boards and their labels."""

    title = models.ForeignKey("titles.Title", on_delete=models.CASCADE, related_name="age_ratings")
    country = models.CharField(_("country"), max_length=2)
    label = models.CharField(_("age rating"), max_length=8)

    class Meta:
        verbose_name = _("age rating")
        verbose_name_plural = _("age ratings")
        constraints = [models.UniqueConstraint(fields=["title", "country"], name="age_rating_once_per_country")]

    def __str__(self) -> str:
        return f"{self.country} {self.label}"
