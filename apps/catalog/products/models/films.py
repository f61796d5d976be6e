"""What the video service reports of its titles."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Film(models.Model):
    """A title of the video service, as its latest event described it. Products and variants name it by its slug.

    A title that no event has named yet has no row, and may be sold before it is there.
    """

    title_slug = models.SlugField(primary_key=True, max_length=120)
    # That of the event; an older one changes nothing, in whatever order they come.
    version = models.PositiveIntegerField(default=0)
    is_withdrawn = models.BooleanField(default=False)
    # Within the times for which the video service may show it.
    is_on_offer = models.BooleanField(default=True)
    # Where it may be watched, ISO 3166-1 alpha-2; everywhere when there are none.
    available_countries = ArrayField(models.CharField(max_length=2), default=list, db_default=[])
    runtime_seconds = models.PositiveIntegerField(default=0)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    captions = ArrayField(models.CharField(max_length=12), default=list)
    trailer_url = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.title_slug
